from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.engine.scripted import (
    OK,
    PATIENCE,
    Peer,
    always,
    answering,
    client_of,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.engine.scripted import (
        Kind,
    )

KINDS: tuple[Kind, ...] = ("unix", "tcp", "tls")
REPEATED = ("GET", "HEAD", "OPTIONS")
NOT_REPEATED = ("POST", "PUT", "DELETE", "PATCH")


def dying(after: bytes = b"", *, end: Callable[[Peer], None] = Peer.close) -> Callable[[Peer], None]:
    """A script that answers once, and at the second request sends `after` and ends."""

    def script(peer: Peer) -> None:
        peer.answer(OK)
        peer.head()
        peer.send(after)
        end(peer)

    return script


def end_without_a_word(peer: Peer) -> None:
    """Read a request and close."""
    peer.head()


@pytest.mark.parametrize("method", REPEATED)
@pytest.mark.parametrize("kind", KINDS)
def test_what_may_be_done_twice_is_sent_again_when_the_engine_closes_meanwhile(
    kind: Kind, method: str, tls_files: Path
) -> None:
    """The window between the look and the send cannot be closed; a second try on a fresh connection hides it."""
    with serving(dying(), always(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        client.get("/")
        assert client.request(method, "/").status_code == 200
        assert server.connections == 2


@pytest.mark.parametrize("method", NOT_REPEATED)
@pytest.mark.parametrize("kind", KINDS)
def test_what_changes_something_is_never_sent_twice(kind: Kind, method: str, tls_files: Path) -> None:
    """The engine may have done it: a second DELETE would be a 404, a second POST a second container."""
    with serving(dying(), always(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        client.get("/")
        with pytest.raises(httpx.RemoteProtocolError, match="without a reply"):
            client.request(method, "/", content=b"abc")
        assert server.connections == 1


def test_a_request_is_sent_again_only_once() -> None:
    """An engine that closes each connection without a word is broken, not restarted."""
    with serving(dying(), end_without_a_word) as server, client_of(server) as client:
        client.get("/")
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/")
        assert server.connections == 2


def test_a_request_on_a_fresh_connection_is_not_sent_again() -> None:
    """Nothing was kept, so nothing can have been closed meanwhile."""
    with serving(end_without_a_word) as server, client_of(server) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="without a reply"):
            client.get("/")
        assert server.connections == 1


@pytest.mark.parametrize("byte", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_nothing_is_sent_again_after_the_first_byte_of_a_reply(byte: bytes) -> None:
    """The engine had begun to answer."""
    with serving(dying(byte), always()) as server, client_of(server) as client:
        client.get("/")
        with pytest.raises(httpx.RemoteProtocolError, match="in the middle of a reply"):
            client.get("/")
        assert server.connections == 1


def test_a_body_that_is_spent_is_not_sent_again() -> None:
    """A generator has yielded its blocks."""
    with serving(dying(), always()) as server, client_of(server) as client:
        client.get("/")
        with pytest.raises(httpx.TransportError):
            client.request("GET", "/", content=iter([b"abc"]))
        assert server.connections == 1


def test_nothing_is_sent_again_after_a_tls_error(tls_files: Path) -> None:
    """It says that somebody does not trust somebody; once more would be the same. Here: an end without notice."""
    with serving(dying(end=Peer.cut), always(), kind="tls", tls=tls_files) as server, client_of(server) as client:
        client.get("/")
        with pytest.raises(httpx.ReadError, match="EOF"):
            client.get("/")
        assert server.connections == 1


def test_nothing_is_sent_again_after_a_timeout() -> None:
    """The engine is slow, not gone."""
    with serving(answering(OK), always()) as server, client_of(server) as client:
        client.get("/")
        with pytest.raises(httpx.ReadTimeout):
            client.get("/", timeout=0.05)
        assert server.connections == 1


@pytest.mark.parametrize("content", [b"", b"abc"])
@pytest.mark.parametrize("method", NOT_REPEATED)
def test_even_a_post_is_sent_again_where_nothing_of_it_arrived(method: str, content: bytes) -> None:
    """On a unix socket a first send that fails proves it. Here the engine reads no more, and then ends."""

    def deaf(peer: Peer) -> None:
        peer.answer(OK)
        peer.sock.shutdown(socket.SHUT_RD)
        deafened.set()
        closed.wait(0.1)  # the client fails to send, and looks for a reply

    deafened, closed = threading.Event(), threading.Event()
    with serving(deaf, always()) as server, client_of(server) as client:
        client.get("/")
        assert deafened.wait(PATIENCE)
        assert client.request(method, "/", content=content).text == "ok"
        assert server.connections == 2


class _Closing(httpx.ByteStream):
    """A body whose first reading closes the server's end: after the look at the connection, before the first send."""

    def __init__(self, body: bytes, close: Callable[[], None]) -> None:
        super().__init__(body)
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        self._close()
        yield from super().__iter__()


@pytest.mark.parametrize(("kind", "connections"), [("unix", 2), ("tcp", 1)])
def test_an_end_before_the_first_send_proves_on_a_unix_socket_only_that_nothing_arrived(
    kind: Kind, connections: int
) -> None:
    """Over TCP the request may be on its way."""
    with serving(always(), kind=kind) as server, client_of(server) as client:
        client.get("/")
        request = client.build_request("POST", "/", content=b"abc")
        request.stream = _Closing(b"abc", server.peers[0].cut)
        with contextlib.nullcontext() if connections == 2 else pytest.raises(httpx.TransportError):
            assert client.send(request).text == "ok"
        assert server.connections == connections
