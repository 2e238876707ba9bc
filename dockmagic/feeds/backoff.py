"""How long to wait before the next attempt to connect."""

from __future__ import annotations

__all__ = ["LONGEST", "SHORTEST", "Backoff"]

SHORTEST = 0.1
"""Seconds before the first attempt to connect again."""

LONGEST = 30.0
"""Seconds that no wait exceeds."""


class Backoff:
    """Waits that double: 0.1, 0.2, 0.4, ... 30, 30 seconds; `reset` after a success."""

    def __init__(self, *, shortest: float = SHORTEST, longest: float = LONGEST) -> None:
        self._shortest = shortest
        self._longest = longest
        self._next = shortest

    def wait(self) -> float:
        """Seconds to wait now; the next wait is twice as long."""
        seconds, self._next = self._next, min(2 * self._next, self._longest)
        return seconds

    def reset(self) -> None:
        """Begin with the shortest wait again."""
        self._next = self._shortest
