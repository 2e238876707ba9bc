"""`logs`: what goes wrong, and what the person then reads."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import logs
from dockmagic.errors import EngineFault, EngineWarning, NotFound, UsageError
from tests.engine.scripted import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic import Engine
    from tests.engine.scripted import Peer


def test_a_container_that_is_missing_is_told_with_the_nearest_one(engine: Engine, write: Callable[..., str]) -> None:
    """Of several it is a warning, and the others are there."""
    write("dmt-there", "echo x")
    with pytest.raises(NotFound, match='no container "dmt-ther" on') as caught:
        logs(engine, "dmt-ther")
    assert "Did you mean dmt-there?" in caught.value.hint
    with pytest.warns(EngineWarning, match='no container "dmt-ther" on'):
        frame = logs(engine, ["dmt-ther", "dmt-there"])
    assert list(frame["line"]) == ["x"]
    with pytest.raises(NotFound, match="no container dmt-nobody, dmt-ther on"):
        logs(engine, ["dmt-nobody", "dmt-ther"])


def test_a_log_driver_that_keeps_nothing_is_named(engine: Engine, write: Callable[..., str]) -> None:
    """In docker's words, and what to do."""
    name = write("dmt-none", "echo x", "--log-driver=none")
    with pytest.raises(EngineFault) as caught:
        logs(engine, name)
    assert caught.value.message == 'logs of "dmt-none": configured logging driver does not support reading'
    assert caught.value.hint.startswith("Its log driver is none;")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"since": "yesterday"}, "'yesterday' is no time: 10m and 1h30m are ago"),
        ({"until": "1d"}, "'1d' is no time"),
        ({"tail": "abc"}, "--tail is a number of lines or all, not 'abc'"),
        ({"tail": []}, "--tail is a number of lines or all, not"),
    ],
)
def test_what_cannot_be_right_is_refused(engine: Engine, options: dict[str, Any], words: str) -> None:
    """Before anything is asked for: docker takes any --tail that is no number for all."""
    with pytest.raises(UsageError, match=words):
        logs(engine, "dmt-nobody", **options)


@pytest.mark.parametrize("name", ["", ".", "a/../../info", None])
def test_what_can_be_no_name_is_refused(engine: Engine, name: Any) -> None:
    """It would be another path of the API."""
    with pytest.raises(UsageError):
        logs(engine, name)


@pytest.mark.parametrize("name", ["a\0b", "a/b", "\x1b[31m", "容器"])
def test_strange_names_are_just_missing(engine: Engine, name: str) -> None:
    """They reach the engine as they are; no control character reaches the reader."""
    with pytest.raises(NotFound, match="no container") as caught:
        logs(engine, name)
    assert caught.value.message.isprintable()


def scripted(answer: bytes, *, kind: str = "application/octet-stream", status: str = "200 OK") -> Any:
    """An engine whose container is "/web" and whose logs are `answer`."""

    def reply(peer: Peer, body: bytes, kind: str, status: str = "200 OK") -> None:
        peer.send(f"HTTP/1.1 {status}\r\nApi-Version: 1.41\r\nContent-Type: {kind}\r\n".encode())
        peer.send(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def script(peer: Peer) -> None:
        while True:
            target = peer.request().target
            if target == "/_ping":
                reply(peer, b"OK", "text/plain")
            elif "/logs?" in target:
                reply(peer, answer, kind, status)
            elif "/containers/json" in target:
                reply(peer, b"[]", "application/json")
            else:
                reply(peer, b'{"Id": "c0ffee", "Name": "/web", "Config": {"Tty": false}}', "application/json")

    return serving(script)


def test_an_error_of_the_engine_in_the_middle_is_raised() -> None:
    """The reply began with 200; a log file that is cut off, say."""
    words = b"Error grabbing logs: unexpected EOF\n"
    line = b"2026-01-31T13:00:00.123456789Z x\n"
    body = struct.pack(">BxxxI", 1, len(line)) + line + struct.pack(">BxxxI", 3, len(words)) + words
    with scripted(body) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(EngineFault, match='logs of "web": Error grabbing logs: unexpected EOF'):
            logs(engine, "web")


def test_a_container_that_vanishes_meanwhile_is_missing() -> None:
    """Between being described and being read."""
    gone = scripted(b'{"message": "No such container: c0ffee"}', kind="application/json", status="404 Not Found")
    with gone as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(NotFound, match='no container "web" on'):
            logs(engine, "web")
