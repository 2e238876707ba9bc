"""One call of gRPC: what a service makes of it.

https://grpc.io/docs/guides/status-codes/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from dockmagic.builder.buildkit.protobuf import Message

__all__ = [
    "EXHAUSTED",
    "INTERNAL",
    "INVALID",
    "NOT_FOUND",
    "UNIMPLEMENTED",
    "UNKNOWN",
    "Call",
    "CallError",
    "Metadata",
    "Method",
    "unary",
]

UNKNOWN, INVALID, NOT_FOUND, EXHAUSTED, UNIMPLEMENTED, INTERNAL = 2, 3, 5, 8, 12, 13
"""What a call may end with."""

Metadata: TypeAlias = Mapping[str, list[bytes]]
"""The headers of a call, names in lower case; a name that comes several times has several values."""


class CallError(Exception):
    """A call ends with a status that is not OK."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Call(Protocol):
    """One call while it lasts. `receive` and `next` may raise CallError or DockMagicError, which ends it."""

    @property
    def finished(self) -> bool:
        """Whether everything has been said, so that `next` will have no more."""

    def receive(self, message: bytes) -> None:
        """Take in a message of the engine's."""

    def end(self) -> None:
        """The engine will send no more messages."""

    def next(self) -> bytes | None:
        """The next message for the engine, None if there is none now."""

    def close(self) -> None:
        """The call is over, however it ended."""


Method: TypeAlias = Callable[[Metadata], Call]
"""Begins a call."""


class _Unary:
    """A call with one message each way."""

    def __init__(self, answer: Callable[[Message], bytes]) -> None:
        self._answer = answer
        self._reply: bytes | None = None
        self.finished = False

    def receive(self, message: bytes) -> None:
        self._reply = self._answer(Message(message))

    def end(self) -> None:
        if self._reply is None and not self.finished:
            raise CallError(INVALID, "a call without a message")

    def next(self) -> bytes | None:
        reply, self._reply = self._reply, None
        self.finished = self.finished or reply is not None
        return reply

    def close(self) -> None:
        self._reply = None


def unary(answer: Callable[[Message], bytes]) -> Method:
    """The method whose whole work is `answer`."""
    return lambda _: _Unary(answer)
