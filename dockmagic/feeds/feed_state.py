"""The state of a feed: whether it hears the engine, and why not."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

__all__ = ["FeedState"]


@dataclass(frozen=True, slots=True)
class FeedState:
    """`name` in one word, `reason` why it is not connected ("" if it is), `retry_at` when it tries again.

    `retry_at` is of time.monotonic(); None where no attempt is waited for. str() tells all of it in one line.
    """

    name: Literal["connecting", "connected", "reconnecting", "stopped"]
    reason: str = ""
    retry_at: float | None = None

    @property
    def retry_in(self) -> float:
        """Seconds until the next attempt; 0 while one is under way, and where none is waited for."""
        return 0.0 if self.retry_at is None else max(0.0, self.retry_at - time.monotonic())

    def __str__(self) -> str:
        waiting = f" in {self.retry_in:.1f} s" if self.retry_at is not None else ""
        return f"{self.name}{waiting}{f': {self.reason}' if self.reason else ''}"
