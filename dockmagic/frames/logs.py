"""The columns of `logs`: one line of a container's output per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.frames.schema import Category, Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Schema

__all__ = ["LOG_LINES", "STREAM"]

STREAM = Category(("stdout", "stderr"))

LOG_LINES: Schema = (
    Column("time", "time", "datetime64[ns, UTC]", "when the engine got the line"),
    Column("name", "name", "str", "the container's name"),
    Column("stream", "stream", STREAM, "stdout or stderr; a terminal has stdout alone"),
    Column("line", "line", "str", "without its end; control characters stay"),
)
