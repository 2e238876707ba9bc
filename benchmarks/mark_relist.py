"""relist: the list of 1,000 containers again after one of them has changed, against reading all of it anew."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import TYPE_CHECKING

import orjson

from benchmarks import mark_list
from benchmarks.engines import engine_at
from benchmarks.raw import RawConnection
from benchmarks.rounds import Mark, Pair
from dockmagic.feeds.feed import Feed
from dockmagic.feeds.listing import Listing
from tests.engine.scripted import eventually
from tests.engines.http import checked, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]


@contextmanager
def prepare(dockerd: Dockerd) -> Iterator[Pair]:
    """The containers of `list`, of which one is renamed before each call, and the event of that has come."""
    with ExitStack() as stack:
        if len(checked(request(dockerd.socket, "GET", "/containers/json?all=1")).json()) < mark_list.COUNT:
            stack.callback(request, dockerd.socket, "POST", "/containers/prune")  # `list` may want to make its own
            stack.enter_context(mark_list.prepare(dockerd))
        engine = stack.enter_context(engine_at(dockerd.socket))
        connection = stack.enter_context(RawConnection(dockerd.socket))
        feed = stack.enter_context(Feed(engine))
        listing = stack.enter_context(Listing(feed))
        feed.wait_connected()
        for _ in range(2):  # a list from anew is asked for twice
            len(listing.frame)
            time.sleep(0.6)
        identities = [row["Id"] for row in orjson.loads(connection.get("/containers/json?all=true"))]
        numbers = count()

        def rename() -> None:
            number, seen = next(numbers), feed.seen
            identity = identities[number % len(identities)]
            checked(request(dockerd.socket, "POST", f"/containers/{identity}/rename?name=renamed-{number}"))
            if not eventually(lambda: feed.seen > seen):
                raise RuntimeError("the engine has not told that a container was renamed")

        target = f"/v{engine.api_version}/containers/json?all=true"
        yield Pair(lambda: listing.frame, lambda: orjson.loads(connection.get(target)), before=rename)


MARK = Mark(
    name="relist",
    ours=f"Listing.frame of {mark_list.COUNT:,} created containers, one of which has changed",
    reference="a GET of all of them over a raw socket, then orjson.loads",
    judged="wall",
    limit=0.06,
    times=1,  # the second call would find nothing changed
    prepare=prepare,
    essence=len,
)
