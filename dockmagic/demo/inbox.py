"""What listeners hear, in order, for a coroutine that sends it on; who reads too slowly loses some, as with docker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from dockmagic.demo.listeners import Listeners

__all__ = ["Inbox"]

T = TypeVar("T")
SIZE = 4096
"""How much waits for a slow reader, before it loses what comes."""


class Inbox(Generic[T]):
    """A queue that listens. Used in a `with`, which ends the listening."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._leave: list[Callable[[], None]] = []

    def listen(self, listeners: Listeners[T]) -> None:
        """Take in what is published."""
        self._leave.append(listeners.join(self._put))

    def end_with(self, listeners: Listeners[Any], *, unless: Callable[[], bool] = lambda: False) -> None:
        """End when something is published there, unless the function then says no."""
        self._leave.append(listeners.join(lambda _: None if unless() else self.end()))

    def end(self) -> None:
        """Let the reader come to its end, after what waits."""
        self._queue.put_nowait(None)

    def _put(self, item: T) -> None:
        if self._queue.qsize() < SIZE:
            self._queue.put_nowait(item)

    def __enter__(self) -> Inbox[T]:
        return self

    def __exit__(self, *_: object) -> None:
        for leave in self._leave:
            leave()

    async def __aiter__(self) -> AsyncIterator[T]:
        while (item := await self._queue.get()) is not None:
            yield item
