"""wait: wait until containers have ended, are healthy, or have written a line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.acting import Action, act_on_each
from dockmagic.engine.batch import WIDTH_OF_WAITS
from dockmagic.engine.durations import Duration, seconds
from dockmagic.errors import Interrupted, ProtocolError, UsageError, WaitFailed, WaitTimeout
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.text import shown
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError
    from dockmagic.feeds.waiting import Reached, Watch

__all__ = ["wait"]

_WAIT = Action("wait", "waited for", width=WIDTH_OF_WAITS)
_INTERRUPTED = "interrupted before it was settled"
_NOT_YET = {"--healthy": "is not healthy", "--log": "has not written such a line", "--exited": "has not ended"}
_NOT_YET[""] = _NOT_YET["--exited"]
_NAMED = 5  # how many of those that failed a message names


@command("wait", columns="actions.ACTIONS", example="%dwait --healthy --timeout 1m web db")
def wait(
    engine: Engine,
    container: Annotated[
        Names, Argument("CONTAINER", help="Names or ids of containers", many=True, complete="container")
    ],
    *,
    healthy: Annotated[bool, Option("--healthy", help="Until their healthchecks say so")] = False,
    exited: Annotated[
        bool, Option("--exited", help="Until they have run and ended, those too that were never started")
    ] = False,
    log: Annotated[
        str | None, Option("--log", help="Until they have written a line with this in it", metavar="REGEX")
    ] = None,
    timeout: Annotated[
        Duration | None, Option("--timeout", help="For so long at most: 30s, 1m30s, 90", metavar="DURATION")
    ] = None,
) -> pd.DataFrame:
    """Wait until containers do not run, one row each with its `exit_code`; or are healthy, or have written a line.

    `container` is a name, several, a frame's column or a frame with a column `id`. There is no limit without `timeout`
    (docker's 1m30s, seconds, a timedelta); an interrupt ends it, and changes nothing for the containers.

    `healthy`, `exited` and `log` wait for what the engine tells, its events and its logs, and ask for nothing again and
    again. A regular expression is one of Python, searched for in each line; one that backtracks without end ((a+)+b)
    cannot be interrupted. Lines count that a container has written since it was started, before the wait too. All of
    them have to get there: if one cannot any more, since it has ended, was removed or has no healthcheck, this raises
    WaitFailed, and after `timeout` WaitTimeout, when the others are settled; their `frame` has all rows.

    Without these three, up to 64 are waited for at once; one that could not be started has `ok` False, the engine's
    reason as `error`, and an exit code all the same; it is no exception. Raises NotFound if there is none of them, and
    with one of the three or a `timeout` if one is missing; UsageError for what can be no name, for several of the
    three, and for what is no regular expression, before anything is waited for. API: POST /containers/{id}/wait;
    GET /events, GET /containers/{id}/json, GET /containers/{id}/logs.
    """
    goals = {"--healthy": healthy, "--exited": exited, "--log": log is not None}
    chosen = [flag for flag, given in goals.items() if given]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} are waited for one after the other: leave one of them out")
    names = object_names(container, "a container")
    limit = None if timeout is None else seconds("--timeout", timeout)
    if log is not None:
        from dockmagic.frames.log_grep import line_matcher

        line_matcher(log, "--log")  # refuses what is none here, before the engine is asked
    if (not chosen and limit is None) or not names:
        return act_on_each(engine, names, _WAIT, _wait_as_docker)
    return _wait_for(engine, names, chosen[0] if chosen else "", log=log, limit=limit)


def _wait_as_docker(engine: Engine, name: str) -> dict[str, Any]:
    from dockmagic.engine.containers import container_wait

    ended = container_wait(engine, name)
    code, error = ended.get("StatusCode"), ended.get("Error")
    if not isinstance(code, int):
        raise ProtocolError("the engine says that it ended without telling its exit code")
    said = error.get("Message") if isinstance(error, dict) else None
    return {"exit_code": code} | ({"ok": False, "error": shown(str(said), length=1000)} if said else {})


def _wait_for(engine: Engine, names: list[str], goal: str, *, log: str | None, limit: float | None) -> pd.DataFrame:
    """Watch them until all are settled, and tell."""
    from dockmagic.feeds.logs_targets import inspected
    from dockmagic.feeds.waiting import Reached, wait_for

    described = dict(zip(names, inspected(engine, names), strict=True))
    ids = {name: str(each.get("Id")) for name, each in described.items()}
    watch = _watch(engine, described, ids, goal, log)
    settled: dict[str, tuple[Reached, float]] = {}
    start = time.monotonic()

    def rest(why: str) -> pd.DataFrame:
        """All rows, those of the containers that are not settled with `why`."""
        waited = time.monotonic() - start
        told = {name: (f"{why}: {how}" if (how := watch.pending(name)) else why) for name in names}
        return _frame(engine, {name: settled.get(name, (Reached(told[name]), waited)) for name in names}, ids)

    try:
        lost = wait_for(watch, names, timeout=limit, into=settled)
    except KeyboardInterrupt:
        raise Interrupted(rest(_INTERRUPTED), total=len(names)) from None
    left = len(settled) < len(names)
    frame = rest("the engine went away" if lost else f"{_NOT_YET[goal]} after {limit or 0:g} s")
    if lost:
        error: DockMagicError = ProtocolError(f"the engine went away while it was waited for: {lost}")
        error.frame = frame
        raise error
    if left or (goal in {"--healthy", "--log"} and not frame["ok"].all()):
        raise _failed(frame, WaitTimeout if left else WaitFailed)
    return frame


def _watch(
    engine: Engine, described: dict[str, dict[str, Any]], ids: dict[str, str], goal: str, log: str | None
) -> Watch:
    from dockmagic.feeds.waiting_log import LogWatch
    from dockmagic.feeds.waiting_state import EndWatch, HealthWatch

    if log is not None:
        return LogWatch(engine, described, log)
    return HealthWatch(engine, ids) if goal == "--healthy" else EndWatch(engine, ids, created=goal == "--exited")


def _frame(engine: Engine, settled: Mapping[str, tuple[Reached, float]], ids: Mapping[str, str]) -> pd.DataFrame:
    from dockmagic.frames.actions import ACTIONS
    from dockmagic.frames.schema import to_frame

    rows = [
        {
            "name": name,
            "id": ids[name],
            "action": "wait",
            "changed": False,
            "ok": not reached.error,
            "exit_code": reached.exit_code,
            "error": reached.error or None,
            "seconds": waited,
        }
        for name, (reached, waited) in settled.items()
    ]
    return to_frame(rows, ACTIONS, engine=engine)


def _failed(frame: pd.DataFrame, kind: type[WaitFailed]) -> WaitFailed:
    """The error that says which of them did not get there, and why."""
    wrong = frame[~frame["ok"]]
    pairs = list(zip(wrong["name"], wrong["error"], strict=True))
    if len(frame) == 1:
        said = f'container "{shown(pairs[0][0])}" {pairs[0][1]}'
    else:
        told = "; ".join(f"{shown(name)} {error}" for name, error in pairs[:_NAMED])
        more = f"; and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else ""
        said = f"{len(pairs)} of {len(frame)} containers did not get there: {told}{more}"
    error = kind(said, hint=f"%dlogs {shown(pairs[0][0])} shows what it wrote. What came of each: sys.last_value.frame")
    error.frame = frame
    return error
