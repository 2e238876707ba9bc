"""events: a replay of 50,000 events to Python's dicts, against the same lines read from a raw socket."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.engines import engine_at
from benchmarks.raw import raw_events
from benchmarks.replay import replaying
from benchmarks.rounds import Mark, Pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]

COUNT = 50_000


@contextmanager
def prepare(_: Dockerd) -> Iterator[Pair]:
    """Start the replay's server; no engine sends so much so fast that the client is what counts."""
    with replaying(COUNT) as path, engine_at(path) as engine:
        target = f"/v{engine.api_version}/events"
        yield Pair(lambda: _stream(engine), lambda: _exhausted(raw_events(path, target)))


def _stream(engine: Engine) -> tuple[int, Any]:
    with engine.stream("GET", "/events") as events:
        return _exhausted(events)


def _exhausted(events: Iterable[Any]) -> tuple[int, Any]:
    """How many there were, and the last one."""
    count, event = 0, None
    for event in events:  # noqa: B007 - the last one is what is wanted
        count += 1
    return count, event


MARK = Mark(
    name="events",
    ours=f'engine.stream("GET", "/events") iterated, {COUNT:,} events of 0.8 kB, one HTTP chunk each',
    reference="the same without chunks over a raw socket, lines split, then orjson.loads",
    judged="cpu",
    limit=1.3,
    times=1,
    prepare=prepare,
    essence=lambda answer: answer,
)
