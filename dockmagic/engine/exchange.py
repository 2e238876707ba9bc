"""One request and its reply on one channel."""

from __future__ import annotations

import functools
import math
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Never

import httpx

from dockmagic.engine.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.channel import Channel
    from dockmagic.engine.stop import Stop
    from dockmagic.engine.wire import Outgoing

__all__ = ["Exchange", "Limits"]

_ENDLESS = 1e6  # seconds; poll() counts milliseconds in an int
_REFUSED = HTTPStatus.BAD_REQUEST  # a status from here on answers a request whose body need not be sent any further
_EARLY_LIMIT = 16 * 1024 * 1024  # bytes of an early reply that are kept while the body is still being sent


def _usable(seconds: float | None) -> float | None:
    if seconds is None or math.isnan(seconds) or seconds > _ENDLESS:
        return None
    return max(seconds, 1e-3)  # 0 would mean "do not wait at all" to a socket


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for each wait, None for no limit."""

    connect: float | None
    read: float | None
    write: float | None

    @classmethod
    def of(cls, request: httpx.Request) -> Limits:
        """What httpx put into the request's extensions; what cannot be a limit is none."""
        given: Mapping[str, float | None] = request.extensions.get("timeout", {})
        return cls._usable(given.get("connect"), given.get("read"), given.get("write"))

    @classmethod
    @functools.lru_cache(maxsize=64)
    def _usable(cls, *seconds: float | None) -> Limits:
        return cls(*map(_usable, seconds))


class Exchange:
    """Sends a request and reads what comes back; every failure is an httpx.TransportError with its cause."""

    def __init__(self, channel: Channel, outgoing: Outgoing, *, limits: Limits, stop: Stop | None) -> None:
        self.channel = channel
        self.reply = Reply(to_head=outgoing.method == "HEAD")
        self.begun = False  # whether a send has succeeded; if not, nothing of the request has arrived
        self._outgoing = outgoing
        self._limits = limits
        self._stop = stop
        self._sent = False
        self._early = 0  # bytes that came while the body was being sent
        self._broken = False  # a send failed; what can be read may have lost its end

    @property
    def reusable(self) -> bool:
        """Whether another request may follow on this channel."""
        return self._sent and self.reply.complete and self.reply.keep_alive and not self._broken

    @property
    def stopped(self) -> bool:
        """Whether somebody asked this request to stop."""
        return self._stop is not None and self._stop.requested

    def start(self) -> None:
        """Send the request and read until the reply's head is there."""
        if self._outgoing.has_body:
            self._send_body()
        else:
            self._send_head()
        while not self.reply.head_complete:
            self._receive()
        self.channel.used = True

    def read(self) -> bytes:
        """The next bytes of the body, b"" at its end."""
        while not (data := self.reply.take()):
            if self.reply.complete:
                return b""
            self._receive()
        return data

    def _send_head(self) -> None:
        view = memoryview(self._outgoing.head)
        try:
            while view:
                view = view[self.channel.send(view, self._limits.write) :]
                self.begun = True
        except TimeoutError as error:
            raise httpx.WriteTimeout("the engine takes no more bytes") from error
        except OSError as error:
            self._send_failed(error)
        else:
            self._sent = True

    def _send_body(self) -> None:
        """Send head and body, and listen meanwhile: an engine that refuses says so before it has read everything."""
        for block in self._outgoing.blocks():
            view = memoryview(block)
            while view or self.channel.unsent:
                try:
                    readable, writable = self.channel.wait(self._limits.write)
                    if readable and self._refused():
                        return
                    if writable:
                        view = view[self.channel.send_now(view) :]
                        self.begun = True
                except TimeoutError as error:
                    raise httpx.WriteTimeout("the engine takes no more bytes") from error
                except OSError as error:
                    self._send_failed(error)
                    return
        self._sent = True

    def _refused(self) -> bool:
        """Read what is there while sending: whether it is a final reply that makes the rest of the body pointless."""
        data = self.channel.recv_now()
        if data is None:
            return False
        self._take_in(data)
        self._early += len(data)
        if self.reply.upgraded:
            raise httpx.RemoteProtocolError("the engine switched protocols before it had read the request")
        if self._early > _EARLY_LIMIT:
            raise httpx.RemoteProtocolError("the engine sends a long answer before it has read the request")
        return not data or (self.reply.head_complete and self.reply.status >= _REFUSED)

    def _send_failed(self, error: OSError) -> None:
        """A send failed: the reason may be waiting to be read, as a reply or as an alert of TLS."""
        self._broken = True
        if isinstance(error, ssl.SSLError) and not self.reply.head_complete:
            self._raise_read(error)  # the alert itself, which OpenSSL tells only once
        while not self.reply.head_complete:
            self._receive(because=error)

    def _receive(self, *, because: OSError | None = None) -> None:
        try:
            data = self.channel.recv(self._limits.read)
        except TimeoutError as error:
            raise httpx.ReadTimeout("the engine did not answer in time") from error
        except OSError as error:
            if self.reply.complete:
                return  # ECONNRESET in place of the end
            self._raise_read(because if because and not isinstance(error, ssl.SSLError) else error)
        self._take_in(data, because=because)

    def _take_in(self, data: bytes, *, because: OSError | None = None) -> None:
        if self.stopped:  # a TCP peer that floods may be read from long after the shutdown
            raise httpx.ReadError("stopped") from because
        if data:
            self.reply.feed(data)
            return
        if self._broken:
            self.reply.until_eof = False  # on TCP the send that failed has eaten the error: a clean end proves nothing
        if not self.reply.seen and not self.channel.used:
            self._raise_first_end(because)
        if because is not None and not self.reply.seen:
            raise httpx.WriteError(because.strerror or str(because)) from because
        self.reply.end()

    def _raise_first_end(self, because: OSError | None) -> None:
        """A fresh connection that ends without a word: say whose fault that is."""
        if self.channel.child is not None:
            raise httpx.ConnectError(self.channel.child.complaint() or "ssh closed the connection") from because
        if self.channel.secure:
            raise httpx.ConnectError("the connection was closed right after the TLS handshake") from because

    def _raise_read(self, error: OSError) -> Never:
        if self.stopped:
            raise httpx.ReadError("stopped") from error
        if not self.channel.used and not self.reply.seen:
            if self.channel.child is not None:
                raise httpx.ConnectError(self.channel.child.complaint() or str(error)) from error
            if self.channel.secure:
                # TLS 1.3 tells that a client certificate is missing or wrong only here; TLS 1.2 told while connecting
                raise httpx.ConnectError(error.strerror or str(error)) from error
        raise httpx.ReadError(error.strerror or str(error)) from error
