"""relist: the list of 1,000 containers again after one of them has changed, with a feed of events open."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from benchmarks.clients import engine_at
from benchmarks.places import API, create, dockerd, web_container
from benchmarks.raw import RawConnection
from benchmarks.task import Goal, Setting, Subject, Task
from tests.engines.http import checked, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_HEARD = 0.3  # seconds in which the event of a change has come, and the next look at the container before is due


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """Before each call one container, a different one each time, gets another name."""
    numbers = count()
    with dockerd() as socket:
        ids = create(socket, {f"web-{number}": web_container(number) for number in range(size)})

        def rename() -> None:
            number = next(numbers)
            identity = ids[number % len(ids)]
            checked(request(socket, "POST", f"/containers/{identity}/rename?name=renamed-{number}"))
            time.sleep(_HEARD)

        yield Setting({"socket": socket}, rename)


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """What a dashboard does: the list that a feed keeps current. That it equals a new one is checked off the clock."""
    import dockmagic
    from dockmagic.feeds.feed import Feed
    from dockmagic.feeds.listing import Listing

    with ExitStack() as stack:
        engine = stack.enter_context(engine_at(place["socket"]))
        feed = stack.enter_context(Feed(engine))
        listing = stack.enter_context(Listing(feed))
        feed.wait_connected()
        for _ in range(2):  # a list from anew is asked for twice
            len(listing.frame)
            time.sleep(0.6)

        def call() -> Any:
            frame = listing.frame
            return frame, lambda: frame.equals(dockmagic.ps(engine, all=True))

        yield call


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """All of them from anew, as dicts."""
    import orjson

    with RawConnection(place["socket"]) as connection:

        def call() -> Any:
            rows = orjson.loads(connection.get(f"/v{API}/containers/json?all=true"))
            return rows, lambda: True

        yield call


def essence(answer: Any) -> Mapping[str, Any]:
    """How many, and whether they are as a fresh list has them."""
    listed, is_current = answer
    return {"count": len(listed), "current": is_current()}


TASK = Task(
    name="relist",
    title="{size} containers again after one has changed",
    person="What a dashboard costs while it is open: not a list of everything for each thing that happens.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={1000: 300},
    subjects=(Subject("dockmagic", ours), Subject("limit: raw socket, orjson, all of them", limit)),
    goals=(Goal("wall", 0.06, of="limit: raw socket, orjson, all of them"),),
)
