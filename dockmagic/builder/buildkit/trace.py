"""What a build tells while it runs: the engine's JSON messages, BuildKit's steps among them, as plain data.

Source of the field numbers: api/services/control/control.proto of moby/buildkit.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.builder.buildkit.protobuf import Message
from dockmagic.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BuildMessage",
    "Failed",
    "ImageBuilt",
    "Said",
    "Trace",
    "Vertex",
    "VertexLog",
    "VertexStatus",
    "VertexWarning",
    "read_message",
    "read_trace",
]

_TRACE = "moby.buildkit.trace"
_NANOSECONDS = 1_000_000_000
_TIMES = range(-(1 << 63), 1 << 63)


@dataclass(frozen=True, slots=True)
class Vertex:
    """A step of a build, as far as it is known now: it is told again as it starts and as it ends.

    What has ended may start anew: first the engine looks whether it has the result, then it makes it.
    """

    digest: str  # what names it in this build
    inputs: tuple[str, ...]  # the digests of the steps that it needs
    name: str  # "[stage 2/3] COPY . /srv"; those that begin with "[internal] " are no lines of the Dockerfile
    cached: bool
    started: int | None  # nanoseconds since 1970, UTC; None before
    completed: int | None
    error: str  # "" if none; "context canceled" where another step failed
    group: str  # the id of the group that newer engines show it under, "" if none


@dataclass(frozen=True, slots=True)
class VertexStatus:
    """How far one part of a step is, a layer that is being fetched, say."""

    id: str
    vertex: str  # its step's digest
    name: str  # what is done: "transferring", "extracting"
    current: int  # of `total`, in bytes mostly
    total: int  # 0 if unknown
    timestamp: int | None  # nanoseconds since 1970, UTC
    started: int | None
    completed: int | None


@dataclass(frozen=True, slots=True)
class VertexLog:
    """A piece of what a step printed; it may end in the middle of a line, or of a character."""

    vertex: str  # its step's digest
    timestamp: int | None  # nanoseconds since 1970, UTC
    stream: int  # 1 is stdout, 2 is stderr
    data: bytes


@dataclass(frozen=True, slots=True)
class VertexWarning:
    """A warning about the Dockerfile."""

    vertex: str
    level: int
    short: str
    detail: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One message about the steps of a build."""

    vertexes: tuple[Vertex, ...] = ()
    statuses: tuple[VertexStatus, ...] = ()
    logs: tuple[VertexLog, ...] = ()
    warnings: tuple[VertexWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageBuilt:
    """The image that was built."""

    id: str  # sha256:...


@dataclass(frozen=True, slots=True)
class Failed:
    """The build failed, in the engine's own words; the reply's status was 200 all the same."""

    message: str
    code: int  # the exit code of a RUN in the classic builder, 0 if unknown


@dataclass(frozen=True, slots=True)
class Said:
    """A line that is neither: "Successfully tagged web:1" of older engines."""

    text: str


BuildMessage: TypeAlias = Trace | ImageBuilt | Failed | Said


def read_message(message: Any) -> BuildMessage | None:
    """One JSON message of a build's reply; None for a kind that is not known.

    Raises ProtocolError for what is no JSON object, and for a trace that cannot be decoded.
    """
    if not isinstance(message, dict):
        raise ProtocolError(f"the engine reports the progress of a build as {type(message).__name__}")
    if failed := _failure(message):
        return failed
    aux = message.get("aux")
    if message.get("id") == _TRACE:
        try:
            return read_trace(b64decode(aux, validate=True) if isinstance(aux, str) else b"")
        except (binascii.Error, ValueError) as error:
            raise ProtocolError("the engine sent steps of a build that are not base64") from error
    if isinstance(aux, dict) and isinstance(aux.get("ID"), str):  # the classic builder's has no id
        return ImageBuilt(aux["ID"])
    text = message.get("stream")
    return Said(text) if isinstance(text, str) else None


def read_trace(data: bytes) -> Trace:
    """A moby.buildkit.v1.StatusResponse. Raises ProtocolError."""
    message = Message(data)
    return Trace(
        tuple(map(_vertex, message.messages(1))),
        tuple(map(_status, message.messages(2))),
        tuple(map(_log, message.messages(3))),
        tuple(map(_warning, message.messages(4))),
    )


def _failure(message: Mapping[str, Any]) -> Failed | None:
    """The error in a message; engines from API 1.52 on send errorDetail alone."""
    detail = message.get("errorDetail")
    words = detail.get("message") if isinstance(detail, dict) else None
    words = words or message.get("error")
    if not words and not detail:
        return None
    code = detail.get("code") if isinstance(detail, dict) else None
    return Failed(str(words or "the engine gives no reason"), code if type(code) is int else 0)


def _vertex(message: Message) -> Vertex:
    group = message.message(8)
    return Vertex(
        digest=message.text(1),
        inputs=tuple(message.texts(2)),
        name=message.text(3),
        cached=message.flag(4),
        started=_time(message, 5),
        completed=_time(message, 6),
        error=message.text(7),
        group=group.text(1) if group else "",
    )


def _status(message: Message) -> VertexStatus:
    return VertexStatus(
        id=message.text(1),
        vertex=message.text(2),
        name=message.text(3),
        current=message.signed(4),
        total=message.signed(5),
        timestamp=_time(message, 6),
        started=_time(message, 7),
        completed=_time(message, 8),
    )


def _log(message: Message) -> VertexLog:
    return VertexLog(message.text(1), _time(message, 2), message.signed(3), message.data(4))


def _warning(message: Message) -> VertexWarning:
    return VertexWarning(
        vertex=message.text(1),
        level=message.signed(2),
        short=message.text(3),
        detail=tuple(message.texts(4)),
        url=message.text(5),
    )


def _time(message: Message, field: int) -> int | None:
    """A google.protobuf.Timestamp in nanoseconds; None if it is missing, or too far away for 64 bits.

    Go's zero time, the year 1, is such a one: it means that there is none.
    """
    moment = message.message(field)
    if moment is None:
        return None
    nanoseconds = moment.signed(1) * _NANOSECONDS + moment.signed(2)
    return nanoseconds if nanoseconds in _TIMES else None
