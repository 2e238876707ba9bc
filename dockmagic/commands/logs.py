"""logs: what containers have written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.engine.when import When, timestamp
from dockmagic.errors import APIError, NotFound, UsageError, warn
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.frames.log_lines import LogLines

__all__ = ["logs"]

_UNREADABLE = "does not support reading"


@command("logs", columns="logs.LOG_LINES", example="%dlogs --since 10m --tail 1000 web worker-1")
def logs(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    *,
    since: Annotated[
        When | None, Option("--since", help="From then on: 10m (ago), 2026-01-31T13:00:00Z, ...", metavar="TIME")
    ] = None,
    until: Annotated[When | None, Option("--until", help="Up to then", metavar="TIME")] = None,
    tail: Annotated[int | str | None, Option("--tail", "-n", help="The last N lines of each", metavar="N|all")] = None,
    timestamps: Annotated[bool, Option("--timestamps", "-t", help="As without it: the times are a column")] = False,
    details: Annotated[bool, Option("--details", help="Labels and variables of --log-opt before each line")] = False,
    follow: Annotated[bool, Option("--follow", "-f", help="Not yet: only what is there now")] = False,
) -> pd.DataFrame:
    """What containers have written so far, a line per row, in the engine's order, one container behind the other.

    `since` and `until` are times as docker takes them, datetimes, or timedeltas (ago). What is no UTF-8 in a line
    becomes U+FFFD. Of several containers, one that fails is a warning; if all do, this raises what the engine says of
    the first: NotFound, or EngineFault where its log driver (none) keeps nothing that can be read. Raises UsageError
    for `follow` and for what is no time. API: GET /containers/{id}/json, GET /containers/{id}/logs.
    """
    from dockmagic.frames.log_lines import log_frame

    del timestamps  # docker's flag; the frame has them anyway
    if follow:
        raise UsageError("live logs come with a later version; without -f (--follow) you get what is there now")
    now = time.time_ns()
    wanted = {
        "since": timestamp(since, now_ns=now),
        "until": None if str(until) == "0" else timestamp(until, now_ns=now),  # to engines 0 is no limit
        "tail": _tail(tail),
        "details": details,
    }
    return log_frame(_read_all(engine, object_names(container, "a container"), wanted), engine=engine)


def _tail(lines: int | str | None) -> int | None:
    """How many; None for all of them, which a number below 0 is too, as in docker."""
    if lines is None or lines == "all":
        return None
    try:
        number = int(lines)
    except (ValueError, TypeError) as error:
        raise UsageError(f"--tail is a number of lines or all, not {shown(str(lines))!r}") from error
    return number if number >= 0 else None


def _read_all(engine: Engine, names: list[str], wanted: dict[str, Any]) -> list[tuple[str, LogLines]]:
    """Those of all containers that can be read; warns of the others. Raises the first error if there are no such."""
    from dockmagic.engine.missing import missing_objects

    found: list[tuple[str, LogLines]] = []
    failed: list[APIError] = []
    for name in names:
        try:
            found.append(_read(engine, name, wanted))
        except APIError as error:
            failed.append(error)
    if failed and not found:
        if len(failed) > 1 and all(isinstance(each, NotFound) for each in failed):
            raise missing_objects(engine, names, ("container",)) from failed[0]
        raise failed[0]
    for each in failed:
        warn(each.message)
    return found


def _read(engine: Engine, name: str, wanted: dict[str, Any]) -> tuple[str, LogLines]:
    """The container's own name, and its lines. Raises APIError in words about it."""
    from dockmagic.engine.containers import container_inspect, container_logs
    from dockmagic.engine.missing import missing_container
    from dockmagic.frames.log_lines import log_lines

    described: dict[str, Any] = {}
    try:
        described = container_inspect(engine, name)
        body = container_logs(engine, _text(described, "Id") or name, **wanted)  # whoever has that name meanwhile
        terminal = _part(described, "Config").get("Tty") is True
        return _text(described, "Name").removeprefix("/") or name, log_lines(
            body, terminal=terminal, details=wanted["details"]
        )
    except NotFound as error:
        raise missing_container(engine, name, error) from error
    except APIError as error:
        hint = ""
        if _UNREADABLE in error.message:
            driver = _text(_part(_part(described, "HostConfig"), "LogConfig"), "Type")
            hint = f"Its log driver is {shown(driver)}; docker run --log-driver local keeps logs that can be read."
        raise type(error)(f'logs of "{shown(name)}": {error.message}', status=error.status, hint=hint) from error


def _part(described: dict[str, Any], key: str) -> dict[str, Any]:
    part = described.get(key)
    return part if isinstance(part, dict) else {}


def _text(described: dict[str, Any], key: str) -> str:
    text = described.get(key)
    return text if isinstance(text, str) else ""
