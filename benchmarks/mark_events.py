"""events: 50,000 recorded events as fast as they can be sent, to Python's dicts, to a feed and to the typed frame."""

from __future__ import annotations

import json
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.clients import aiodocker_at, engine_at, low_level_at
from benchmarks.places import API
from benchmarks.raw import raw_events
from benchmarks.replay import replaying
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """A server that replays them; no engine sends so much so fast that the client is what counts."""
    with replaying(size) as socket:
        yield Setting({"socket": socket, "size": size})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """Iterated, as dicts."""

    def call() -> Any:
        with engine.stream("GET", "/events") as events:
            return _last(events)

    with engine_at(place["socket"]) as engine:
        yield call


def feed(place: Place) -> Iterator[Callable[[], Any]]:
    """A Feed that keeps all of them, and a callback that is told of them."""
    from dockmagic.feeds.feed import Feed

    def call() -> Any:
        ended = threading.Event()
        counts = [0]
        last: list[Any] = []

        def told(events: Any, state: Any) -> None:
            counts[0] += len(events)
            last.extend(events[-1:])
            if state.name == "reconnecting":
                ended.set()

        feed = Feed(engine)
        feed.subscribe(told)
        with feed:
            ended.wait()
        return counts[0], last[-1]

    with engine_at(place["socket"]) as engine:
        yield call


def frame(place: Place) -> Iterator[Callable[[], Any]]:
    """What `%devents` does, to the typed frame."""
    import dockmagic

    def call() -> Any:
        listed = dockmagic.events(engine)
        return len(listed), {"id": listed["attributes"].iloc[-1]["execID"]}

    with engine_at(place["socket"]) as engine:
        yield call


def docker_py_low(place: Place) -> Iterator[Callable[[], Any]]:
    """Iterated, as dicts."""
    with low_level_at(place["socket"]) as client:
        yield lambda: _last(client.events(decode=True))


def aio(place: Place) -> Iterator[Callable[[], Any]]:
    """Its own reading of the stream: what `docker.events` runs in a task, without the channel behind it."""
    with aiodocker_at(place["socket"]) as (client, loop):

        async def call() -> Any:
            from aiodocker.jsonstream import json_stream_stream

            count, last = 0, None
            async with client._query("events", method="GET") as response:  # noqa: SLF001 - as its events.py does
                async for event in json_stream_stream(response):
                    count, last = count + 1, event
            return count, last

        yield lambda: loop(call())


def plain_httpx(place: Place) -> Iterator[Callable[[], Any]]:
    """Lines of a stream, as its documentation has it."""
    import httpx

    with httpx.Client(transport=httpx.HTTPTransport(uds=place["socket"]), timeout=60) as client:

        def call() -> Any:
            with client.stream("GET", f"http://docker/v{API}/events") as response:
                return _last(map(json.loads, response.iter_lines()))

        yield call


def command_line(place: Place) -> Iterator[Callable[[], Any]]:
    """Its lines of JSON, as dicts."""
    command = ["docker", "--host", f"unix://{place['socket']}", "events", "--format", "{{json .}}", "--until", "1s"]

    def call() -> Any:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            return _last(map(json.loads, process.stdout))

    yield call


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """Without chunks, lines split, as dicts."""
    yield lambda: _last(raw_events(place["socket"], f"/v{API}/events"))


def _last(events: Iterable[Any]) -> tuple[int, Any]:
    """How many there were, and the last one."""
    count, event = 0, None
    for event in events:  # noqa: B007 - the last one is what is wanted
        count += 1
    return count, event


def essence(answer: Any) -> Mapping[str, Any]:
    """How many, and the last one's own number."""
    count, last = answer
    return {"count": count, "last": last["id"] if len(last) == 1 else last["Actor"]["Attributes"]["execID"]}


TASK = Task(
    name="events",
    title="{size} recorded events of 0.8 kB, one HTTP chunk each",
    person="How much of a processor a feed needs on a busy host, and how long a kernel is kept from its work by it.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={50000: 10000},
    subjects=(
        Subject("dockmagic", ours),
        Subject("dockmagic, feed and callback", feed),
        Subject("dockmagic, to the frame", frame),
        Subject("docker-py, events", docker_py_low, "peers"),
        Subject("aiodocker", aio, "peers"),
        Subject("httpx, lines", plain_httpx),
        Subject("docker events", command_line),
        Subject("limit: raw socket, orjson", limit),
    ),
    goals=(
        Goal("cpu", 0.25, of="docker-py, events"),
        Goal("cpu", 1.30, of="limit: raw socket, orjson"),
        Goal("cpu", 0.55, of="docker-py, events", subject="dockmagic, to the frame"),
        Goal("cpu", 0.30, of="docker-py, events", subject="dockmagic, feed and callback"),
    ),
)
