from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from dockmagic.engine.channel import wait_for
from dockmagic.engine.dial import Dialer
from dockmagic.engine.transport import IDLE, EngineTransport
from tests.engine.scripted import (
    OK,
    PATIENCE,
    Peer,
    always,
    answering,
    client_of,
    endpoint_of,
    eventually,
    open_files,
    serving,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dockmagic.engine.channel import Channel
    from tests.engine.scripted import (
        Kind,
    )

KINDS: tuple[Kind, ...] = ("unix", "tcp", "tls")


def pool(client: httpx.Client) -> list[Channel]:
    """The idle connections of a client."""
    transport = client._transport
    assert isinstance(transport, EngineTransport)
    return list(transport._idle)


@pytest.mark.parametrize("kind", KINDS)
def test_a_connection_is_used_again(kind: Kind, tls_files: Path) -> None:
    """Connecting costs more than a small request."""
    with serving(always(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        assert [client.get("/").text for _ in range(5)] == ["ok"] * 5
        assert client.post("/", content=b"abc").text == "ok"
        assert client.post("/", content=iter([b"abc"])).text == "ok"
        assert (server.connections, len(pool(client))) == (1, 1)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("end", [Peer.close, Peer.cut], ids=["a word of farewell", "no word"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_connection_that_the_engine_closed_is_found_before_it_is_used(
    kind: Kind, end: Callable[[Peer], None], method: str, tls_files: Path
) -> None:
    """So that not even a POST, which is never repeated, fails after a restart of the engine."""

    def closing(peer: Peer) -> None:
        peer.answer(OK)
        end(peer)

    with serving(closing, always(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        client.get("/")
        (channel,) = pool(client)
        assert any(wait_for(channel.sock, reading=True, writing=False, timeout=PATIENCE))
        assert client.request(method, "/").text == "ok"
        assert server.connections == 2


def test_a_connection_that_the_engine_reset_is_found_before_it_is_used() -> None:
    """As above, for TCP's rude way to end."""

    def resetting(peer: Peer) -> None:
        peer.answer(OK)
        peer.reset()

    with serving(resetting, always(), kind="tcp") as server, client_of(server) as client:
        client.get("/")
        assert any(wait_for(pool(client)[0].sock, reading=True, writing=False, timeout=PATIENCE))
        assert client.post("/").text == "ok"


def test_tls_session_tickets_on_a_kept_connection_are_not_an_end(tls_files: Path) -> None:
    """TLS 1.3 sends them after the handshake: the socket can be read, and still nobody has said anything."""
    with serving(always(), kind="tls", tls=tls_files) as server:
        channel = Dialer(endpoint_of(server))(PATIENCE, None)
        assert any(wait_for(channel.sock, reading=True, writing=False, timeout=PATIENCE)), "no tickets came"
        assert not channel.stale()
        channel.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_reply_in_the_same_read_is_nobodys_answer(kind: Kind, tls_files: Path) -> None:
    """Without care each later call would get the answer of the one before."""
    stray = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"
    with serving(answering(OK + stray), always(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        assert [client.get("/").text for _ in range(3)] == ["ok"] * 3
        assert server.connections == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_reply_that_comes_later_is_nobodys_answer(kind: Kind, tls_files: Path) -> None:
    """It is found on the kept connection before that is used again."""

    def stray(peer: Peer) -> None:
        peer.answer(OK)
        assert answered.wait(PATIENCE)
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray")
        sent.set()
        peer.until_end()

    answered, sent = threading.Event(), threading.Event()
    with serving(stray, always(), kind=kind, tls=tls_files) as server, client_of(server) as client:
        assert client.get("/").text == "ok"
        answered.set()
        assert sent.wait(PATIENCE)
        assert any(wait_for(pool(client)[0].sock, reading=True, writing=False, timeout=PATIENCE))
        assert client.post("/").text == "ok"
        assert server.connections == 2


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    ],
)
def test_a_connection_that_is_to_be_closed_is_not_kept(reply: bytes) -> None:
    """And the server sees it end."""
    ended = threading.Event()

    def script(peer: Peer) -> None:
        peer.answer(reply)
        peer.until_end()
        ended.set()

    with serving(script) as server, client_of(server) as client:
        client.get("/")
        assert pool(client) == []
        assert ended.wait(PATIENCE)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_replies_without_a_body_end_at_once_and_leave_the_connection_usable(reply: bytes) -> None:
    """Waiting for the body that a length announces would wait for ever."""
    with serving(always(reply)) as server, client_of(server) as client:
        assert [client.get("/").content for _ in range(3)] == [b""] * 3
        assert server.connections == 1


def test_head_ends_at_its_head_and_leaves_the_connection_usable() -> None:
    """The length is that of what GET would send."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    with serving(always(reply)) as server, client_of(server) as client:
        answers = [client.head("/") for _ in range(3)]
        assert [(answer.headers["content-length"], answer.content) for answer in answers] == [("500", b"")] * 3
        assert server.connections == 1


def test_trailers_do_not_land_in_the_headers_of_the_reply() -> None:
    """Also not in those of the next one."""
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n"
    with serving(always(reply)) as server, client_of(server) as client:
        for _ in range(2):
            answer = client.get("/")
            assert (answer.text, dict(answer.headers)) == ("ok", {"transfer-encoding": "chunked"})
        assert server.connections == 1


def test_a_body_that_is_not_read_to_its_end_closes_the_connection() -> None:
    """Which tells the engine to stop working for it."""
    ended = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome")
        peer.until_end()
        ended.set()

    with serving(script) as server, client_of(server) as client:
        with client.stream("GET", "/") as response:
            assert next(response.iter_raw()) == b"some"
        assert ended.wait(PATIENCE)
        assert pool(client) == []


def test_an_iterator_that_outlives_its_response_says_so() -> None:
    """It must not read from a connection that somebody else uses by now."""
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
    with serving(answering(reply)) as server, client_of(server) as client:
        with client.stream("GET", "/") as response:
            blocks = iter(response.stream)  # type: ignore[arg-type] # httpx: sync or async
            assert next(blocks) == b"ok"
        with pytest.raises(httpx.StreamClosed):
            next(blocks)


def test_closing_the_client_closes_what_is_kept_and_what_comes_back_later() -> None:
    """Nothing may stay open after %unload_ext."""
    before = open_files()
    with serving(always()) as server:
        client = client_of(server)
        client.get("/")
        with client.stream("GET", "/") as response:
            client.close()
            assert response.read() == b"ok"
        assert pool(client) == []
        assert eventually(lambda: all(peer.sock.fileno() == -1 for peer in server.peers))
    assert open_files() - before == set()


def test_no_more_than_the_width_of_a_bulk_command_is_kept() -> None:
    """More connections at once are possible; those above are closed as they come back."""
    with serving(always()) as server, client_of(server) as client:
        with contextlib.ExitStack() as stack:
            responses = [stack.enter_context(client.stream("GET", "/")) for _ in range(IDLE + 6)]
            for response in responses:
                response.read()
        assert server.connections == IDLE + 6
        assert len(pool(client)) == IDLE
