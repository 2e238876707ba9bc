"""feed: a replay of 50,000 events, kept and handed to a callback, against a raw socket and against docker-py."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import docker

from benchmarks.engines import engine_at
from benchmarks.raw import raw_events
from benchmarks.replay import replaying
from benchmarks.rounds import Mark, Pair
from dockmagic.feeds.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dockmagic import Engine
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.inbox import Event, Events
    from tests.engines.dockerd import Dockerd

__all__ = ["CLIENT", "RAW"]

COUNT = 50_000


@contextmanager
def prepare(_: Dockerd, other: Callable[[str, Engine], Iterable[Any]]) -> Iterator[Pair]:
    """Start the replay's server; its stream ends with the last event."""
    with replaying(COUNT) as path, engine_at(path) as engine:
        yield Pair(lambda: _feed(engine), lambda: _exhausted(other(path, engine)))


def _feed(engine: Engine) -> tuple[int, Any]:
    """Read until the stream's end, and stop before it is asked for again."""
    ended = threading.Event()
    counts: list[int] = []
    last: list[Event] = []

    def told(events: Events, state: FeedState) -> None:
        counts.append(len(events))
        last.extend(events[-1:])
        if state.name == "reconnecting":
            ended.set()

    feed = Feed(engine)
    feed.subscribe(told)
    with feed:
        ended.wait()
    return sum(counts), last[-1]


def _exhausted(events: Iterable[Any]) -> tuple[int, Any]:
    """How many there were, and the last one."""
    count, event = 0, None
    for event in events:  # noqa: B007 - the last one is what is wanted
        count += 1
    return count, event


def _raw(path: str, engine: Engine) -> Iterable[Any]:
    return raw_events(path, f"/v{engine.api_version}/events")


def _docker_py(path: str, engine: Engine) -> Iterable[Any]:
    client = docker.APIClient(base_url=f"unix://{path}", version=engine.api_version)
    try:
        yield from client.events(decode=True)
    finally:
        client.close()


def _mark(name: str, other: Callable[[str, Engine], Iterable[Any]], *, reference: str, limit: float) -> Mark:
    return Mark(
        name=name,
        ours=f"Feed with a callback, {COUNT:,} events of 0.8 kB, one HTTP chunk each, all of which it keeps",
        reference=reference,
        judged="cpu",
        limit=limit,
        times=1,
        prepare=partial(prepare, other=other),
        essence=lambda answer: answer,
    )


RAW = _mark(
    "feed",
    _raw,
    reference="the same without chunks over a raw socket, lines split, then orjson.loads",
    limit=1.5,
)
CLIENT = _mark("feed-client", _docker_py, reference="docker-py's APIClient.events(decode=True) iterated", limit=0.3)
