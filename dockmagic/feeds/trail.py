"""What a feed saw last: where it resumes, what comes twice, and whether something is missing in between."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias

import orjson

from dockmagic.engine.system import EVENTS_KEPT
from dockmagic.text import single_line

if TYPE_CHECKING:
    from dockmagic.feeds.inbox import Event

__all__ = ["GAP", "Identity", "Trail", "gap", "identity"]

GAP = "gap"
"""The type of the event that stands where events may be missing."""

_SECOND = 10**9  # nanoseconds
_INT64 = range(1, 2**63)
Identity: TypeAlias = tuple[str, str, str, str]


def identity(event: Event) -> Identity:
    """What tells two events apart. Engines send one twice that happens while they replay."""
    actor = event.get("Actor")
    who = actor.get("ID") if isinstance(actor, dict) else None
    return str(event.get("timeNano")), str(event.get("Type")), str(event.get("Action")), str(who)


def gap(time_ns: int | None, detail: str) -> bytes:
    """A line that says: here events may be missing. Its type is `gap`, its time that of the last event before it."""
    return orjson.dumps({"Type": GAP, "Action": f"{GAP}: {single_line(detail)}", "timeNano": time_ns})


class Trail:
    """The last events of a feed, as many as an engine remembers.

    An engine remembers its last 256 events in the order in which it sent them, and replays those from `since` on. What
    we saw last is among them as long as it is the same process and no 256 others have followed. So nothing is missing
    if, and only if, what it replays begins with an event that we know. That holds with filters too, which pick from the
    256, where counting to 256 would not. Source: `loadBufferedEvents` of moby/moby.

    Two events may be sent in another order than their times are in, so that the replay begins a second before the last.
    """

    def __init__(self, started_ns: int) -> None:
        """`started_ns`: where it resumes as long as nothing was seen, in nanoseconds since 1970."""
        self._started = started_ns
        self._first: int | None = None
        self._seen: deque[bytes] = deque(maxlen=EVENTS_KEPT)
        self.extend = self._seen.extend

    @property
    def last_ns(self) -> int:
        """The time of the last event, in nanoseconds since 1970."""
        return next(filter(None, map(_time, reversed(self._seen))), self._started)

    def identities(self) -> set[Identity]:
        """The events that a replay may have in common with it."""
        return {identity(orjson.loads(line)) for line in self._seen}

    def replay(self) -> tuple[str, str]:
        """`since` and `until` of what the engine must still know, if nothing is to be missing."""
        last = self.last_ns
        if self._first is None:  # once, and not with each event: only what was there before the first break matters
            self._first = next(filter(None, map(_time, self._seen)), self._started)
        return _text(min(last, max(self._first, last - _SECOND))), _text(last)

    def forget(self) -> None:
        """After a gap: only the time of the last event says where to go on."""
        self._started, self._first = self.last_ns, None
        self._seen.clear()


def _time(line: bytes) -> int | None:
    ticks = orjson.loads(line).get("timeNano")
    return ticks if type(ticks) is int and ticks in _INT64 else None


def _text(nanoseconds: int) -> str:
    return f"{nanoseconds // _SECOND}.{nanoseconds % _SECOND:09d}"
