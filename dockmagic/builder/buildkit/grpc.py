"""A gRPC server without a socket: bytes of HTTP/2 go in, calls are answered, bytes of HTTP/2 come out.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import H2Error
from h2.settings import SettingCodes, Settings

from dockmagic.builder.buildkit.calls import EXHAUSTED, INTERNAL, UNIMPLEMENTED, CallError
from dockmagic.errors import DockMagicError, ProtocolError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from h2.events import Event

    from dockmagic.builder.buildkit.calls import Call, Method

__all__ = ["GrpcServer"]

MESSAGE_LIMIT = 4 * 1024 * 1024
"""Bytes of one message of the engine's; gRPC's own limit for what it receives."""

HEADERS_LIMIT = 1024 * 1024
"""Bytes of the headers of one call: in them are all patterns of a .dockerignore. Go's own limit."""

_WINDOW = 1024 * 1024  # bytes that the engine may send ahead: requests for files, in a tree of many small ones
_SHARE = 128 * 1024  # bytes that one call may send before the others, and before what came in is looked at
_WORDS = 4096  # characters of an error
_PREFIX = struct.Struct(">BI")  # whether it is compressed, and how long it is
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")


class _Stream:
    """A call and its bytes on the way."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.received = bytearray()  # of messages that are not complete yet
        self.pending = memoryview(b"")  # of the message that is being sent
        self.begun = False  # whether the reply's headers have been sent

    def messages(self, data: bytes) -> list[bytes]:
        """The messages that `data` completes."""
        self.received += data
        found, start = [], 0
        while len(self.received) >= start + _PREFIX.size:
            compressed, size = _PREFIX.unpack_from(self.received, start)
            if compressed:
                raise CallError(UNIMPLEMENTED, "messages are not to be compressed")
            if size > MESSAGE_LIMIT:
                raise CallError(EXHAUSTED, f"a message of {size} bytes; {MESSAGE_LIMIT} are the limit")
            if len(self.received) < start + _PREFIX.size + size:
                break
            start += _PREFIX.size
            found.append(bytes(self.received[start : start + size]))
            start += size
        del self.received[:start]
        return found


class GrpcServer:
    """Serves `methods` ("/package.Service/Method") to the peer of one connection.

    `report` is called with what a service raises, besides the peer's being told. Nothing here waits for anything:
    a method that takes its time holds up all calls.
    """

    def __init__(
        self, methods: Mapping[str, Method], *, report: Callable[[DockMagicError], None] = lambda _: None
    ) -> None:
        self._methods = methods
        self._report = report
        self._streams: dict[int, _Stream] = {}
        self.terminated = False  # whether the peer said that it is leaving
        settings = {
            SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW,
            SettingCodes.MAX_HEADER_LIST_SIZE: HEADERS_LIMIT,
            SettingCodes.MAX_CONCURRENT_STREAMS: 100,
        }
        # Patterns of a .dockerignore come as headers, from older engines as they are: h2 would refuse some of them.
        config = H2Configuration(client_side=False, header_encoding=None, validate_inbound_headers=False)
        self._connection = H2Connection(config)
        self._connection.local_settings = Settings(client=False, initial_values=settings)
        self._connection.decoder.max_header_list_size = HEADERS_LIMIT
        self._connection.initiate_connection()
        self._connection.increment_flow_control_window(_WINDOW)

    def receive(self, data: bytes) -> None:
        """Take in what the peer sent. Raises ProtocolError for what is no HTTP/2."""
        try:
            for event in self._connection.receive_data(data):
                self._take_in(event)
        except H2Error as error:
            raise ProtocolError(f"the engine broke the rules of HTTP/2: {shown(str(error))}") from error

    def output(self) -> bytes:
        """What is to be sent now; b"" if everything waits for the peer. To be called until then."""
        for identity, stream in list(self._streams.items()):
            try:
                self._fill(identity, stream)
            except (CallError, DockMagicError) as error:
                self._fail(identity, error)
        return self._connection.data_to_send()

    def close(self) -> None:
        """End all calls; the files that they read are closed."""
        for identity in list(self._streams):
            self._drop(identity)

    def _take_in(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self._begin(event.stream_id, event.headers)
        elif isinstance(event, DataReceived):
            self._connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            self._feed(event.stream_id, event.data)
        elif isinstance(event, StreamEnded):
            self._feed(event.stream_id, None)
        elif isinstance(event, StreamReset):
            self._drop(event.stream_id)
        elif isinstance(event, ConnectionTerminated):
            self.terminated = True

    def _begin(self, identity: int, headers: list[tuple[bytes, bytes]]) -> None:
        metadata: dict[str, list[bytes]] = {}
        for name, value in headers:
            metadata.setdefault(name.decode("latin-1").lower(), []).append(value)
        path = metadata.get(":path", [b""])[0].decode("latin-1")
        method = self._methods.get(path)
        try:
            if method is None:
                raise CallError(UNIMPLEMENTED, f"there is no method {shown(path)}")  # noqa: TRY301 - as others fail
            self._streams[identity] = _Stream(method(metadata))
        except (CallError, DockMagicError) as error:
            self._fail(identity, error)

    def _feed(self, identity: int, data: bytes | None) -> None:
        """Hand on what belongs to a call, None for its end."""
        stream = self._streams.get(identity)
        if stream is None:  # it failed before, and the peer does not know yet
            return
        try:
            if data is None:
                stream.call.end()
            else:
                for message in stream.messages(data):
                    stream.call.receive(message)
        except (CallError, DockMagicError) as error:
            self._fail(identity, error)

    def _fill(self, identity: int, stream: _Stream) -> None:
        """Send as much of a call as its share, the peer's windows and the call itself allow."""
        connection = self._connection
        end = connection.outbound_flow_control_window - _SHARE
        while True:
            if not stream.pending:
                message = stream.call.next()
                if message is None:
                    if stream.call.finished:
                        self._finish(identity, stream)
                    return
                stream.pending = memoryview(_PREFIX.pack(0, len(message)) + message)
            self._start(identity, stream)
            window = connection.local_flow_control_window(identity)
            size = min(window, connection.max_outbound_frame_size, len(stream.pending))
            if size <= 0 or connection.outbound_flow_control_window <= end:
                return
            connection.send_data(identity, stream.pending[:size])
            stream.pending = stream.pending[size:]

    def _start(self, identity: int, stream: _Stream) -> None:
        if not stream.begun:
            stream.begun = True
            self._connection.send_headers(identity, [(b":status", b"200"), (b"content-type", b"application/grpc")])

    def _finish(self, identity: int, stream: _Stream) -> None:
        self._start(identity, stream)
        self._connection.send_headers(identity, [(b"grpc-status", b"0")], end_stream=True)
        self._drop(identity)

    def _fail(self, identity: int, error: CallError | DockMagicError) -> None:
        """End a call with the error's words; what a service raised is reported too."""
        status, words = (error.status, error.words) if isinstance(error, CallError) else (INTERNAL, error.message)
        stream = self._streams.get(identity)
        begun = stream is not None and stream.begun
        self._drop(identity)
        if isinstance(error, DockMagicError):
            self._report(error)
        trailers = [
            (b"grpc-status", str(status).encode()),
            (b"grpc-message", quote(words[:_WORDS], safe=_PRINTABLE, errors="replace").encode()),
        ]
        start = [] if begun else [(b":status", b"200"), (b"content-type", b"application/grpc")]
        with suppress(H2Error):  # the engine has taken the call back meanwhile, or leaves: nobody waits for an answer
            self._connection.send_headers(identity, [*start, *trailers], end_stream=True)

    def _drop(self, identity: int) -> None:
        stream = self._streams.pop(identity, None)
        if stream is not None:
            stream.call.close()
