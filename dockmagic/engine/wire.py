"""An httpx request as the bytes of HTTP/1.1, and a guard against what would break out of them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Outgoing"]

# httpx checks neither; h11, which our transport replaces, did: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TARGET = re.compile(rb"[\x21-\x7e]+")
_FORBIDDEN = re.compile(rb"[\r\n\0]")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_SMALL = 64 * 1024  # bytes of a body's block that are copied to leave together with the head


_TOO_LONG = "the body is longer than its Content-Length"


@functools.lru_cache(maxsize=256)
def _is_token(name: bytes) -> bool:
    return _TOKEN.fullmatch(name) is not None


def _framing(headers: list[tuple[bytes, bytes]]) -> tuple[bool, int]:
    """Whether the body is chunked, and else its length. Raises httpx.LocalProtocolError for two answers or none."""
    coding, length = (
        b", ".join(value for given, value in headers if given.lower() == name)
        for name in (b"transfer-encoding", b"content-length")
    )
    if coding:
        if length or coding.lower() != b"chunked":
            raise httpx.LocalProtocolError(f"unclear where the body ends: {coding!r} with length {length!r}")
        return True, 0
    if length and not _LENGTH.fullmatch(length):
        raise httpx.LocalProtocolError(f"illegal Content-Length {length!r}")
    return False, int(length or 0)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What of a request goes on the wire: its head, and how the body is framed behind it."""

    method: str
    head: bytes
    stream: httpx.SyncByteStream
    chunked: bool
    length: int  # of the body, in bytes; 0 if chunked or without

    @classmethod
    def of(cls, request: httpx.Request) -> Outgoing:
        """Serialise the head of `request`. Raises httpx.LocalProtocolError for what could smuggle a second one."""
        method = request.method.encode("ascii", "replace")
        target: bytes = request.extensions.get("target", b"") or request.url.raw_path
        if not _is_token(method):
            raise httpx.LocalProtocolError(f"illegal method {request.method!r}")
        if not _TARGET.fullmatch(target):
            raise httpx.LocalProtocolError(f"illegal characters in the request's path {target!r}")
        lines = [b"%b %b HTTP/1.1\r\n" % (method, target)]
        headers = request.headers.raw
        for name, value in headers:
            if not _is_token(name) or _FORBIDDEN.search(value):
                raise httpx.LocalProtocolError(f"illegal header {name!r}")
            lines.append(b"%b: %b\r\n" % (name, value))
        lines.append(b"\r\n")
        if not isinstance(request.stream, httpx.SyncByteStream):
            raise httpx.LocalProtocolError("the body of a request must be readable without an event loop")
        chunked, length = _framing(headers)
        if not chunked and not length and any(request.stream):
            raise httpx.LocalProtocolError(_TOO_LONG)
        return cls(request.method, b"".join(lines), request.stream, chunked, length)

    @property
    def has_body(self) -> bool:
        """Whether anything follows the head."""
        return self.chunked or self.length > 0

    @property
    def repeatable(self) -> bool:
        """Whether the same body can be sent a second time: bytes in memory can, a generator cannot."""
        return isinstance(self.stream, httpx.ByteStream)

    def blocks(self) -> Iterator[bytes]:
        """Head and body in the blocks to send. What the body's own iterator raises passes through untouched."""
        if not self.has_body:
            yield self.head
        elif self.chunked:
            yield self.head
            # an empty block would be the end of the message
            yield from (b"%x\r\n%b\r\n" % (len(block), block) for block in self.stream if block)
            yield b"0\r\n\r\n"
        else:
            yield from self._counted()

    def _counted(self) -> Iterator[bytes]:
        left, pending = self.length, self.head
        for block in self.stream:
            left -= len(block)
            if left < 0:
                raise httpx.LocalProtocolError(_TOO_LONG)
            if pending and len(block) > _SMALL:
                yield pending
                yield block
            else:
                yield pending + block if pending else block
            pending = b""
        if left:
            raise httpx.LocalProtocolError("the body is shorter than its Content-Length")
