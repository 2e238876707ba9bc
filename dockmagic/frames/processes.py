"""The columns of `top`: one process per row, with the columns that the engine's `ps` has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockmagic.frames.schema import Row, Schema

__all__ = ["PROCESSES", "process_columns", "process_rows"]

PROCESSES: Schema = (
    Column("uid", "uid", "str", "user, as the engine's host names it"),
    Column("pid", "pid", "str", "number of the process on the engine's host"),
    Column("ppid", "ppid", "str", "number of its parent"),
    Column("c", "c", "str", "percent of a processor that it took"),
    Column("stime", "stime", "str", "when it started"),
    Column("tty", "tty", "str", "its terminal, or ?"),
    Column("time", "time", "str", "how long it computed"),
    Column("cmd", "cmd", "str", "the command with its arguments"),
)
"""Those of `ps -ef`, which an engine on Linux runs when nothing else is asked for."""


def process_columns(reply: Row) -> Schema:
    """The titles of a reply as columns of text; those of `ps -ef` if it has none."""
    return tuple(Column(name, name, "str", "as the engine's ps tells it") for name in _names(reply)) or PROCESSES


def process_rows(reply: Row) -> list[dict[str, Any]]:
    """The processes of a reply, by the names of their columns."""
    names, processes = _names(reply), reply.get("Processes")
    if not names or not isinstance(processes, list):
        return []
    return [dict(zip(names, each, strict=False)) for each in processes if isinstance(each, list)]


def _names(reply: Row) -> list[str]:
    """The titles in lower case; a second one of the same name has a number."""
    titles = reply.get("Titles")
    return _unique(str(title).lower() for title in titles) if isinstance(titles, list) else []


def _unique(names: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        number, unique = 1, name
        while unique in found:
            number += 1
            unique = f"{name}_{number}"
        found[unique] = None
    return list(found)
