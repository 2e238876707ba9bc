"""A session's connection, with a scripted engine at the other end."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.builder.buildkit.services import Health, Secrets
from dockmagic.builder.buildkit.session import Session
from dockmagic.errors import APIError, ProtocolError
from tests.engine.scripted import PATIENCE, eventually, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockmagic import Engine
    from tests.engine.scripted import Peer

PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"
SWITCH = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
SETTINGS = bytes(3) + b"\4" + bytes(5)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SETTINGS


@contextmanager
def engine_that(script: Callable[[Peer], None]) -> Iterator[Engine]:
    """An engine that answers pings, and does `script` on the connection of a session."""

    def serve(peer: Peer) -> None:
        while True:
            head = peer.head()
            if b"/_ping" not in head:
                break
            peer.send(PING)
        heads.append(head)
        script(peer)

    heads: list[bytes] = []
    with serving(serve) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        engine.heads = heads  # type: ignore[attr-defined]
        yield engine


def session_threads() -> list[str]:
    """The names of the threads of sessions."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dockmagic-session")]


def test_a_session_says_who_it_is_and_what_it_offers() -> None:
    """Each method in a header of its own, all of one name."""

    def script(peer: Peer) -> None:
        peer.send(SWITCH)
        peer.until_end()

    with engine_that(script) as engine:
        with Session(engine, Secrets({}), shared_key="key") as session:
            identity = session.id
    head, *lines = engine.heads[0].decode().split("\r\n")  # type: ignore[attr-defined]
    assert head == "POST /v1.41/session HTTP/1.1"
    assert {
        f"X-Docker-Expose-Session-Uuid: {identity}",
        "X-Docker-Expose-Session-Name: dockmagic",
        "X-Docker-Expose-Session-Sharedkey: key",
        "X-Docker-Expose-Session-Grpc-Method: /grpc.health.v1.Health/Check",
        "X-Docker-Expose-Session-Grpc-Method: /moby.buildkit.secrets.v1.Secrets/GetSecret",
        "Connection: Upgrade",
        "Upgrade: h2c",
    } <= set(lines)
    assert len(identity) == 32


@pytest.mark.parametrize("together", [True, False])
def test_the_engines_first_words_may_come_with_the_switch(together: bool) -> None:  # noqa: FBT001
    """In one piece with the reply's head, or later; they are answered with our settings."""
    answered: list[bytes] = []

    def script(peer: Peer) -> None:
        if together:
            peer.send(SWITCH + PREFACE)
        else:
            peer.send(SWITCH)
            peer.send(PREFACE, piecewise=True)
        answered.append(peer.exactly(9))
        peer.until_end()

    with engine_that(script) as engine, Session(engine) as session:
        assert eventually(lambda: bool(answered))
    assert answered[0][3] == 4  # SETTINGS
    assert session.error is None


@pytest.mark.parametrize(
    "garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", PREFACE + b"\0\0\1\0\0\0\0\0\1x", b"\0" * 1000]
)
def test_garbage_from_the_engine_ends_the_session(garbage: bytes) -> None:
    """With an error of the session; the connection is closed, the thread is gone before the `with` ends."""
    closed = threading.Event()

    def script(peer: Peer) -> None:
        peer.send(SWITCH + garbage)
        peer.until_end()
        closed.set()

    with engine_that(script) as engine, Session(engine) as session:
        assert closed.wait(PATIENCE)
        assert eventually(lambda: not session_threads())
    assert isinstance(session.error, ProtocolError)
    assert "broke the rules of HTTP/2" in session.error.message


def test_an_engine_that_closes_the_connection_ends_the_session() -> None:
    """In the middle that is an error; a GOAWAY before it is none."""
    goaway = b"\0\0\x08\7\0\0\0\0\0" + bytes(8)

    def leave(peer: Peer) -> None:
        peer.send(SWITCH + PREFACE + goaway)
        peer.until_end()

    with engine_that(lambda peer: peer.send(SWITCH)) as engine, Session(engine) as session:
        assert eventually(lambda: not session_threads())
    assert session.error is not None
    assert re.search("closed the session in the middle of the build|broke off: Broken pipe", session.error.message)
    with engine_that(leave) as engine, Session(engine) as session:
        assert eventually(lambda: not session_threads())
    assert session.error is None


def test_the_end_of_the_with_block_ends_a_session_that_is_silent() -> None:
    """The engine sees the connection closed; the thread does not wait for it."""
    closed = threading.Event()

    def script(peer: Peer) -> None:
        peer.send(SWITCH)
        peer.until_end()
        closed.set()

    with engine_that(script) as engine:
        with Session(engine) as session:
            assert session_threads() == ["dockmagic-session"]
        assert session_threads() == []
        assert closed.wait(PATIENCE)
        assert session.error is None


def test_an_engine_that_takes_nothing_does_not_keep_the_session() -> None:
    """It asks and never reads: writing to it blocks, and the end of the `with` block ends that too."""
    blocked = threading.Event()
    requests = b"".join(b"\0\0\x08\6\0\0\0\0\0" + bytes(8) for _ in range(2_000))  # pings

    def script(peer: Peer) -> None:
        peer.send(SWITCH + PREFACE)
        peer.sock.settimeout(0.5)
        try:
            while True:
                peer.sock.sendall(requests)
        except TimeoutError:
            blocked.set()
        peer.sock.settimeout(PATIENCE)
        peer.until_end()

    with engine_that(script) as engine:
        with Session(engine):
            assert blocked.wait(PATIENCE)
        assert session_threads() == []


def test_an_engine_without_sessions_is_an_error() -> None:
    """It answers, and does not switch; no thread was started."""

    def refuse(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def go_on(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with engine_that(refuse) as engine, pytest.raises(APIError), Session(engine):
        pass
    with engine_that(go_on) as engine, pytest.raises(ProtocolError, match="instead of switching to h2c"):
        with Session(engine):
            pass
    assert session_threads() == []


def test_headers_of_an_upgrade_may_be_a_dict_too() -> None:
    """As elsewhere."""

    def script(peer: Peer) -> None:
        peer.send(SWITCH)
        peer.until_end()

    with engine_that(script) as engine:
        with engine.upgrade("/session", protocol="h2c", headers={"X-A": "1"}) as stream:
            assert stream.read_now() is None
    assert b"\r\nX-A: 1\r\n" in engine.heads[0]  # type: ignore[attr-defined]


def test_the_services_have_no_secrets_in_their_reprs() -> None:
    """They are in tracebacks of other people's code."""
    assert repr(Secrets({"token": b"hidden", "b": b"x"})) == "<Secrets token, b>"
    assert "hidden" not in repr(Health())
