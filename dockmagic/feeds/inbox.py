"""What one reader of a feed has not read yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Event", "Events", "Inbox"]

Event: TypeAlias = dict[str, Any]
"""As the engine told it (GET /events), or a gap: see `dockmagic.feeds.trail.gap`."""


class Events(Sequence[Event]):
    """Events as the lines of JSON that they came as; each is read when it is looked at.

    Lines take a quarter of the memory of dicts, and Python's garbage collector need not walk them, which for thousands
    of dicts costs more than reading them.
    """

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> Events: ...
    def __getitem__(self, place: int | slice) -> Event | Events:
        if isinstance(place, slice):
            return Events(self._lines[place])
        event: Event = orjson.loads(self._lines[place])
        return event


class Inbox:
    """A queue between the feed's thread and one reader, without a lock: whoever puts never waits for whoever takes.

    It holds up to `limit` lines; then the oldest are dropped, and counted.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.dropped = 0
        self._lines: deque[bytes] = deque(maxlen=limit)

    def __len__(self) -> int:
        return len(self._lines)

    def put(self, lines: list[bytes]) -> None:
        """Add events. Called by the feed's thread only."""
        self.dropped += max(0, len(self._lines) + len(lines) - self.limit)
        self._lines.extend(lines)

    def take_into(self, taken: list[bytes]) -> None:
        """Move all lines to the end of `taken`, even if an interrupt comes meanwhile: none is in neither of them."""
        next_line: Callable[[], bytes | None] = self._lines.popleft
        try:
            # One call in C, inside which Python raises no KeyboardInterrupt; it ends with the IndexError.
            taken.extend(iter(next_line, None))
        except IndexError:
            return
