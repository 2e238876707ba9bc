"""The last lines of logs as a table of HTML that stays as it is: where no widget can be shown. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from dockmagic.feeds.log_unit import NOTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.widgets.logs_rows import LogRow

__all__ = ["TABLE_ROWS", "logs_html"]

TABLE_ROWS = 20
"""Rows of the table."""

_FAINT = "color:var(--jp-ui-font-color2,#666)"
_CELL = "text-align:left;vertical-align:top;overflow-wrap:anywhere"
_NARROW = f"{_CELL};white-space:nowrap"
_LINE = f"{_CELL};white-space:pre-wrap;font-family:var(--jp-code-font-family,monospace)"
_STREAMS = {1: "stdout", 2: "stderr"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def logs_html(rows: Sequence[tuple[str, LogRow]], *, of: str, seen: int, state: str) -> str:
    """The table. `of`: whose they are; `rows`: the last ones with their containers' names; `seen`: of how many."""
    last = f", the last {len(rows)} of them" if seen > len(rows) else ""
    lines = "1 line" if seen == 1 else f"{seen:,} lines"
    caption = f"<b>Logs</b> of {escape(of)}: {lines}{last} <span style='{_FAINT}'>({escape(state)})</span>"
    if not rows:
        return f"<div>{caption}</div>"
    titles = "".join(f"<th style='{_CELL}'>{title}</th>" for title in ("time (UTC)", "name", "stream", "line"))
    body = "".join(_row(name, row) for name, row in rows)
    return f"<div>{caption}</div><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _row(name: str, row: LogRow) -> str:
    moment = _EPOCH + timedelta(milliseconds=row.milliseconds)
    time = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}" if row.milliseconds else ""
    stream = "note" if row.stream == NOTE else _STREAMS.get(row.stream, "")
    text = f"<i>{escape(row.text)}</i>" if row.stream == NOTE else escape(row.text)
    cells = ((_NARROW, time), (_NARROW, escape(name)), (_NARROW, stream))
    told = "".join(f"<td style='{style}'>{cell}</td>" for style, cell in cells)
    return f"<tr>{told}<td style='{_LINE}'>{text}</td></tr>"
