"""An engine of a chosen API version: it replies what `api_shapes` says."""

from __future__ import annotations

import contextlib
import json
import struct
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import dockmagic
from tests.engine.scripted import serving
from tests.frames.api_shapes import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.engine.scripted import Peer

__all__ = ["engine_of", "reply"]

LINES = [(1, b"2026-01-31T13:00:01.278888050Z hello\n"), (2, b"2026-01-31T13:00:01.278888051Z err\n")]


@contextlib.contextmanager
def engine_of(version: str) -> Iterator[Engine]:
    """An engine that replies as that API version has it, asked in that version."""

    def script(peer: Peer) -> None:
        while True:
            peer.send(reply(peer.request().target, version))

    with serving(script) as server:
        with dockmagic.connect(f"unix://{server.path}", environ={"DOCKER_API_VERSION": version}) as engine:
            yield engine


def reply(target: str, version: str) -> bytes:
    """What an engine of that version sends to a request for `target`, the head included."""
    kind, body = _body(unquote(target.partition("?")[0]).removeprefix(f"/v{version}"), version)
    head = f"HTTP/1.1 200 OK\r\nApi-Version: {version}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _body(path: str, version: str) -> tuple[str, bytes]:
    minor = int(version.partition(".")[2])
    if path == "/_ping":
        return "text/plain", b"OK"
    if path.endswith("/logs"):
        frames = b"".join(struct.pack(">BxxxI", stream, len(line)) + line for stream, line in LINES)
        return "application/vnd.docker.multiplexed-stream" if minor >= 42 else "application/octet-stream", frames
    replied: Any = shapes(version)[path]
    if path in {"/events", "/images/create"}:
        lines = b"".join(json.dumps(line).encode() + b"\r\n" for line in replied)
        return "application/jsonl" if minor >= 52 else "application/json", lines
    return "application/json", json.dumps(replied).encode()
