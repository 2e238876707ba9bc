"""The last events as a table of HTML that stays as it is: where no widget can be shown. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from dockmagic.widgets.events_rows import is_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.widgets.events_rows import EventRow

__all__ = ["TABLE_ROWS", "events_html"]

TABLE_ROWS = 20
"""Rows of the table."""

_FAINT = "color:var(--jp-ui-font-color2,#666)"
_CELL = "text-align:left;vertical-align:top;overflow-wrap:anywhere"
_NARROW = f"{_CELL};white-space:nowrap"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def events_html(rows: Sequence[EventRow], *, host: str, seen: int, state: str) -> str:
    """The table. `rows`: the newest ones, the newest first; `seen`: how many there were."""
    shown = rows[:TABLE_ROWS]
    last = f", the last {len(shown)} of them" if seen > len(shown) else ""
    events = "1 event" if seen == 1 else f"{seen:,} events"
    caption = f"<b>Events</b> of {escape(host)}: {events}{last} <span style='{_FAINT}'>({escape(state)})</span>"
    if not shown:
        return f"<div>{caption}</div>"
    titles = "".join(
        f"<th style='{_CELL}'>{title}</th>" for title in ("time (UTC)", "type", "action", "name", "detail")
    )
    body = "".join(map(_row, shown))
    return f"<div>{caption}</div><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _row(row: EventRow) -> str:
    time = f"{_EPOCH + timedelta(milliseconds=row.milliseconds):%Y-%m-%d %H:%M:%S}"
    if is_gap(row):
        gap = f"<td colspan='4' style='{_CELL}'><b>gap</b>: {escape(row.detail)}</td>"
        return f"<tr><td style='{_NARROW}'>{time}</td>{gap}</tr>"
    cells = ((_NARROW, time), (_NARROW, row.type), (_NARROW, row.action), (_CELL, row.name), (_CELL, row.detail))
    told = "".join(f"<td style='{style}'>{escape(text)}</td>" for style, text in cells)
    return f"<tr>{told}</tr>"
