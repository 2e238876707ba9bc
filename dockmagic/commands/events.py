"""events: what has happened on an engine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from dockmagic.engine.filters import Filters
from dockmagic.engine.when import When, timestamp
from dockmagic.errors import warn
from dockmagic.options import Option
from dockmagic.registry import command

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.stream import Stream

__all__ = ["events"]


@command(
    "events",
    columns="events.EVENTS",
    example="%devents --since 1h --filter event=die",
    plot="plot_events",
    live="events_view.live_events",
)
def events(
    engine: Engine,
    *,
    since: Annotated[
        When | None, Option("--since", help="From then on: 10m (ago), 2026-01-31T13:00:00Z, ...", metavar="TIME")
    ] = None,
    until: Annotated[
        When | None, Option("--until", help="Up to then, waiting for it; up to now if not told", metavar="TIME")
    ] = None,
    filter: Annotated[
        Filters,
        Option(
            "--filter",
            "-f",
            help="Only what matches: type=container, event=die, label=a=b (repeatable)",
            metavar="KEY=VALUE",
            repeat=True,
        ),
    ] = (),
    no_trunc: Annotated[bool, Option("--no-trunc", help="Ids in full")] = False,
) -> pd.DataFrame:
    """What has happened in a span of time, one event per row, the oldest first.

    An engine remembers its last 256 events, and none from before it was started: if as many come, a warning says that
    older ones are lost. Now is what this computer's clock says. `since` and `until` are times as docker takes them,
    datetimes, or timedeltas (ago). With an `until` to come it waits for more; an interrupt ends that, without a frame.
    Raises UsageError for what is no time and for a filter that is none (engines would pass over it), BadRequest if
    `since` is after `until`. With --live it goes on: `dockmagic.live_events`. API: GET /events.
    """
    from dockmagic.engine.replies import one_object
    from dockmagic.engine.system import EVENTS_KEPT, system_events
    from dockmagic.frames import arrays  # noqa: F401 - pandas, before the engine begins: it drops what is not read soon
    from dockmagic.frames.events import event_columns
    from dockmagic.frames.schema import to_frame

    now = time.time_ns()
    begin = timestamp(since, now_ns=now)
    end = timestamp(until, now_ns=now) or timestamp("0s", now_ns=now)
    remembered = 0

    def told(stream: Stream) -> Iterator[dict[str, Any]]:
        nonlocal remembered
        for row in stream:
            event = one_object(row, "GET /events")
            ticks = event.get("timeNano")
            remembered += isinstance(ticks, int) and ticks <= now
            yield event

    with system_events(engine, since=begin, until=end, filters=filter) as stream:
        frame = to_frame(told(stream), event_columns(no_trunc=no_trunc), engine=engine)
    if remembered == EVENTS_KEPT:
        warn(f"the engine remembers its last {EVENTS_KEPT} events only: older ones are lost")
    return frame
