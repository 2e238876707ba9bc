"""relist: the list of 1,000 containers again after one of them has changed, with a feed of events open."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from benchmarks.clients import engine_at
from benchmarks.places import API, create, dockerd, web_container
from benchmarks.raw import RawConnection
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.task import Place

__all__ = ["TASK"]

_SETTLED = 1.1  # seconds after which a container that has changed is asked for no more


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """They are made, and change only while dockmagic looks: what another client lists costs the same either way."""
    with dockerd() as socket:
        ids = create(socket, {f"web-{number}": web_container(number) for number in range(size)})
        yield Setting({"socket": socket, "ids": ids})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """What a dashboard does: the list that a feed keeps current, as soon as the feed tells of a change.

    Off the clock are the change itself, another container's name each time; whether the list equals a new one; and the
    second looks at that container.
    """
    import dockmagic
    from dockmagic.feeds.feed import Feed
    from dockmagic.feeds.listing import Listing

    numbers, heard = count(), threading.Event()

    def told(events: Sequence[Any], _: object) -> None:
        if events:
            heard.set()

    with ExitStack() as stack:
        engine = stack.enter_context(engine_at(place["socket"]))
        feed = stack.enter_context(Feed(engine))
        listing = stack.enter_context(Listing(feed))
        feed.subscribe(told)
        feed.wait_connected()
        for _ in range(2):  # a list from anew is asked for twice
            len(listing.frame)
            time.sleep(0.6)

        def call() -> Any:
            number = next(numbers)
            heard.clear()
            dockmagic.rename(engine, place["ids"][number % len(place["ids"])], f"renamed-{number}")
            heard.wait()
            wall, cpu = time.perf_counter(), time.process_time()
            frame = listing.frame
            taken = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
            is_current = frame.equals(dockmagic.ps(engine, all=True))
            time.sleep(_SETTLED)
            len(listing.frame)
            return (frame, is_current), taken

        yield call


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """All of them from anew, as dicts."""
    import orjson

    with RawConnection(place["socket"]) as connection:

        def call() -> Any:
            rows = orjson.loads(connection.get(f"/v{API}/containers/json?all=true"))
            return rows, True

        yield call


def limit_one(place: Place) -> Iterator[Callable[[], Any]]:
    """One of them, as dicts: what an engine takes to look one up among all."""
    import orjson

    filters = f"%7B%22id%22%3A%5B%22{place['ids'][0]}%22%5D%7D"
    with RawConnection(place["socket"]) as connection:
        yield lambda: orjson.loads(connection.get(f"/v{API}/containers/json?all=true&filters={filters}"))


def essence(answer: Any) -> Mapping[str, Any]:
    """How many, and whether they are as a fresh list has them; nothing of the one alone."""
    if isinstance(answer, list):
        return {}
    listed, is_current = answer
    return {"count": len(listed), "current": is_current}


_ALL, _ONE = "limit: raw socket, orjson, all of them", "limit: raw socket, orjson, one of them"

TASK = Task(
    name="relist",
    title="{size} containers again after one has changed",
    person="What a dashboard costs while it is open: not a list of everything for each thing that happens.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={1000: 300},
    subjects=(
        Subject("dockmagic", ours, figures=True),
        Subject(_ALL, limit),
        Subject(_ONE, limit_one),
    ),
    goals=(
        Goal(
            "wall",
            0.06,
            of=_ALL,
            profile="Most of what is allowed is the engine's: for a list of one it goes through the names of all. Ours "
            "is 0.9 ms of Python and pandas: the request, the event, the new column, two shallow copies of the frame. "
            "Less would take an engine that looks an id up, or a frame that is changed in place, which an interrupt "
            "could leave half done.",
        ),
    ),
)
