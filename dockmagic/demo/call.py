"""One request as the routes see it, and what they may answer with."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, TypeVar

from dockmagic.demo.body_types import check_types
from dockmagic.demo.filters import parse_filters
from dockmagic.demo.problems import Problem, bad_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence

    from dockmagic.demo.body_types import Shape
    from dockmagic.demo.filters import Filters
    from dockmagic.demo.listeners import Listeners
    from dockmagic.demo.world import World

__all__ = ["MULTIPLEXED", "RAW", "Call", "Hijack", "Reply", "Stream", "next_of"]

RAW, MULTIPLEXED = "application/vnd.docker.raw-stream", "application/vnd.docker.multiplexed-stream"
_FALSE = {"", "0", "no", "false", "none"}
_TYPED_STREAMS = (1, 42)
T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """One request: what it asks, and of which world."""

    world: World
    names: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    version: tuple[int, int]
    headers: Mapping[str, str]
    content: bytes = b""
    archive: IO[bytes] | None = None

    @property
    def name(self) -> str:
        """The {name} of the path."""
        return self.names["name"]

    def text(self, key: str, default: str = "") -> str:
        """A value of the query."""
        values = self.query.get(key)
        return values[0] if values else default

    def flag(self, key: str, *, default: bool = False) -> bool:
        """A yes or no of the query, as the engine reads it."""
        return self.text(key).strip().lower() not in _FALSE if key in self.query else default

    def number(self, key: str) -> int | None:
        """A number of the query, None for none. Raises Problem for what is none."""
        text = self.text(key)
        if not text:
            return None
        try:
            return int(text)
        except ValueError as error:
            raise Problem(500, f'strconv.Atoi: parsing "{text[:80]}": invalid syntax') from error

    def json(self, shape: Shape = None) -> dict[str, Any]:
        """The body. Raises Problem for what is no JSON object, or has members of another type than `shape` says."""
        if not self.content.strip():
            return {}
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip()
        if kind != "application/json":
            shown = f" ({kind})" if kind else ""
            raise bad_request(f"unsupported Content-Type header{shown}: must be 'application/json'")
        try:
            body = json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise bad_request(f"invalid JSON: {error}") from error
        if not isinstance(body, dict):
            raise bad_request("invalid JSON: an object is wanted")
        check_types(body, shape or {})
        return body

    def filters(self, known: Iterable[str]) -> Filters:
        """The filters of the query. Raises Problem for one that is not among `known`."""
        return parse_filters(self.text("filters"), known)

    def stream_type(self, *, tty: bool) -> str:
        """The content type of a container's streams."""
        return RAW if tty or self.version < _TYPED_STREAMS else MULTIPLEXED


@dataclass(slots=True)
class Reply:
    """An answer that is all there: a status, and JSON, text or nothing."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Stream:
    """An answer that goes on. Its headers are sent at once."""

    chunks: AsyncIterator[bytes]
    content_type: str = "application/json"


@dataclass(slots=True)
class Hijack:
    """The connection becomes a stream of bytes both ways, which `talk` has until it returns."""

    talk: Callable[[asyncio.StreamReader, Callable[[bytes], Awaitable[None]]], Awaitable[None]]
    content_type: str = RAW


async def next_of(listeners: Listeners[T]) -> T:
    """Wait for the next thing that is published."""
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    leave = listeners.join(lambda item: None if future.done() else future.set_result(item))
    try:
        return await future
    finally:
        leave()
