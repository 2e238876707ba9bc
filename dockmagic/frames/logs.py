"""The columns of `logs`: one line of a container's output per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.frames.schema import Category, Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Schema

__all__ = ["FOLLOWED_STREAM", "LOG_LINES", "STREAM"]

STREAM = Category(("stdout", "stderr"))

FOLLOWED_STREAM = Category((*STREAM.known, "note"))
"""Of followed logs: a note is what no container wrote, that one has ended or was removed, or lines may be missing."""

LOG_LINES: Schema = (
    Column("time", "time", "datetime64[ns, UTC]", "when the engine got the line"),
    Column("name", "name", "str", "the container's name"),
    Column("stream", "stream", STREAM, "stdout or stderr; a terminal has stdout alone"),
    Column("line", "line", "str", "without its end; control characters stay"),
)
