from __future__ import annotations

import contextlib
import gc
import random
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import httpx
import pytest

from dockmagic.engine.dial import Dialer
from dockmagic.engine.transport import EngineTransport
from tests.engine.scripted import (
    OK,
    PATIENCE,
    PROMPT,
    always,
    client_of,
    open_files,
    serving,
    tcp_endpoint,
    tls_of,
    typical_seconds,
    unix_endpoint,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from tests.engine.scripted import (
        Kind,
        Peer,
        Script,
    )

KINDS: tuple[Kind, ...] = ("unix", "tcp", "tls")
UNLIMITED = httpx.Timeout(None)


class Interrupter:
    """Sends this process's main thread a real SIGINT, which is a KeyboardInterrupt there while it is armed."""

    def __init__(self) -> None:
        self.armed = False
        self.sent = 0.0
        self._main = threading.get_ident()

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.armed:
            self.armed = False
            signal.default_int_handler(number, frame)

    def send(self) -> None:
        """Interrupt the main thread, from another one."""
        self.sent = time.monotonic()
        signal.pthread_kill(self._main, signal.SIGINT)


def interrupted(work: Callable[[], object], ready: threading.Event | float) -> float:
    """Interrupt `work` once it is `ready`, and return after how many seconds it raised."""

    def send() -> None:
        if isinstance(ready, threading.Event):
            assert ready.wait(PATIENCE)
        time.sleep(0.02 if isinstance(ready, threading.Event) else ready)  # until it blocks
        interrupter.send()

    with Interrupter() as interrupter:
        thread = threading.Thread(target=send)
        thread.start()
        interrupter.armed = True
        with pytest.raises(KeyboardInterrupt):
            work()
        raised = time.monotonic()
        thread.join()
    return raised - interrupter.sent


def raises_at_once(script: Script, kind: Kind, tls: Path, *, ready: threading.Event, **options: Any) -> None:
    """The interrupt arrives as such, the connection ends, and the client goes on."""
    before = open_files()
    with serving(script, always(), kind=kind, tls=tls) as server:
        with client_of(server) as client:

            def work() -> None:
                client.request("POST" if options else "GET", "/", timeout=UNLIMITED, **options)

            assert interrupted(work, ready) < PROMPT
            assert len(transport_of(client)._idle) == 0
            assert client.get("/").text == "ok"
            assert server.connections == 2
    assert open_files() - before == set()


def transport_of(client: httpx.Client) -> EngineTransport:
    """What carries a client."""
    transport = client._transport
    assert isinstance(transport, EngineTransport)
    return transport


def upload() -> Iterator[bytes]:
    """A body that never ends."""
    while True:
        yield bytes(1_000_000)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_waits_for_its_reply_can_be_interrupted(kind: Kind, tls_files: Path) -> None:
    """Whoever interrupts a cell sees that it ends, and nothing of it goes on."""

    def silent(peer: Peer) -> None:
        peer.request()
        ready.set()
        peer.until_end()

    ready = threading.Event()
    raises_at_once(silent, kind, tls_files, ready=ready)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_in_the_middle_of_its_body_can_be_interrupted(kind: Kind, tls_files: Path) -> None:
    """The connection is closed, which ends the engine's work."""

    def pausing(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
        ready.set()
        peer.until_end()
        ended.set()

    ready, ended = threading.Event(), threading.Event()
    raises_at_once(pausing, kind, tls_files, ready=ready)
    assert ended.wait(PATIENCE)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_that_nobody_reads_can_be_interrupted(kind: Kind, tls_files: Path) -> None:
    """A build's context to an engine that hangs."""

    def deaf(peer: Peer) -> None:
        peer.head()
        ready.set()
        time.sleep(0.1)

    ready = threading.Event()
    raises_at_once(deaf, kind, tls_files, ready=ready, content=upload())


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_that_is_read_and_a_reply_that_floods_can_be_interrupted(kind: Kind, tls_files: Path) -> None:
    """Nothing waits here; the interrupt falls into the middle of the work, in a callback of the parser too."""

    def swallow(peer: Peer) -> None:
        ready.set()
        while peer.read():
            pass

    def flood(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        ready.set()
        while True:
            peer.send(b"1\r\n.\r\n" * 10_000)

    ready = threading.Event()
    raises_at_once(swallow, kind, tls_files, ready=ready, content=upload())
    ready.clear()
    raises_at_once(flood, kind, tls_files, ready=ready)


def test_a_stream_can_be_interrupted(tls_files: Path) -> None:
    """At once: httpx would close it at the end of the `with` only."""

    def pausing(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n.\r\n")
        ready.set()
        peer.until_end()
        ended.set()

    ready, ended = threading.Event(), threading.Event()
    with serving(pausing, always()) as server, client_of(server, timeout=None) as client:
        with client.stream("GET", "/") as response:
            assert interrupted(lambda: list(response.iter_raw()), ready) < PROMPT
            assert ended.wait(PATIENCE), "closed at once, not only at the end of the with"
        assert client.get("/").text == "ok"


def test_a_tls_handshake_can_be_interrupted(tls_files: Path) -> None:
    """A service that waits for words it knows."""

    def silent(peer: Peer) -> None:
        peer.read()
        ready.set()
        peer.until_end()

    ready = threading.Event()
    with serving(silent, kind="tcp") as server:
        dialer = Dialer(tcp_endpoint(server.port, tls=tls_of(tls_files)))
        assert interrupted(lambda: dialer(None, None), ready) < PROMPT


@pytest.mark.parametrize("family", [socket.AF_UNIX, socket.AF_INET])
def test_connecting_to_an_engine_whose_queue_is_full_can_be_interrupted(family: socket.AddressFamily) -> None:
    """Both kinds of waiting: asking again, and one long connect."""
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
        assert interrupted(lambda: Dialer(where)(None, None), 0.05) < PROMPT
        assert open_files() - before == set()
        for sock in waiting:
            sock.close()


def test_looking_a_name_up_can_be_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Getaddrinfo itself cannot: ten seconds with a dead name server."""

    def slow(*arguments: object, **options: object) -> list[object]:
        asked.set()
        answered.wait(PATIENCE)
        return []

    asked, answered = threading.Event(), threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    assert interrupted(lambda: Dialer(tcp_endpoint(2375, hostname="lab"))(None, None), asked) < PROMPT
    answered.set()


def echo(peer: Peer) -> None:
    """Answer each request with its own path and body, in a few pieces."""
    while True:
        request = peer.request()
        answer = request.target.encode() + request.body
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer[:5]))
        peer.send(answer[5:])


def one_of(client: httpx.Client, path: str, kind: int) -> tuple[bytes, bytes]:
    """What a request got, and what it should have got."""
    if kind == 0:
        return client.get(path).content, path.encode()
    if kind == 1:
        body = [b"a" * 5000, b"b" * 5000]
        return client.post(path, content=iter(body)).content, path.encode() + b"".join(body)
    with client.stream("POST", path, content=b"abc") as response:
        return b"".join(response.iter_raw()), path.encode() + b"abc"


# An interrupt between two lines may lose a connection that nobody holds yet: it is closed, with a warning, when it is
# collected. And one that falls into a destructor of the standard library's is reported there and goes no further.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(("kind", "rounds"), [("unix", 1500), ("tcp", 500), ("tls", 800)])
def test_interrupts_at_random_moments_cost_no_right_answer_and_no_file(
    kind: Kind, rounds: int, tls_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of them: after each one the client answers rightly, and in the end nothing is left open."""
    # pytest's own would keep such a report, and with it the frames and the sockets in them.
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: None)
    gc.collect()
    before = open_files()
    seed = random.Random(7)
    caught, right, wrong = 0, 0, list[tuple[bytes, bytes]]()
    wanted, over = threading.Event(), threading.Event()

    def interrupt() -> None:
        while True:
            wanted.wait()
            wanted.clear()
            if over.is_set():
                return
            time.sleep(seed.random() * 3 * typical)
            interrupter.send()

    with serving(echo, kind=kind, tls=tls_files) as server, Interrupter() as interrupter:
        typical = typical_seconds(server)
        thread = threading.Thread(target=interrupt)
        thread.start()
        client = client_of(server)
        try:
            for number in range(rounds):
                try:
                    interrupter.armed = True
                    wanted.set()
                    for attempt in range(20):
                        got, expected = one_of(client, f"/{number}/{attempt}", (number + attempt) % 3)
                        if got == expected:
                            right += 1
                        else:
                            wrong.append((got, expected))
                        if not interrupter.armed:
                            break
                    interrupter.armed = False
                except KeyboardInterrupt:
                    caught += 1
        finally:
            interrupter.armed = False
            over.set()
            wanted.set()
            thread.join()
        assert [got for got, expected in (one_of(client, "/last", kind) for kind in range(3)) if got != expected] == []
        client.close()
    assert wrong == []
    assert caught > 100
    assert right > 0
    with contextlib.suppress(NameError):
        del client
    gc.collect()
    assert open_files() - before == set()


def test_an_interrupt_is_not_followed_by_a_second_attempt() -> None:
    """What was interrupted on a kept connection is not sent again."""

    def silent(peer: Peer) -> None:
        peer.answer(OK)
        peer.head()
        ready.set()
        peer.until_end()

    ready = threading.Event()
    with serving(silent, always()) as server, client_of(server, timeout=None) as client:
        client.get("/")
        assert interrupted(lambda: client.get("/"), ready) < PROMPT
        assert server.connections == 1
