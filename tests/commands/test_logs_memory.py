"""`logs`: what a long one takes in memory."""

from __future__ import annotations

import json
import struct
import tracemalloc
from typing import TYPE_CHECKING

import dockmagic
from dockmagic import logs
from tests.engine.scripted import serving

if TYPE_CHECKING:
    from tests.engine.scripted import Peer

COUNT = 200_000
LIMIT = 4.5
"""Times the bytes that the engine sends."""


def written() -> bytes:
    """So many lines as an engine sends them, every tenth of stderr, with about 130 bytes each."""
    parts = []
    for number in range(COUNT):
        time = f"2026-01-31T13:{number // 6000 % 60:02}:{number // 100 % 60:02}.{number:09}Z"
        agent = "Mozilla/5.0 (Linux x86_64; rv:150)"
        line = f'{time} 10.0.0.{number % 250} - "GET /shop/items/{number:06} HTTP/1.1" 200 "{agent}"\n'.encode()
        parts.append(struct.pack(">BxxxI", 1 if number % 10 else 2, len(line)) + line)
    return b"".join(parts)


def test_200_000_lines_take_at_most_4_5_times_their_bytes() -> None:
    """At the peak, from the first byte to the typed frame."""
    described = json.dumps({"Id": "c0ffee", "Name": "/web", "Config": {"Tty": False}}).encode()
    body = written()

    def script(peer: Peer) -> None:
        while True:
            target = peer.request().target
            reply = b"OK" if target == "/_ping" else body if "/logs?" in target else described
            kind = b"json" if reply is described else b"octet-stream"
            head = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: application/%b\r\nContent-Length: %d\r\n\r\n"
            peer.send(head % (kind, len(reply)))
            peer.send(reply)

    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        logs(engine, "web", tail=0)  # what is imported and cached once is not counted
        tracemalloc.start()
        try:
            frame = logs(engine, "web")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(frame) == COUNT
    assert frame["line"].iloc[-1].startswith('10.0.0.249 - "GET /shop/items/199999 HTTP/1.1" 200')
    assert peak < LIMIT * len(body), f"{peak / len(body):.2f} times the bytes"
