"""`events`: what is sent, and how a stream ends; the peer is a scripted one."""

from __future__ import annotations

import json
import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

import dockmagic
from dockmagic import events
from dockmagic.errors import ProtocolError
from tests.commands.scripted_engine import engine_that_says
from tests.engine.scripted import PATIENCE, serving

if TYPE_CHECKING:
    from tests.conftest import DockerCli
    from tests.engine.scripted import Peer


def test_what_is_asked_is_what_docker_asks(docker_cli: DockerCli) -> None:
    """The same parameters, and filters in the same JSON."""
    asked: list[str] = []

    def script(peer: Peer) -> None:
        while True:
            request = peer.request()
            asked.append(request.target)
            kind = "text/plain" if "_ping" in request.target else "application/json"
            peer.send(f"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: {kind}\r\n".encode())
            peer.send(b"Ostype: linux\r\nContent-Length: 0\r\n\r\n")

    filters = ["type=container", "label=a=b", "type=image"]
    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        flags = [f"--filter={text}" for text in filters]
        docker_cli("events", "--since=2026-01-31", "--until=1769864400.5", *flags, host=engine.host)
        events(engine, since="2026-01-31", until="1769864400.500000000", filter=filters)
    theirs, ours = (parse_qs(urlsplit(target).query) for target in asked if "/events" in target)
    assert [json.loads(query.pop("filters")[0]) for query in (theirs, ours)] == [
        {"type": {"container": True, "image": True}, "label": {"a=b": True}}
    ] * 2
    assert ours.pop("until") == [theirs.pop("until")[0].ljust(20, "0")]
    assert ours == theirs


def test_an_interrupt_closes_the_stream() -> None:
    """So that the engine stops to send; what had come is gone."""
    closed = threading.Event()

    def script(peer: Peer) -> None:
        if peer.request().target == "/_ping":
            peer.send(b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK")
            peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n")
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        peer.until_end()
        closed.set()

    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(KeyboardInterrupt):
            events(engine, until=timedelta(hours=-1))
        assert closed.wait(PATIENCE)


def test_a_line_that_is_no_object_is_no_event() -> None:
    """It is not an engine that says so."""
    with engine_that_says(["x"]) as (engine, _), pytest.raises(ProtocolError, match="GET /events is no object: list"):
        events(engine)
