"""`Feed.stop`: in less than 100 ms whatever it is doing, and nothing is left of it."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockmagic import Engine
from dockmagic.feeds.backoff import Backoff
from dockmagic.feeds.feed import Feed
from tests.engine.scripted import (
    PATIENCE,
    PROMPT,
    endpoint_of,
    eventually,
    open_files,
    serving,
    tcp_endpoint,
    unix_endpoint,
)
from tests.engine.test_interrupts import interrupted
from tests.feeds.teller import HEAD, PING, Teller, an_event, chunk, connected, sees, telling, threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.engine.scripted import Peer, Script


def stops_at_once(feed: Feed, *, times: int = 1) -> None:
    """It stops, says so, and no thread of it is left."""
    start = time.monotonic()
    for _ in range(times):
        feed.stop()
    assert time.monotonic() - start < PROMPT
    assert feed.state.name == "stopped"
    assert eventually(lambda: threads() == [])


def stuck(script: Script) -> Callable[[], contextlib.AbstractContextManager[Feed]]:
    """Feeds of engines that leave them where `script` does."""

    @contextlib.contextmanager
    def made() -> Iterator[Feed]:
        with serving(script) as server, Engine(endpoint_of(server), timeout=None) as engine:
            feed = Feed(engine, backoff=Backoff(shortest=PATIENCE)).start()
            assert eventually(lambda: bool(server.peers))
            yield feed

    return made


def silent(peer: Peer) -> None:
    """Accept, and say nothing."""
    peer.until_end()


def no_head(peer: Peer) -> None:
    """Answer the ping only."""
    peer.answer(PING)
    peer.until_end()


def half_a_line(peer: Peer) -> None:
    """Stop in the middle of an event."""
    peer.answer(PING, HEAD + b"80\r\n{")
    peer.until_end()


def flood(peer: Peer) -> None:
    """Send as many events as it takes."""
    peer.answer(PING, HEAD)
    events = b"".join(chunk(an_event(f"e{number}", number + 1)) for number in range(1000))
    with contextlib.suppress(OSError):
        while True:
            peer.send(events)


def refuse(peer: Peer) -> None:
    """End the connection, so that the feed waits."""
    peer.cut()


@pytest.mark.parametrize("script", [silent, no_head, half_a_line, flood, refuse])
def test_a_feed_stops_at_once_whatever_its_engine_does(script: Script) -> None:
    """Not negotiated yet, without a reply, in the middle of an event, in a flood, and while it waits to try again."""
    before = open_files()
    with stuck(script)() as feed:
        if script is half_a_line:
            assert connected(feed)
        if script is flood:
            assert eventually(lambda: feed.seen > 1000)
        if script is refuse:
            assert eventually(lambda: feed.state.retry_in > 1)
        stops_at_once(feed, times=2)
    assert open_files() - before == set()


def test_a_feed_stops_at_once_while_the_queue_of_a_socket_is_full() -> None:
    """Nobody accepts: connecting waits."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="dm-") as directory, socket.socket(socket.AF_UNIX) as listener:
        path = str(Path(directory) / "s")
        listener.bind(path)
        listener.listen(0)
        with contextlib.ExitStack() as stack:
            for _ in range(2):
                waiting = stack.enter_context(socket.socket(socket.AF_UNIX))
                waiting.settimeout(0)
                with contextlib.suppress(BlockingIOError):
                    waiting.connect(path)
            feed = Feed(Engine(unix_endpoint(path))).start()
            assert not feed.wait_connected(0.05)
            assert feed.state.name == "connecting"
            stops_at_once(feed)


def test_a_feed_stops_at_once_where_nothing_listens() -> None:
    """Between two attempts, and it says when the next one would be."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        feed = Feed(Engine(tcp_endpoint(unused.getsockname()[1])), backoff=Backoff(shortest=30)).start()
        assert eventually(lambda: feed.state.retry_in > 1)
        assert "refused" in feed.state.reason
        stops_at_once(feed)


def test_a_feed_that_never_started_can_be_stopped() -> None:
    """Nothing is asked."""
    with telling(Teller()) as engine:
        feed = Feed(engine)
        feed.subscribe(lambda *_: None)
        stops_at_once(feed)


def test_a_slow_callback_does_not_keep_a_feed_from_stopping() -> None:
    """It ends by itself; then its thread does."""
    teller, entered, leave = Teller(), threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        entered.set()
        leave.wait(PATIENCE)

    with telling(teller) as engine:
        feed = Feed(engine).start()
        feed.subscribe(slow)
        assert entered.wait(PATIENCE)
        start = time.monotonic()
        feed.stop()
        assert time.monotonic() - start < PROMPT
        leave.set()
        assert eventually(lambda: threads() == [])


def test_a_callback_may_stop_the_feed() -> None:
    """In the thread of the callbacks itself, which then ends."""
    teller = Teller()
    with telling(teller) as engine, Feed(engine) as feed:
        feed.subscribe(lambda events, _: feed.stop() if events else None)
        assert connected(feed)
        assert eventually(lambda: teller.listeners == 1)
        teller.happen(1)
        assert eventually(lambda: threads() == [])


def test_whoever_waits_for_a_connection_is_let_go_by_a_stop() -> None:
    """And told that there is none."""
    with stuck(silent)() as feed:
        waited: list[bool] = []
        thread = threading.Thread(target=lambda: waited.append(feed.wait_connected()))
        thread.start()
        stops_at_once(feed)
        thread.join(PATIENCE)
        assert waited == [False]


def test_an_interrupt_of_the_cell_stops_the_wait_and_not_the_feed() -> None:
    """The feed goes on until it is told to stop."""
    teller = Teller()
    teller.mute = True
    with serving(teller.script) as server, Engine(endpoint_of(server)) as engine, Feed(engine) as feed:
        assert interrupted(feed.wait_connected, 0.05) < PROMPT
        assert feed.state.name == "connecting"
        stops_at_once(feed)


def test_an_interrupt_inside_a_with_stops_the_feed() -> None:
    """As any other end of the block."""
    teller = Teller()
    with telling(teller) as engine:
        feed = Feed(engine)

        def work() -> None:
            with feed:
                threading.Event().wait(PATIENCE)

        interrupted(work, 0.05)
        assert eventually(lambda: threads() == [])
        assert feed.state.name == "stopped"


def test_events_in_a_burst_are_all_there_though_the_main_thread_is_busy() -> None:
    """Five thousand of them, while Python code runs without a pause, and a callback that counts them all."""
    teller = Teller()
    counted: list[int] = []
    with telling(teller) as engine, Feed(engine) as feed:
        feed.subscribe(lambda events, _: counted.append(len(events)))
        assert connected(feed)
        assert eventually(lambda: teller.listeners == 1)

        def send() -> None:
            for _ in range(100):
                teller.happen(50)

        sender = threading.Thread(target=send)
        sender.start()
        number = 0
        while sender.is_alive():
            number += 1
        assert eventually(lambda: feed.seen == 5000)
        assert eventually(lambda: sum(counted) == 5000)
        assert sees(feed, *(f"e{number}" for number in range(5000)))
        assert len(counted) < 100
