"""The transport under httpx: connections that are kept, replies read by httptools, streams that can be stopped.

It is a transport as httpx has them (`handle_request`, its own swap point); what differs from the stock one and why:

* a stream costs what the raw socket costs, since llhttp takes a recv apart in C (h11: six times as much);
* the socket stays in our hands, so that a `Stop` wakes a blocked reader and an upgraded connection is that socket;
* a unix socket needs no TLS context (20 ms).
"""

from __future__ import annotations

import contextlib
import ssl
from collections import deque
from typing import TYPE_CHECKING

import httpx

from dockmagic.engine.exchange import Exchange, Limits
from dockmagic.engine.wire import Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dockmagic.engine.channel import Channel
    from dockmagic.engine.stop import Stop

__all__ = ["EngineTransport", "RawStream"]

IDLE = 64
"""Connections kept: the widest thread pool that acts on many containers at once (`wait`)."""

_SAFE_TO_REPEAT = frozenset({"GET", "HEAD", "OPTIONS"})


class EngineTransport(httpx.BaseTransport):
    """Sends each request over a connection of its own, and keeps the connection for the next one.

    Safe to share between threads, and after a fork: the pool holds idle connections only, in a deque whose append and
    pop are atomic, so that neither a lock nor a count of those in use can be lost to an interrupt or a fork.

    Extensions of a request: "timeout" (httpx's), "stop" (a `Stop`). Of a reply with status 101: "network_stream",
    a `RawStream`, to be used inside the `with` of the response.
    """

    def __init__(self, dial: Callable[[float | None, Stop | None], Channel]) -> None:
        self._dial = dial
        self._idle: deque[Channel] = deque()
        self._closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`; the response's body is read as it is iterated. Raises httpx.TransportError."""
        outgoing, limits = Outgoing.of(request), Limits.of(request)
        stop: Stop | None = request.extensions.get("stop")
        channel = self._take()
        if channel is not None:
            try:
                return self._exchange(channel, outgoing, limits, stop)
            except _Stale:
                pass  # once more, on a connection that nobody can have closed meanwhile
        return self._exchange(self._dial(limits.connect, stop), outgoing, limits, stop)

    def close(self) -> None:
        """Close what is idle; connections in use are closed as they come back."""
        self._closed = True
        while self._idle:
            with contextlib.suppress(IndexError):  # another thread was faster
                self._idle.pop().close()

    def _take(self) -> Channel | None:
        """A kept connection that is still good."""
        while True:
            try:
                channel = self._idle.pop()
            except IndexError:
                return None
            if not channel.foreign and not channel.stale():
                return channel
            channel.close()

    def _keep(self, channel: Channel) -> None:
        self._idle.append(channel)
        while len(self._idle) > IDLE or (self._closed and self._idle):
            with contextlib.suppress(IndexError):  # another thread was faster
                self._idle.popleft().close()

    def _exchange(self, channel: Channel, outgoing: Outgoing, limits: Limits, stop: Stop | None) -> httpx.Response:
        exchange = Exchange(channel, outgoing, limits=limits, stop=stop)
        try:
            if stop is not None and not stop.bind(channel.sock):
                raise httpx.ReadError("stopped")  # noqa: TRY301 - as if it had been stopped a moment later
            exchange.start()
            return self._response(exchange, stop)
        except BaseException as error:
            _discard(channel, stop)
            if isinstance(error, httpx.TransportError) and _repeatable(exchange, outgoing, error):
                raise _Stale from error
            raise

    def _response(self, exchange: Exchange, stop: Stop | None) -> httpx.Response:
        body, reply = _Body(exchange, stop, self._keep), exchange.reply
        extensions: dict[str, object] = {"http_version": b"HTTP/1.1", "reason_phrase": reply.reason}
        if reply.upgraded:
            extensions["network_stream"] = RawStream(exchange.channel, reply.rest, stop)
        return httpx.Response(reply.status, headers=reply.headers, stream=body, extensions=extensions)


class _Stale(Exception):
    """A kept connection turned out to be dead, and the request may be sent again."""


def _discard(channel: Channel, stop: Stop | None) -> None:
    """Close a connection, once nobody can shut it down any more: its file descriptor's number may be given away."""
    if stop is not None:
        stop.unbind()
    channel.close()


def _repeatable(exchange: Exchange, outgoing: Outgoing, error: httpx.TransportError) -> bool:
    """Whether a request that failed on a kept connection may be sent again.

    Only if no byte of a reply came; then what may be done twice, or what has not arrived at all: the first send failed
    on a unix socket. A second DELETE would be a 404, a second POST a second container.
    """
    if not exchange.channel.used or exchange.reply.seen or exchange.stopped or not outgoing.repeatable:
        return False
    ended = isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError))
    if not ended or isinstance(error.__cause__, ssl.SSLError):
        return False
    never_arrived = exchange.channel.local and not exchange.begun
    return outgoing.method in _SAFE_TO_REPEAT or never_arrived


class _Body(httpx.SyncByteStream):
    """A reply's body; its connection goes back to the pool in `close` and nowhere else."""

    def __init__(self, exchange: Exchange, stop: Stop | None, keep: Callable[[Channel], None]) -> None:
        self._exchange = exchange
        self._stop = stop
        self._keep = keep
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        if self._exchange.reply.upgraded:
            return
        try:
            while True:
                if self._closed:  # httpx does not look: an iterator may outlive its response
                    raise httpx.StreamClosed  # noqa: TRY301 - as any other failure of reading
                if not (data := self._exchange.read()):
                    return
                yield data
        except GeneratorExit:
            raise  # whoever left the loop closes the response
        except BaseException:
            self._abandon()
            raise

    def close(self) -> None:
        """Keep the connection if the reply was read to its end, else close it, which cancels the engine's work."""
        if self._closed:
            return
        self._closed = True
        untouched = self._stop is None or self._stop.unbind()
        if untouched and self._exchange.reusable:
            self._keep(self._exchange.channel)
        else:
            self._exchange.channel.close()

    def _abandon(self) -> None:
        if not self._closed:
            self._closed = True
            _discard(self._exchange.channel, self._stop)


class RawStream:
    """An upgraded connection: bytes both ways, no messages. One thread may read while another writes, any may stop."""

    def __init__(self, channel: Channel, rest: bytes, stop: Stop | None) -> None:
        self._channel = channel
        self._rest = rest
        self._stop = stop

    def read(self) -> bytes:
        """Some bytes, b"" at the end and after `stop`. Raises httpx.ReadError."""
        if self._rest:
            data, self._rest = self._rest, b""
            return data
        try:
            return self._channel.recv(None)
        except OSError as error:
            if self._stop is not None and self._stop.requested:
                return b""
            raise httpx.ReadError(error.strerror or str(error)) from error

    def read_now(self) -> bytes | None:
        """As `read`, without waiting: None if there is nothing yet. For the thread that reads."""
        if self._rest:
            return self.read()
        try:
            return self._channel.recv_now()
        except OSError as error:
            if self._stop is not None and self._stop.requested:
                return b""
            raise httpx.ReadError(error.strerror or str(error)) from error

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises httpx.WriteError."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._channel.send(view, None) :]
        except OSError as error:
            raise httpx.WriteError(error.strerror or str(error)) from error

    def stop(self) -> None:
        """End reading and writing, from any thread, at once. Needs the request's "stop" extension."""
        if self._stop is not None:
            self._stop()

    def close_write(self) -> None:
        """Say that nothing more will be written (the process sees the end of its stdin); reading goes on."""
        try:
            self._channel.close_write()
        except OSError as error:
            raise httpx.WriteError(error.strerror or str(error)) from error
