"""The physical limit: a unix socket read with as little as HTTP allows. A yardstick, and no client to be used."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Self

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RawConnection", "raw_body", "raw_events"]

_RECEIVE_SIZE = 65536
_BLANK = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_LENGTH = b"content-length: "


class RawConnection:
    """A connection that is kept alive. It takes for granted how Docker's engines frame their replies."""

    def __init__(self, path: str) -> None:
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.connect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def get(self, target: str, *, method: str = "GET") -> bytes:
        """The body of the answer to GET `target`, or to another method that sends no body."""
        self._sock.sendall(f"{method} {target} HTTP/1.1\r\nHost: docker\r\n\r\n".encode())
        data = _more(self._sock)
        while _BLANK not in data:
            data += _more(self._sock)
        head, _, body = data.partition(_BLANK)
        head = head.lower()
        if head.split(None, 2)[1] == b"204":
            return b""
        if _LENGTH not in head:
            return _joined(self._until_last_chunk(body))
        length = int(head.partition(_LENGTH)[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += _more(self._sock)
        return body

    def _until_last_chunk(self, first: bytes) -> bytes:
        """The chunks of a body of JSON, which holds no carriage return: what looks like the last chunk is it."""
        pieces, end = [first], first[-len(_LAST_CHUNK) :]
        while end != _LAST_CHUNK:
            pieces.append(_more(self._sock))
            end = (end + pieces[-1])[-len(_LAST_CHUNK) :]
        return b"".join(pieces)


def _more(sock: socket.socket) -> bytes:
    """What has arrived. Raises EOFError at the connection's end, which is no reply's."""
    if not (data := sock.recv(_RECEIVE_SIZE)):
        raise EOFError("the engine closed the connection in the middle of a reply")
    return data


def _joined(chunks: bytes) -> bytes:
    """A body without the sizes of its chunks."""
    body: list[memoryview] = []
    view, start = memoryview(chunks), 0
    while True:
        line_end = chunks.index(b"\r\n", start)
        size = int(chunks[start:line_end], 16)
        if size == 0:
            return b"".join(body)
        body.append(view[line_end + 2 : line_end + 2 + size])
        start = line_end + 2 + size + 2


def raw_events(path: str, target: str) -> Iterator[Any]:
    """The JSON objects of GET `target`, one per line, asked for in HTTP/1.0, so that they come without chunks."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        sock.sendall(b"GET %b HTTP/1.0\r\n\r\n" % target.encode())
        rest = b""
        while _BLANK not in rest:
            rest += _more(sock)
        rest = rest.partition(_BLANK)[2]
        while data := sock.recv(_RECEIVE_SIZE):
            *lines, rest = (rest + data).split(b"\n")
            yield from map(orjson.loads, lines)


def raw_body(path: str, target: str) -> bytes:
    """The body of the answer to GET `target`, asked for in HTTP/1.0, so that it comes without chunks."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        sock.sendall(b"GET %b HTTP/1.0\r\n\r\n" % target.encode())
        return b"".join(iter(lambda: sock.recv(_RECEIVE_SIZE), b"")).partition(_BLANK)[2]
