"""Time in the demo: a clock that can be exchanged, and what is to happen at which moment of it."""

from __future__ import annotations

import heapq
import itertools
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SECOND", "Clock", "ManualClock", "Timeline", "Timer", "WallClock", "rfc3339"]

SECOND = 1_000_000_000
"""Nanoseconds, in which the engine counts."""


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> int:
        """Nanoseconds since 1970."""


class WallClock:
    """The time of this machine."""

    def now(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns()


class ManualClock:
    """A clock that stands still until it is moved: the tests', and a story's that is told faster."""

    def __init__(self, start: int = 1_700_000_000 * SECOND) -> None:
        self.time = start

    def now(self) -> int:
        """Nanoseconds since 1970."""
        return self.time

    def move(self, seconds: float) -> None:
        """Let time pass; a Timeline sees it at its next `run`."""
        self.time += int(seconds * SECOND)


class Timer:
    """One thing that is to happen; `cancel` keeps it from happening."""

    def __init__(self, due: int, action: Callable[[], None]) -> None:
        self.due, self.action = due, action
        self.cancelled = False

    def cancel(self) -> None:
        """Take it back. After it has happened this does nothing."""
        self.cancelled = True


class Timeline:
    """What is to happen when. `run` lets it happen; in between, nothing does."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed: Callable[[], None] = lambda: None
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._at: int | None = None

    @property
    def now(self) -> int:
        """Nanoseconds since 1970; inside an action, the moment it was meant for."""
        return self.clock.now() if self._at is None else self._at

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Let `action` happen in `seconds` from now."""
        timer = Timer(self.now + int(max(seconds, 0) * SECOND), action)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        self.changed()
        return timer

    def before(self, seconds: float, action: Callable[[], None]) -> None:
        """Let `action` have happened `seconds` ago, at the next `run`: what it plans is counted from then."""
        timer = Timer(self.now - int(seconds * SECOND), action)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        self.changed()

    def run(self) -> None:
        """Let everything happen that is due, in its order and each at its own moment."""
        until = self.clock.now()
        while self._timers and self._timers[0][0] <= until:
            timer = heapq.heappop(self._timers)[2]
            if timer.cancelled:
                continue
            self._at = timer.due
            try:
                timer.action()
            finally:
                self._at = None

    def pause(self) -> float | None:
        """Seconds until the next thing is due; None where nothing is planned."""
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        return max(self._timers[0][0] - self.clock.now(), 0) / SECOND if self._timers else None


def rfc3339(time_ns: int) -> str:
    """A time as the engine writes it: 2026-11-24T00:17:28.787106493Z; 0 is Go's zero time."""
    if not time_ns:
        return "0001-01-01T00:00:00Z"
    seconds, rest = divmod(time_ns, SECOND)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"
