"""An engine whose replies are the test's choice, and which notes what it was asked."""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

import dockmagic
from tests.engine.scripted import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.engine.scripted import Peer

VERSION = "1.45"


@contextlib.contextmanager
def engine_that_says(*replies: Any, status: str = "200 OK", seconds: float = 0) -> Iterator[tuple[Engine, list[str]]]:
    """An engine that gives these `replies` as JSON, one after the other, and the list of what it was asked for.

    The last reply is for all that is asked later. `status` is that of the first; each takes `seconds`.
    """
    asked: list[str] = []

    def script(peer: Peer) -> None:
        while True:
            request = peer.request()
            if request.target == "/_ping":
                peer.send(_reply("200 OK", b"OK", "text/plain"))
                continue
            time.sleep(seconds)
            reply = replies[min(len(asked), len(replies) - 1)]
            peer.send(_reply("200 OK" if asked else status, json.dumps(reply).encode(), "application/json"))
            asked.append(f"{request.method} {request.target.removeprefix(f'/v{VERSION}')}")

    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        yield engine, asked


def _reply(status: str, body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\nApi-Version: {VERSION}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
