"""What containers use as a table of HTML that stays as it is: where no widget can be shown. Pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from dockmagic.frames.human_size import human_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["TABLE_ROWS", "stats_html"]

TABLE_ROWS = 50
"""Rows of the table, those that use most processor time."""

_FAINT = "color:var(--jp-ui-font-color2,#666)"
_TITLES = ("name", "cpu", "memory", "of its limit", "received", "sent", "read", "written", "pids")


def stats_html(rows: Sequence[Mapping[str, Any]], *, host: str, state: str) -> str:
    """The table of what a page shows of them, as `StatsRows` makes it."""
    count = "1 container" if len(rows) == 1 else f"{len(rows):,} containers"
    found = sorted(rows, key=lambda row: row["cpu"] or 0.0, reverse=True)[:TABLE_ROWS]
    part = f", the {len(found)} that use most" if len(rows) > len(found) else ""
    caption = f"<b>Stats</b> of {escape(host)}: {count}{part} <span style='{_FAINT}'>({escape(state)})</span>"
    if not found:
        return f"<div>{caption}</div>"
    titles = "".join(_cell("th", title, left=place == 0) for place, title in enumerate(_TITLES))
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in found)
    return f"<div>{caption}</div><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: Mapping[str, Any]) -> str:
    name = row["name"] if row["state"] == "running" else f"{row['name']} ({row['state']})"
    told = [
        _percent(row["cpu"]),
        "" if row["memory"] is None else human_size(row["memory"]),
        _percent(row["percent"]),
        *("" if row[key] is None else f"{human_size(round(row[key]))}/s" for key in ("rx", "tx", "read", "write")),
        "" if row["pids"] is None else str(row["pids"]),
    ]
    return _cell("td", name, left=True) + "".join(_cell("td", text, left=False) for text in told)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1f} %"


def _cell(tag: str, text: str, *, left: bool) -> str:
    align = "left" if left else "right"
    return f"<{tag} style='text-align:{align}'>{escape(text)}</{tag}>"
