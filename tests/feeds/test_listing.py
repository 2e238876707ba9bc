"""`Listing`: the list of containers, kept equal to a fresh one by asking only for what changed."""

from __future__ import annotations

import json
import logging
import random
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pandas as pd
import pytest

import dockmagic
from dockmagic.errors import EngineUnreachable, ProtocolError
from dockmagic.feeds.backoff import Backoff
from dockmagic.feeds.feed import Feed
from dockmagic.feeds.listing import Listing
from tests.engine.scripted import eventually
from tests.engines.http import checked, request
from tests.feeds.relay import relayed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

AGE = re.compile(r"(?<=^Up ).*?(?= \(|$)|(?<=\) ).* ago$")


class Host:
    """What happens to the containers of an engine, not by us."""

    def __init__(self, dockerd: Dockerd, generator: random.Random) -> None:
        self.dockerd = dockerd
        self.names: list[str] = []
        self._generator = generator
        self._count = 0

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, sure: bool = True) -> None:
        """Ask for something; not `sure`: the state of a container may forbid it."""
        reply = request(self.dockerd.socket, "POST", path, body=None if body is None else json.dumps(body).encode())
        if sure:
            checked(reply)

    def create(self, count: int = 1) -> None:
        """Make containers that can be started."""
        for _ in range(count):
            name = f"c{self._count}"
            self._count += 1
            settings = {"NetworkMode": "none"} if self._count % 2 else {}
            body = {"Image": "bb:1", "Cmd": ["sleep", "1000"], "StopSignal": "SIGKILL", "HostConfig": settings}
            self.post(f"/containers/create?name={name}", body)
            self.names.append(name)

    def rename(self, name: str) -> None:
        """Give a container another name."""
        self._count += 1
        self.post(f"/containers/{name}/rename?name=r{self._count}")
        self.names[self.names.index(name)] = f"r{self._count}"

    def remove(self, name: str) -> None:
        """Remove a container, also one that runs."""
        checked(request(self.dockerd.socket, "DELETE", f"/containers/{name}?force=1"))
        self.names.remove(name)

    def anything(self) -> str:
        """Let one thing happen, and tell which."""
        name = self._generator.choice(self.names)
        what = self._generator.choice(
            ("create", "start", "start", "stop", "pause", "unpause", "rename", "remove", "connect", "disconnect", "tag")
        )
        match what:
            case "create":
                self.create()
            case "rename":
                self.rename(name)
            case "remove":
                self.remove(name)
            case "connect" | "disconnect":
                self.post(f"/containers/{name}/start", sure=False)  # else the engine tells nothing of it
                self.post(f"/networks/other/{what}", {"Container": name}, sure=False)
            case "tag":
                self._count += 1
                self.post(f"/images/bb:1/tag?repo=t{self._count}")
            case _:
                self.post(f"/containers/{name}/{what}", sure=False)
        return f"{what} {name}"


def told(frame: pd.DataFrame) -> pd.DataFrame:
    """The list without what grows old by itself: how long ago, in docker's words."""
    return frame.assign(status=[AGE.sub("...", status) for status in frame["status"]])


def same(listing: Listing, engine: Engine) -> bool:
    """Whether it is, sooner or later, what a fresh listing is, in the same order."""
    return eventually(lambda: told(listing.frame).equals(told(dockmagic.ps(engine, all=True))))


@pytest.fixture
def host(own_engine: Dockerd) -> Iterator[Host]:
    """Return an engine with thirty containers and a network called other; in the end none is paused, or none ends."""
    host = Host(own_engine, random.Random(11))
    host.post("/networks/create", {"Name": "other"})
    host.create(30)
    yield host
    for name in host.names:
        host.post(f"/containers/{name}/unpause", sure=False)


@pytest.fixture
def engine(own_engine: Dockerd) -> Iterator[Engine]:
    """Return an Engine of its own."""
    with dockmagic.connect(own_engine.host) as engine:
        yield engine


@pytest.fixture
def feed(engine: Engine) -> Iterator[Feed]:
    """Return a feed that hears it."""
    with Feed(engine, backoff=Backoff(shortest=0.02, longest=0.1)) as feed:
        assert feed.wait_connected(20)
        yield feed


class Asked:
    """The requests for lists of containers, as the log of dockmagic has them."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG, logger="dockmagic")
        self._caplog = caplog

    def taken(self) -> list[int]:
        """Since the last call: for each how many containers it was about, 0 for all."""
        found = []
        for record in self._caplog.records:
            if "/containers/json?" in record.getMessage():
                query = parse_qs(record.getMessage().split("?")[1].split(" ")[0])
                found.append(len(json.loads(query["filters"][0])["id"]) if "filters" in query else 0)
        self._caplog.clear()
        return found

    def followed(self, listing: Listing) -> bool:
        """Whether the list only follows the feed from now on: all was asked for twice, now and a while later."""
        assert len(listing.frame) > 0
        return self.taken() == [0] and eventually(lambda: len(listing.frame) > 0 and self.taken() == [0])


def test_the_list_is_what_ps_says(host: Host, feed: Feed, engine: Engine) -> None:
    """All containers, the newest first, with the same types and `attrs`; the caller's own."""
    with Listing(feed) as listing:
        assert listing.last is None
        frame = listing.frame
        pd.testing.assert_frame_equal(frame.assign(status=""), dockmagic.ps(engine, all=True).assign(status=""))
        assert len(frame) == len(host.names)
        assert frame.attrs["host"] == engine.host
        frame["name"] = "mine"
        frame.loc[0, "state"] = "dead"
        assert same(listing, engine)


