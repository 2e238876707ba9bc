"""One HTTP reply, read by httptools (llhttp) piece by piece."""

from __future__ import annotations

from collections import deque
from http import HTTPStatus

import httptools
import httpx

__all__ = ["OVERHEAD_LIMIT", "Reply"]

OVERHEAD_LIMIT = 256 * 1024
"""Bytes that a reply may spend on headers (or on trailers and chunk extensions); httptools itself knows no limit."""

_HEAD_END = b"\r\n\r\n"
_VERSIONS = frozenset({"1.0", "1.1"})
_NO_BODY = frozenset({HTTPStatus.SWITCHING_PROTOCOLS, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


def _fields(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers in lower case; the values of one that comes twice are joined, as HTTP says."""
    fields: dict[bytes, bytes] = {}
    for given, value in headers:
        name = given.lower()
        fields[name] = fields[name] + b"," + value.lower() if name in fields else value.lower()
    return fields


class Reply:
    """Feed it what the socket gave; it collects the final status, the headers and the pieces of the body.

    A new one for each reply: llhttp can neither be told that a reply answers a HEAD nor be asked whether the end of
    the connection ended the message, so both are kept count of here.
    """

    def __init__(self, *, to_head: bool = False) -> None:
        self.status = 0
        self.reason = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces: deque[bytes] = deque()
        self.seen = False  # any byte of a reply at all
        self.head_complete = False
        self.complete = False
        self.keep_alive = False
        self.until_eof = False
        self.upgraded = False
        self.rest = b""  # what followed the head of an upgraded connection
        self.on_body = self.pieces.append  # a C function: no bytecode that an interrupt could hit
        self._to_head = to_head
        self._tail = b""  # the last bytes fed, while answering a HEAD
        self._overhead = 0
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Take `data` in. Raises httpx.RemoteProtocolError where it is no HTTP."""
        self.seen = True
        pieces = len(self.pieces)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.upgraded = self.complete = True
            self.rest = data[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            self._failed(error, data)
        if self._to_head:
            self._tail = (self._tail + data)[-len(_HEAD_END) :]
        if self._to_head and self.complete:
            # bytes behind the head of a HEAD's reply are nobody's, and more of them may be on their way
            self.keep_alive = self.keep_alive and not self.pieces and self._tail == _HEAD_END
            self.pieces.clear()
        elif len(self.pieces) == pieces and not self.complete:
            self._count(len(data))
        else:
            self._overhead = 0

    def end(self) -> None:
        """The engine closed the connection: fine if that is how this message ends, else it was cut short."""
        if self.until_eof:
            self.complete = True
        if self.complete:
            return
        if not self.seen:
            raise httpx.RemoteProtocolError("the connection was closed without a reply")
        raise httpx.RemoteProtocolError("the connection was closed in the middle of a reply")

    def take(self) -> bytes:
        """The body's bytes that came since the last call, in one piece."""
        if not self.pieces:
            return b""
        data = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
        self.pieces.clear()
        return data

    # What httptools calls. An exception in here reaches feed() as HttpParserCallbackError.

    def on_message_begin(self) -> None:
        """A 1xx reply or the final one begins; a message behind the final one is nobody's answer."""
        if self.head_complete:
            raise httpx.RemoteProtocolError("a second reply came to one request")
        self.reason, self.headers = b"", []

    def on_status(self, reason: bytes) -> None:
        """The reason phrase, in pieces."""
        self.reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or behind the body a trailer, which is passed over."""
        if not self.head_complete:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is there; only here and in on_message_complete does llhttp answer about keep-alive rightly."""
        self.status = self._parser.get_status_code()
        if self.status < HTTPStatus.OK and self.status != HTTPStatus.SWITCHING_PROTOCOLS:  # the final one follows
            return
        version = self._parser.get_http_version()
        if version not in _VERSIONS:  # llhttp lets 0.9 and 2.0 pass
            raise httpx.RemoteProtocolError(f"the reply is of HTTP/{version}")
        self.head_complete = True
        bodyless = self._to_head or self.status in _NO_BODY
        fields = _fields(self.headers)
        chunked = fields.get(b"transfer-encoding", b"").rstrip(b" \t").endswith(b"chunked")
        self.until_eof = not (bodyless or chunked or b"content-length" in fields)
        if bodyless:
            wanted = self.status != HTTPStatus.SWITCHING_PROTOCOLS and b"close" not in fields.get(b"connection", b"")
            self.keep_alive = wanted and version == "1.1"
            self.complete = True
        else:
            self.keep_alive = self._parser.should_keep_alive() and not self.until_eof

    def on_message_complete(self) -> None:
        """The end of a 1xx, or of the final reply."""
        self.complete = self.head_complete

    def _failed(self, error: httptools.HttpParserError, data: bytes) -> None:
        cause = error.__context__
        if isinstance(error, httptools.HttpParserCallbackError) and cause is not None:
            if self.complete and isinstance(cause, httpx.RemoteProtocolError):
                self.keep_alive = False  # our answer is whole; the connection is not to be trusted
                return
            raise cause  # an interrupt, most of all: a second feed_data() would have lost it
        if self.status == HTTPStatus.SWITCHING_PROTOCOLS:
            raise httpx.RemoteProtocolError("the engine switched protocols without saying to which") from error
        if self.complete:
            self.keep_alive = False
            return
        raise httpx.RemoteProtocolError(f"not HTTP ({error}): {data[:60]!r}") from error

    def _count(self, size: int) -> None:
        self._overhead += size
        if self._overhead > OVERHEAD_LIMIT:
            raise httpx.RemoteProtocolError(f"more than {OVERHEAD_LIMIT} bytes of headers")
