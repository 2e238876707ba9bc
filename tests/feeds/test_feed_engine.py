"""`Feed` and a real engine: cut off from it, killed, ended, restarted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.feeds.backoff import Backoff
from dockmagic.feeds.feed import Feed
from tests.engine.scripted import eventually
from tests.engines.http import checked, request
from tests.feeds.relay import relayed
from tests.feeds.teller import connected, names, threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


def tag(dockerd: Dockerd, *repositories: str) -> None:
    """Let as many events happen: the image gets these names."""
    for repository in repositories:
        checked(request(dockerd.socket, "POST", f"/images/bb:1/tag?repo={repository}&tag=1"))


def quick(engine: Engine) -> Feed:
    """A feed that connects again soon."""
    return Feed(engine, backoff=Backoff(shortest=0.02, longest=0.1))


@pytest.fixture
def feed(own_engine: Dockerd) -> Iterator[Feed]:
    """Return a feed of an engine that may be killed, which it has heard already."""
    with dockmagic.connect(own_engine.host) as engine:
        with quick(engine) as feed:
            assert feed.wait_connected(20)
            tag(own_engine, "before")
            assert eventually(lambda: names(feed) == ["before:1"])
            yield feed
        assert eventually(lambda: threads() == [])


def test_a_killed_engine_leaves_a_gap_and_the_feed_goes_on(own_engine: Dockerd, feed: Feed) -> None:
    """SIGKILL: the gap is told when it is back, although nothing happens on it yet."""
    own_engine.halt(hard=True)
    assert eventually(lambda: feed.state.name == "reconnecting")
    assert feed.state.reason
    own_engine.start()
    assert eventually(lambda: names(feed) == ["before:1", "gap"])
    assert connected(feed)
    tag(own_engine, "after")
    assert eventually(lambda: names(feed) == ["before:1", "gap", "after:1"])
    frame = feed.frame
    assert frame["time"][1] == frame["time"][0]
    assert "may be missing" in frame["detail"][1]


def test_an_engine_that_ends_as_it_should_leaves_a_gap_too(own_engine: Dockerd, feed: Feed) -> None:
    """SIGTERM: its stream may end cleanly, which is no end of the feed."""
    own_engine.restart(hard=False)
    assert eventually(lambda: names(feed)[-1] == "gap" and feed.state.name == "connected")
    tag(own_engine, "after")
    assert eventually(lambda: names(feed)[-2:] == ["gap", "after:1"])


def test_a_feed_starts_before_its_engine(own_engine: Dockerd) -> None:
    """It is told why it does not hear, and hears all from the engine's start on that can be heard."""
    with dockmagic.connect(own_engine.host) as engine:
        own_engine.halt(hard=True)
        with quick(engine) as feed:
            assert eventually(lambda: feed.state.name == "reconnecting")
            assert "nothing answers at" in feed.state.reason
            own_engine.start()
            assert connected(feed)
            tag(own_engine, "first")
            assert eventually(lambda: names(feed) == ["first:1"])


@pytest.mark.parametrize(("events", "missing"), [(10, False), (255, False), (257, True)])
def test_what_happened_while_it_was_cut_off_is_there_or_a_gap(
    own_engine: Dockerd, *, events: int, missing: bool
) -> None:
    """An engine remembers 256: the last one that was seen must be among them for nothing to be missing."""
    meanwhile = [f"name{number}" for number in range(events)]
    with relayed(own_engine.socket) as (engine, relay), quick(engine) as feed:
        assert feed.wait_connected(20)
        tag(own_engine, "before")
        assert eventually(lambda: names(feed) == ["before:1"])
        relay.down()
        tag(own_engine, *meanwhile)
        relay.up()
        kept = [f"{name}:1" for name in meanwhile][-256:]
        expected = ["before:1", *(["gap"] if missing else []), *kept]
        assert eventually(lambda: feed.seen >= len(expected))
        assert names(feed) == expected


def test_cut_again_and_again_while_things_happen_it_loses_and_repeats_nothing(own_engine: Dockerd) -> None:
    """Four clients at once: each event is there once, or there is a gap."""
    total = 400
    with relayed(own_engine.socket) as (engine, relay), quick(engine) as feed:
        assert feed.wait_connected(20)
        tag(own_engine, "before")
        assert eventually(lambda: feed.seen == 1)
        workers = [
            threading.Thread(target=tag, args=(own_engine, *(f"w{worker}-{n}" for n in range(total // 4))))
            for worker in range(4)
        ]
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers):
            assert connected(feed)
            seen = feed.seen
            eventually(lambda seen=seen: feed.seen > seen + 20 or not any(w.is_alive() for w in workers))  # type: ignore[misc]
            relay.down()
            relay.up()
        tag(own_engine, "last")
        assert eventually(lambda: names(feed)[-1] == "last:1")
        seen_names = [name for name in names(feed) if name != "gap"]
        expected = {f"w{worker}-{n}:1" for worker in range(4) for n in range(total // 4)} | {"before:1", "last:1"}
        assert len(seen_names) == len(set(seen_names))
        assert set(seen_names) == expected or "gap" in names(feed)


def test_a_burst_is_heard_in_full_while_the_main_thread_is_busy(own_engine: Dockerd) -> None:
    """A thousand events from four clients, and Python code without a pause."""
    with dockmagic.connect(own_engine.host) as engine, Feed(engine) as feed:
        assert feed.wait_connected(20)
        workers = [
            threading.Thread(target=tag, args=(own_engine, *(f"w{worker}-{n}" for n in range(250))))
            for worker in range(4)
        ]
        for worker in workers:
            worker.start()
        number = 0
        while any(worker.is_alive() for worker in workers):
            number += 1
        assert eventually(lambda: feed.seen == 1000)
        assert set(names(feed)) == {f"w{worker}-{n}:1" for worker in range(4) for n in range(250)}


def test_a_feed_over_tls_and_over_ssh_is_stopped_at_once(
    engine_process: Dockerd, tls_files: object, ssh: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is left, ssh included."""
    assert ssh
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tls_files))
    for host in ("tcp://127.0.0.1:2376", "ssh://dm"):
        with dockmagic.connect(host) as engine, Feed(engine, filters=["type=image"]) as feed:
            assert feed.wait_connected(20)
            tag(engine_process, "heard")
            assert eventually(lambda feed=feed: names(feed) == ["heard:1"])  # type: ignore[misc]
            feed.stop()
            assert eventually(lambda: threads() == [])
    checked(request(engine_process.socket, "DELETE", "/images/heard:1"))


def test_the_rows_are_those_of_events(own_engine: Dockerd, docker_cli: DockerCli) -> None:
    """A container's life, as the frame of `events` has it."""
    with dockmagic.connect(own_engine.host) as engine, Feed(engine, filters=["type=container"]) as feed:
        assert feed.wait_connected(20)
        docker_cli("create", "--name=web", "--network=none", "bb:1", "sh", "-c", "exit 3", host=own_engine.host)
        docker_cli("start", "web", host=own_engine.host)
        docker_cli("wait", "web", host=own_engine.host)
        docker_cli("rm", "web", host=own_engine.host)
        assert eventually(lambda: feed.seen > 0 and feed.frame["action"].iloc[-1] == "destroy")
        theirs = dockmagic.events(engine, since="1h", filter=["type=container"])
        assert feed.frame["exit_code"].dropna().to_list() == [3]
        assert feed.frame.equals(theirs)
