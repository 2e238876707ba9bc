"""logs: what containers have written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.engine.log_tail import tail_of
from dockmagic.engine.when import When, timestamp
from dockmagic.errors import APIError, NotFound, warn
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.frames.log_lines import LogLines

__all__ = ["logs"]


@command(
    "logs",
    columns="logs.LOG_LINES",
    example="%dlogs --since 10m --tail 1000 web worker-1",
    live="logs_view.live_logs",
    live_flags=("--follow", "-f"),
)
def logs(  # noqa: PLR0913 - docker's flags
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
    grep: Annotated[str | None, Option("--grep", help="Only lines with this in them", metavar="REGEX")] = None,
    json: Annotated[bool, Option("--json", help="Lines that are objects of JSON as columns, one per key")] = False,
) -> pd.DataFrame:
    """What containers have written so far, a line per row, in the engine's order, one container behind the other.

    `since` and `until` are times as docker takes them, datetimes, or timedeltas (ago). What is no UTF-8 in a line
    becomes U+FFFD. `grep` is a regular expression of Python, searched for in each line; one that backtracks without end
    ((a+)+b) cannot be interrupted. With `json` the keys of lines that are objects of JSON are columns behind the others
    (100 of them, the rest in `json_more`; a key that is another column's name gets json_ in front), their `line` is NA,
    and lines that are none stay in `line`.

    Of several containers, one that fails is a warning; if all do, this raises what the engine says of the first:
    NotFound, or EngineFault where its log driver (none) keeps nothing that can be read. Raises UsageError for what is
    no time and no regular expression. As they are written, with -f: `dockmagic.live_logs`.
    API: GET /containers/{id}/json, GET /containers/{id}/logs.
    """
    from dockmagic.frames.log_grep import line_matcher
    from dockmagic.frames.log_lines import log_frame

    del timestamps  # docker's flag; the frame has them anyway
    matches = line_matcher(grep, "--grep")
    now = time.time_ns()
    wanted = {
        "since": timestamp(since, now_ns=now),
        "until": None if str(until) == "0" else timestamp(until, now_ns=now),  # to engines 0 is no limit
        "tail": tail_of(tail),
        "details": details,
    }
    frame = log_frame(_read_all(engine, object_names(container, "a container"), wanted), engine=engine)
    if matches is not None:
        frame = frame[[matches(line) is not None for line in frame["line"]]].reset_index(drop=True)
    if json:
        from dockmagic.frames.log_json import with_json

        frame = with_json(frame)
    return frame


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
    from dockmagic.engine.containers import container_inspect, container_logs_chunks
    from dockmagic.engine.missing import missing_container
    from dockmagic.feeds.logs_reader import UNREADABLE
    from dockmagic.feeds.logs_targets import unreadable_hint
    from dockmagic.frames.log_lines import LogColumns

    described: dict[str, Any] = {}
    try:
        described = container_inspect(engine, name)
        reader = LogColumns(terminal=_part(described, "Config").get("Tty") is True, details=wanted["details"])
        identity = _text(described, "Id") or name  # whoever has that name meanwhile
        for chunk in container_logs_chunks(engine, identity, **wanted):
            reader.feed(chunk)
        return _text(described, "Name").removeprefix("/") or name, reader.end()
    except NotFound as error:
        raise missing_container(engine, name, error) from error
    except APIError as error:
        hint = unreadable_hint(described) if UNREADABLE in error.message else ""
        raise type(error)(f'logs of "{shown(name)}": {error.message}', status=error.status, hint=hint) from error


def _part(described: dict[str, Any], key: str) -> dict[str, Any]:
    part = described.get(key)
    return part if isinstance(part, dict) else {}


def _text(described: dict[str, Any], key: str) -> str:
    text = described.get(key)
    return text if isinstance(text, str) else ""
