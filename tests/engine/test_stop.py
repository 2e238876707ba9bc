from __future__ import annotations

import random
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from dockmagic.engine.stop import Stop
from dockmagic.engine.transport import EngineTransport
from tests.engine.scripted import (
    OK,
    PATIENCE,
    PROMPT,
    always,
    answering,
    client_of,
    eventually,
    open_files,
    serving,
    tcp_endpoint,
    tls_of,
    typical_seconds,
    unix_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockmagic.engine.endpoint import Endpoint
    from tests.engine.scripted import (
        Kind,
        Peer,
        Script,
        Server,
    )

KINDS: tuple[Kind, ...] = ("unix", "tcp", "tls")


def upload() -> Iterator[bytes]:
    """A body that never ends."""
    while True:
        yield bytes(1_000_000)


def stopped(where: Server | Endpoint, ready: threading.Event | float, **options: Any) -> float:
    """Stop POST / (or GET without content) once it is `ready`, and return how many seconds it took to wake up.

    The wait afterwards until the thread blocks cannot be seen from outside: a few milliseconds are granted.
    """
    stop = Stop()
    woken: list[float] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            client.request("POST" if options else "GET", "/", extensions={"stop": stop}, **options)
        except httpx.TransportError as error:
            raised.append(error)
        woken.append(time.monotonic())

    with client_of(where, timeout=None) as client:
        thread = threading.Thread(target=work)
        thread.start()
        if isinstance(ready, threading.Event):
            assert ready.wait(PATIENCE)
            time.sleep(0.02)
        else:
            time.sleep(ready)
        assert not woken, "it was not waiting"
        begin = time.monotonic()
        stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        transport = client._transport
        assert isinstance(transport, EngineTransport)
        assert len(transport._idle) == 0
    assert [str(error) for error in raised] == ["stopped"]
    return woken[0] - begin


def wakes_at_once(script: Script, kind: Kind, tls: Path, *, ready: threading.Event, **options: Any) -> None:
    """Try it three times: the quickest tells how long it takes, the others how busy the machine is."""
    before = open_files()
    seconds = []
    for _ in range(3):
        ready.clear()
        with serving(script, kind=kind, tls=tls) as server:
            seconds.append(stopped(server, ready, **options))
    assert min(seconds) < 0.5
    assert max(seconds) < PROMPT
    assert open_files() - before == set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dockmagic-")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_waits_for_its_reply_can_be_stopped(kind: Kind, tls_files: Path) -> None:
    """As `wait` and a stream without events do."""

    def silent(peer: Peer) -> None:
        peer.request()
        ready.set()
        peer.until_end()

    ready = threading.Event()
    wakes_at_once(silent, kind, tls_files, ready=ready)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_in_the_middle_of_its_body_can_be_stopped(kind: Kind, tls_files: Path) -> None:
    """A stream of events that pauses."""

    def pausing(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
        ready.set()
        peer.until_end()

    ready = threading.Event()
    wakes_at_once(pausing, kind, tls_files, ready=ready)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_is_flooded_can_be_stopped(kind: Kind, tls_files: Path) -> None:
    """Bytes keep coming in after the shutdown: it is the handle that counts, not the end of them."""

    def flood(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\n")
        ready.set()
        while True:
            peer.send(bytes(100_000))

    ready = threading.Event()
    stop = Stop()
    with serving(flood, kind=kind, tls=tls_files) as server, client_of(server, timeout=None) as client:
        with client.stream("GET", "/", extensions={"stop": stop}) as response:
            timer = threading.Timer(0.05, stop)
            timer.start()
            read = 0
            try:
                for block in response.iter_raw():
                    read += len(block)
            except httpx.ReadError as error:
                assert str(error) == "stopped"  # noqa: PT017 - what was read before counts too
            timer.join()
    assert 0 < read < 9999999999999


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_that_nobody_reads_can_be_stopped(kind: Kind, tls_files: Path) -> None:
    """A build's context to an engine that hangs."""

    def deaf(peer: Peer) -> None:
        peer.head()
        ready.set()
        over.wait(0.2)

    ready, over = threading.Event(), threading.Event()
    wakes_at_once(deaf, kind, tls_files, ready=ready, content=upload())


def test_a_large_head_that_nobody_reads_can_be_stopped(tls_files: Path) -> None:
    """Credentials of many registries travel in a header."""

    def deaf(peer: Peer) -> None:
        peer.exactly(1)
        ready.set()
        over.wait(0.2)

    ready, over = threading.Event(), threading.Event()
    wakes_at_once(deaf, "unix", tls_files, ready=ready, headers={"X": "x" * 5_000_000})


def test_a_tls_handshake_that_does_not_go_on_can_be_stopped(tls_files: Path) -> None:
    """A plain service that waits for words it knows."""

    def silent(peer: Peer) -> None:
        peer.read()
        ready.set()
        peer.until_end()

    ready = threading.Event()
    with serving(silent, kind="tcp") as server:
        assert stopped(tcp_endpoint(server.port, tls=tls_of(tls_files)), ready) < 1


@pytest.mark.parametrize("family", [socket.AF_UNIX, socket.AF_INET])
def test_connecting_to_an_engine_whose_queue_is_full_can_be_stopped(family: socket.AddressFamily) -> None:
    """A blocking connect on a unix socket would not wake up."""
    with serving(always()) as server, socket.socket(family) as listener:
        path = f"{server.path}.full"
        listener.bind(path if family == socket.AF_UNIX else ("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(3):
            sock = socket.socket(family)
            sock.settimeout(0)
            sock.connect_ex(listener.getsockname())
            waiting.append(sock)
        where = unix_endpoint(path) if family == socket.AF_UNIX else tcp_endpoint(listener.getsockname()[1])
        before = open_files()
        assert stopped(where, 0.05) < 1
        assert open_files() - before == set()
        for sock in waiting:
            sock.close()


def test_looking_a_name_up_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead name server takes ten seconds; what asks it cannot be ended, but nobody waits for it."""

    def slow(*arguments: object, **options: object) -> list[object]:
        asked.set()
        answered.wait(PATIENCE)
        return []

    asked, answered = threading.Event(), threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    assert stopped(tcp_endpoint(2375, hostname="lab"), asked) < 1
    answered.set()
    assert eventually(lambda: not [t for t in threading.enumerate() if t.name == "dockmagic-resolve"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [False, True])
def test_a_request_that_was_stopped_before_it_started_is_not_sent(kind: Kind, kept: bool, tls_files: Path) -> None:  # noqa: FBT001
    """Be it over a new connection or over a kept one."""
    targets: list[str] = []

    def note(peer: Peer) -> None:
        while True:
            targets.append(peer.request().target)
            peer.send(OK)

    stop = Stop()
    stop()
    with serving(note, kind=kind, tls=tls_files) as server, client_of(server) as client:
        if kept:
            client.get("/first")
        with pytest.raises(httpx.TransportError, match="stopped"):
            client.post("/second", extensions={"stop": stop})
        assert client.get("/third").text == "ok"
    assert "/second" not in targets


def test_a_stop_after_the_end_hurts_nobody() -> None:
    """The connection serves others by then."""
    stop = Stop()
    with serving(always()) as server, client_of(server) as client:
        client.get("/", extensions={"stop": stop})
        stop()
        stop()
        assert client.get("/").text == "ok"
        assert server.connections == 1


def test_a_stop_in_the_last_moment_keeps_the_connection_from_being_used_again() -> None:
    """The reply is whole, but its connection is shut down."""
    stop = Stop()
    with serving(always()) as server, client_of(server) as client:
        with client.stream("GET", "/", extensions={"stop": stop}) as response:
            blocks = response.iter_raw()
            assert next(blocks) == b"ok"
            stop()
        assert client.post("/").text == "ok"
        assert server.connections == 2


def test_a_stopped_request_is_not_sent_again() -> None:
    """Its connection ends as if the engine had closed it."""

    def silent(peer: Peer) -> None:
        peer.answer(OK)
        peer.head()
        ready.set()
        peer.until_end()

    ready, stop = threading.Event(), Stop()
    with serving(silent, always()) as server, client_of(server) as client:
        client.get("/")

        def stop_when_ready() -> None:
            ready.wait(PATIENCE)
            stop()

        stopper = threading.Thread(target=stop_when_ready)
        stopper.start()
        with pytest.raises(httpx.ReadError, match="stopped"):
            client.get("/", extensions={"stop": stop})
        stopper.join()
        assert server.connections == 1


def test_the_handle_knows_whether_it_was_used() -> None:
    """So that every end of the request can be told from an error."""
    stop = Stop()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert (stop.requested, stop.bind(ours), stop.unbind()) == (False, True, True)
        stop()
        assert (stop.requested, stop.bind(ours), stop.unbind()) == (True, False, False)
        theirs.settimeout(0)
        with pytest.raises(BlockingIOError):
            theirs.recv(1)


@pytest.mark.parametrize("kind", KINDS)
def test_stops_at_random_moments_hurt_nobody_else(kind: Kind, tls_files: Path) -> None:
    """Requests that end while they are stopped race with the pool, and with the threads that take from it."""

    def echo(peer: Peer) -> None:
        while True:
            target = peer.request().target.encode()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(target), target))

    def innocent(number: int) -> None:
        rounds = 0
        try:
            while not over.is_set():
                path = f"/{number}/{rounds}"
                right.append(client.post(path).text == path)
                rounds += 1
        except Exception as error:  # noqa: BLE001 - raised where the test can see it
            hurt.append(error)

    before = open_files()
    over, right, hurt, ends = threading.Event(), list[bool](), list[Exception](), {"answered": 0, "stopped": 0}
    seed = random.Random(7)
    with serving(echo, kind=kind, tls=tls_files) as server:
        typical = typical_seconds(server)
        with client_of(server) as client:
            threads = [threading.Thread(target=innocent, args=(number,)) for number in range(2)]
            for thread in threads:
                thread.start()
            for number in range(400):
                stop = Stop()
                stopper = threading.Timer(seed.random() * 3 * typical, stop)
                stopper.start()
                path = f"/stopped/{number}"
                try:
                    assert client.get(path, extensions={"stop": stop}).text == path
                    ends["answered"] += 1
                except httpx.TransportError as error:
                    assert str(error) == "stopped"  # noqa: PT017 - either is right
                    ends["stopped"] += 1
                stopper.join()
            over.set()
            for thread in threads:
                thread.join()
    assert hurt == []
    assert all(right)
    assert min(ends.values()) > 0, ends
    assert open_files() - before == set()


def test_a_reply_that_is_cut_by_a_stop_is_not_mistaken_for_a_whole_one() -> None:
    """Until the end of the connection means: not until our own end."""
    stop = Stop()
    with serving(answering(b"HTTP/1.1 200 OK\r\n\r\nhalf of wh")) as server, client_of(server) as client:
        with client.stream("GET", "/", extensions={"stop": stop}) as response:
            blocks = response.iter_raw()
            next(blocks)
            stop()
            with pytest.raises(httpx.ReadError, match="stopped"):
                next(blocks)