def test_the_first_list_is_asked_for_twice(host: Host, feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    """An engine begins to tell its events an instant before it listens to them itself."""
    asked = Asked(caplog)
    with Listing(feed) as listing:
        assert asked.followed(listing)
        assert len(listing.frame) == len(host.names)
        time.sleep(0.6)  # longer than that takes
        assert len(listing.frame) == 30
        assert asked.taken() == []


def test_without_a_change_nothing_is_asked(
    host: Host, feed: Feed, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """However often one looks; what happens inside a container, or to a volume, is no change."""
    with Listing(feed) as listing:
        asked = Asked(caplog)
        assert asked.followed(listing)
        seen = feed.seen
        host.post("/volumes/create", {"Name": "data"})
        assert eventually(lambda: feed.seen > seen)
        for _ in range(10):
            assert len(listing.frame) == 30
        assert asked.taken() == []
        assert listing.last is not None
        assert listing.last.equals(listing.frame)


def test_one_change_asks_for_one_container(host: Host, feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    """More than once within a second, three times at most: engines tell of some changes before their list has them."""
    with Listing(feed) as listing:
        asked = Asked(caplog)
        assert asked.followed(listing)
        host.rename("c7")
        assert eventually(lambda: host.names[7] in set(listing.frame["name"]))
        taken = asked.taken()

        def looked_at() -> list[int]:
            assert len(listing.frame) == 30
            taken.extend(asked.taken())
            return taken

        assert eventually(lambda: len(looked_at()) > 1)
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            looked_at()
        assert set(taken) == {1}
        assert len(taken) <= 3


def test_many_changes_are_one_request(host: Host, feed: Feed, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """For up to a tenth of the containers; for more of them it is the whole list."""
    with Listing(feed) as listing:
        asked = Asked(caplog)
        assert asked.followed(listing)
        for count, expected in ((3, 3), (4, 0)):
            seen = feed.seen
            for name in host.names[:count]:
                host.rename(name)
            assert eventually(lambda seen=seen, count=count: feed.seen == seen + count)  # type: ignore[misc]
            asked.taken()
            assert len(listing.frame) == 30
            assert asked.taken() == [expected]
            assert same(listing, engine)
            assert eventually(lambda: len(listing.frame) == 30 and asked.taken() == [])
            asked.taken()


def test_containers_made_in_one_second_are_in_the_engines_order(host: Host, feed: Feed, engine: Engine) -> None:
    """Their JSON has seconds only; changing an older one keeps its place."""
    with Listing(feed) as listing:
        assert len(listing.frame) == 30
        for _ in range(8):
            seen = feed.seen
            host.create(2)
            host.rename(host.names[3])
            assert eventually(lambda seen=seen: feed.seen >= seen + 3)  # type: ignore[misc]
            assert list(listing.frame["name"]) == list(dockmagic.ps(engine, all=True)["name"])


def test_a_list_kept_current_is_a_fresh_list_whatever_happens(host: Host, feed: Feed, engine: Engine) -> None:
    """Made, started, stopped, paused, renamed, removed, connected to networks, at random; images renamed."""
    with Listing(feed) as listing:
        for step in range(60):
            happened = [host.anything() for _ in range(1 + step % 3)]
            assert same(listing, engine), happened


def test_an_image_that_loses_its_name_changes_the_rows_of_its_containers(
    host: Host, feed: Feed, engine: Engine
) -> None:
    """They show its id then, and its name again when it has one."""
    with Listing(feed) as listing:
        assert set(listing.frame["image"]) == {"bb:1"}
        host.post("/images/bb:1/tag?repo=spare")
        checked(request(host.dockerd.socket, "DELETE", "/images/bb:1?force=1"))
        assert same(listing, engine)
        assert eventually(lambda: "bb:1" not in set(listing.frame["image"]))
        host.post("/images/spare/tag?repo=bb&tag=1")
        assert eventually(lambda: set(listing.frame["image"]) == {"bb:1"})


def test_what_no_event_tells_is_in_the_list_when_it_is_old(host: Host, feed: Feed, engine: Engine) -> None:
    """A container that does not run is connected to a network; ages in words."""
    with Listing(feed, longest=0.2) as young, Listing(feed) as listing:
        assert len(young.frame) == len(listing.frame) == 30
        host.post("/networks/other/connect", {"Container": host.names[1]})
        assert same(young, engine)
        assert listing.frame["networks"].map(len).max() == 1


def test_a_gap_lists_all_anew(host: Host, feed: Feed, engine: Engine) -> None:
    """A killed engine comes back with its containers ended, and says nothing of that."""
    host.post(f"/containers/{host.names[0]}/start")
    with Listing(feed) as listing:
        assert eventually(lambda: "running" in set(listing.frame["state"]))
        host.dockerd.restart(hard=True)
        assert eventually(lambda: bool((feed.frame["type"] == "gap").any()))
        assert same(listing, engine)
        assert "running" not in set(listing.frame["state"])


def test_what_happened_while_it_was_cut_off_is_in_the_list(host: Host) -> None:
    """Meanwhile it stays what it was; a first list cannot be had."""
    with relayed(host.dockerd.socket) as (engine, relay):
        with Feed(engine, backoff=Backoff(shortest=0.02, longest=0.1)) as feed, Listing(feed) as listing:
            assert feed.wait_connected(20)
            before = listing.frame
            relay.down()
            assert eventually(lambda: feed.state.name == "reconnecting")
            host.rename(host.names[4])
            host.remove(host.names[9])
            assert listing.frame.equals(before)
            with Listing(feed) as other, pytest.raises((EngineUnreachable, ProtocolError)):
                other.frame  # noqa: B018 - it asks
            relay.up()
            assert same(listing, engine)
            assert len(listing.frame) == 29
