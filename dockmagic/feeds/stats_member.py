"""A container whose samples come by themselves, and the newest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from dockmagic.engine.container_stats import Sampled

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Member"]


class Member:
    """One thread puts samples in, another one looks at them.

    Attributes:
        id: all 64 digits.
        name: its own name, as it is now.
        runs: whether it is to be sampled.
        ended: when it was seen to have ended, of time.monotonic(); None while it runs, and before it did.
        error: why it cannot be sampled, in the engine's words; "" if it can.
        taken: how many samples were taken since it began: the first one has no one before.
    """

    def __init__(self, identity: str, name: str, *, runs: bool) -> None:
        self.id = identity
        self.name = name
        self.runs = runs
        self.ended: float | None = None
        self.error = ""
        self.taken = 0
        self._newest: bytes | Sampled | None = None
        self._fresh = False

    def begin(self) -> None:
        """It runs, from now on."""
        if not self.runs:
            self._newest, self._fresh, self.taken = None, False, 0
        self.runs, self.ended = True, None

    def end(self, now: float) -> None:
        """It has ended; what it used says nothing any more."""
        if self.runs:
            self.ended = now
        self.runs, self._fresh, self._newest, self.error = False, False, None, ""

    def put(self, newest: bytes | Sampled) -> None:
        """A sample of its stream, as JSON, or one that was asked for with the one before."""
        self._newest = newest
        self._fresh = True
        self.error = ""

    def take(self) -> Sampled | None:
        """The newest sample, once."""
        if not self._fresh:
            return None
        self._fresh = False
        self.taken += 1
        return self.sampled()

    def sampled(self) -> Sampled | None:
        """The newest sample; None before there is one, and where it is none."""
        newest = self._newest
        if newest is None or isinstance(newest, Sampled):
            return newest
        found = Sampled(self.id, self.name, _sample(newest), None)  # the one before is in it, of a stream
        if self._newest is newest:
            self._newest = found
        return found


def _sample(line: bytes) -> Mapping[str, Any]:
    """What the engine said; nothing for what is no object of JSON."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
