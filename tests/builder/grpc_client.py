"""The engine's end of a session, without an engine: a gRPC client whose bytes are handed to and fro."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING
from urllib.parse import unquote

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, TrailersReceived
from h2.settings import SettingCodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.builder.buildkit.grpc import GrpcServer

_PREFIX = struct.Struct(">BI")


def framed(message: bytes) -> bytes:
    """A message with its length in front."""
    return _PREFIX.pack(0, len(message)) + message


class Reply:
    """What came back in one call."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.headers: dict[str, str] = {}
        self.ended = False

    @property
    def messages(self) -> list[bytes]:
        """The messages that are complete."""
        found, rest = [], bytes(self.data)
        while len(rest) >= _PREFIX.size:
            size = _PREFIX.unpack_from(rest)[1]
            if len(rest) < _PREFIX.size + size:
                break
            found.append(rest[_PREFIX.size : _PREFIX.size + size])
            rest = rest[_PREFIX.size + size :]
        return found

    @property
    def status(self) -> tuple[int, str]:
        """The status of gRPC, and its words."""
        return int(self.headers["grpc-status"]), unquote(self.headers.get("grpc-message", ""))


class GrpcClient:
    """Calls a GrpcServer. Without `greedy` it opens its windows only in `take`."""

    def __init__(self, server: GrpcServer, *, window: int = 65535, greedy: bool = True) -> None:
        self.server = server
        self.h2 = H2Connection(
            H2Configuration(
                client_side=True,
                header_encoding="utf-8",
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self.h2.local_settings[SettingCodes.INITIAL_WINDOW_SIZE] = window
        self.h2.local_settings.acknowledge()
        self.h2.initiate_connection()
        self.replies: dict[int, Reply] = {}
        self._greedy = greedy
        self.turn()

    def call(
        self, path: str, *messages: bytes, metadata: Sequence[tuple[str, str | bytes]] = (), end: bool = True
    ) -> int:
        """Begin a call and exchange all bytes that can be; its number."""
        identity = self.h2.get_next_available_stream_id()
        headers = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost")]
        self.replies[identity] = Reply()
        self.h2.send_headers(identity, [*headers, ("content-type", "application/grpc"), ("te", "trailers"), *metadata])
        for message in messages:
            self.h2.send_data(identity, framed(message))
        if end:
            self.h2.end_stream(identity)
        self.turn()
        return identity

    def say(self, identity: int, *messages: bytes) -> None:
        """Send further messages in a call."""
        for message in messages:
            self.h2.send_data(identity, framed(message))
        self.turn()

    def turn(self) -> None:
        """Hand bytes to and fro until nobody has any."""
        while True:
            if sent := self.h2.data_to_send():
                self.server.receive(sent)
            received = self.server.output()
            if received:
                self._take_in(received)
            elif not sent:
                return

    def take(self, identity: int, size: int) -> None:
        """Open the windows by `size` bytes."""
        self.h2.increment_flow_control_window(size)
        self.h2.increment_flow_control_window(size, identity)
        self.turn()

    def _take_in(self, data: bytes) -> None:
        for event in self.h2.receive_data(data):
            if isinstance(event, (ResponseReceived, TrailersReceived)):
                self.replies[event.stream_id].headers |= {str(name): str(value) for name, value in event.headers}
            elif isinstance(event, DataReceived):
                self.replies[event.stream_id].data += event.data
                if self._greedy:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                self.replies[event.stream_id].ended = True
