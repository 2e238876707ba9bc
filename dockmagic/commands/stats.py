"""stats: what containers use of processors, memory, networks and disks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.engine.durations import Duration, seconds
from dockmagic.errors import DockMagicError, Interrupted, UsageError
from dockmagic.options import Argument, Option
from dockmagic.registry import command
from dockmagic.values import Names, object_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.container_stats import Sampled

__all__ = ["stats"]


@command(
    "stats",
    columns="stats.STATS",
    example="%dstats --duration 30s web worker-1",
    plot="plot_stats",
    live="stats_view.live_stats",
)
def stats(
    engine: Engine,
    container: Annotated[
        Names,
        Argument("CONTAINER", help="Names or ids; all that run without any", many=True, complete="container"),
    ] = None,
    *,
    all: Annotated[bool, Option("--all", "-a", help="Also those that do not run, with values NA")] = False,
    duration: Annotated[
        Duration | None, Option("--duration", help="Sample for so long: 30s, 1m30s; a series", metavar="DURATION")
    ] = None,
    interval: Annotated[
        Duration | None, Option("--interval", help="Of a series: how often (default: 1s)", metavar="DURATION")
    ] = None,
    no_trunc: Annotated[bool, Option("--no-trunc", help="Ids in full")] = False,
    no_stream: Annotated[bool, Option("--no-stream", help="As without it: a frame has an end")] = True,
) -> pd.DataFrame:
    """What containers use now, one row each: those that run, or `all`, or those that are named, running or not.

    With `duration` a series, one row per container and `interval`, in the order of time: of containers that come or go
    meanwhile too. Both are as docker writes durations, seconds, or timedeltas. An interrupt ends it: an `Interrupted`
    whose `frame` has what was sampled so far.

    Figures are docker's. Each needs two samples, a second apart; all containers are asked at once. A series is no
    faster than the engine, which before Docker 25 takes samples once per second. One that is removed meanwhile is left
    out; one that fails is a warning, unless all do. Raises NotFound for a name, UsageError for a duration that cannot
    be. With --live it goes on: `dockmagic.live_stats`. API: GET /containers/json, GET /containers/{id}/stats.
    """
    from dockmagic.engine.identities import every_container_id
    from dockmagic.frames.stats import stats_rows

    if not no_stream:
        raise UsageError("a stream of stats has no end, and a frame has: --duration 30s is a series of half a minute")
    times = _times(duration, interval)
    ids = None if container is None else every_container_id(engine, object_names(container, "a container"))
    rows: list[dict[str, Any]] = []
    try:
        for sampled in _rounds(engine, times, all=all, ids=ids):
            rows += stats_rows(sampled)
    except KeyboardInterrupt:
        raise Interrupted(_frame(engine if rows else None, rows, no_trunc=no_trunc)) from None
    except DockMagicError as error:  # of an engine that has never answered too: it is not asked for its version
        error.frame = _frame(engine if rows else None, rows, no_trunc=no_trunc)
        raise
    return _frame(engine, rows, no_trunc=no_trunc)


def _rounds(
    engine: Engine, times: tuple[float, float] | None, *, all: bool, ids: Sequence[str] | None
) -> Iterator[list[Sampled]]:
    """The one of a snapshot, or those of a series."""
    from dockmagic.engine.container_stats import series, snapshot, targets

    wanted = partial(targets, engine, all=all, ids=ids)
    if times is None:
        yield snapshot(engine, wanted())
    else:
        yield from series(engine, wanted, seconds=times[0], interval=times[1], endless=ids is None)


def _frame(engine: Engine | None, rows: Sequence[dict[str, Any]], *, no_trunc: bool) -> pd.DataFrame:
    from dockmagic.frames.schema import to_frame
    from dockmagic.frames.stats import stats_columns

    return to_frame(rows, stats_columns(no_trunc=no_trunc), engine=engine)


def _times(duration: Duration | None, interval: Duration | None) -> tuple[float, float] | None:
    """For how long, and how often, in seconds; None for a snapshot. Raises UsageError."""
    if duration is None:
        if interval is not None:
            raise UsageError("--interval is that of a series, which --duration makes: --duration 30s --interval 1s")
        return None
    long = seconds("--duration", duration)
    if interval is None:
        return long, min(long, 1.0)
    often = seconds("--interval", interval)
    if often > long:
        raise UsageError("--interval is longer than --duration, which leaves no row")
    return long, often
