"""The columns of `events`: one thing that happened per row."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dockmagic.frames.ids import short_id
from dockmagic.frames.schema import Column, Nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.frames.schema import Row, Schema

__all__ = ["EVENTS", "event_columns"]

_NANOSECONDS = range(-(2**63), 2**63)
_HASH = re.compile(r"(?:sha256:)?[0-9a-f]{64}")
_NUMBER = re.compile(r"-?[0-9]{1,10}")


def event_columns(*, no_trunc: bool) -> Schema:
    """The schema, with ids as `--no-trunc` wants them or not."""
    return (
        Column("time", _time, Nanoseconds(), "when it happened"),
        Column("type", "Type", "str", "what it happened to: container, image, network, volume, ..."),
        Column("action", _action, "str", "create, start, exec_start, health_status, die, ..."),
        Column("name", _name, "str", "its name"),
        Column("id", _id(no_trunc=no_trunc), "str", "12 digits, or all with --no-trunc; a volume's is its name"),
        Column("image", _attribute("image"), "str", "what the container was made from"),
        Column("exit_code", _exit_code, "Int64", "of the process that ended"),
        Column("detail", _detail, "str", "a command, or healthy: what follows in the action"),
        Column("scope", "scope", "str", "local or swarm"),
        Column("attributes", _attributes, "dict", "labels of the object, and what else is told"),
    )


def _time(row: Row) -> Any:
    """In nanoseconds, also where an engine tells the seconds alone."""
    ticks = row.get("timeNano")
    if type(ticks) is int and ticks and ticks in _NANOSECONDS:
        return ticks
    seconds = row.get("time")
    return seconds * 10**9 if type(seconds) is int else None


def _action(row: Row) -> Any:
    """The first part of "exec_start: sh -c true"."""
    action = row.get("Action")
    return action.partition(": ")[0] if isinstance(action, str) else action


def _detail(row: Row) -> str | None:
    """The second one."""
    action = row.get("Action")
    _, colon, detail = action.partition(": ") if isinstance(action, str) else ("", "", "")
    return detail if colon else None


def _actor(row: Row) -> Row:
    actor = row.get("Actor")
    return actor if isinstance(actor, dict) else {}


def _attributes(row: Row) -> dict[str, Any]:
    try:  # asked for in four columns of each event; on a busy host there are thousands in a second
        attributes = row["Actor"]["Attributes"]
    except (KeyError, TypeError):
        return {}
    return attributes if type(attributes) is dict else {}


def _attribute(key: str) -> Callable[[Row], Any]:
    return lambda row: _attributes(row).get(key)


def _name(row: Row) -> Any:
    """A volume's id is its name."""
    return _attributes(row).get("name") or (_actor(row).get("ID") if row.get("Type") == "volume" else None)


def _id(*, no_trunc: bool) -> Callable[[Row], Any]:
    def source(row: Row) -> Any:
        """Of a pull or a tag it may be a name."""
        identity = _actor(row).get("ID") or None
        if no_trunc or row.get("Type") == "volume" or not isinstance(identity, str):
            return identity
        return _shown_id(identity)

    return source


@lru_cache(maxsize=4096)  # a host has more events than containers
def _shown_id(identity: str) -> str:
    return short_id(identity) if _HASH.fullmatch(identity) else identity


def _exit_code(row: Row) -> Any:
    code = _attributes(row).get("exitCode")
    return int(code) if isinstance(code, str) and _NUMBER.fullmatch(code) else code


EVENTS = event_columns(no_trunc=False)
"""As most see it; `event_columns(no_trunc=True)` has the same columns."""
