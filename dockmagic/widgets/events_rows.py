"""Events as the rows that a page shows: short, single lines, the newest few hundred. Pure but for what is kept."""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.feeds.trail import GAP
from dockmagic.frames.events import EVENTS
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.feeds.inbox import Event

__all__ = ["LIMIT", "EventRow", "EventRows", "event_row", "is_gap"]

LIMIT = 500
"""Rows that a page has: more than a person reads, and few enough for it to stay quick. The frame has all."""

_SOURCES = {column.name: column.source for column in EVENTS}
_LONG = 200  # characters of a command in `detail`
_NAME = 120  # of anything else
_ID = 12  # digits of an id
_BAD = frozenset({"oom"})


class EventRow(NamedTuple):
    """What a page shows of an event. All texts are single lines; `number` counts the events from 1."""

    number: int
    milliseconds: float  # since 1970
    type: str
    action: str
    name: str
    id: str
    detail: str
    failed: bool  # a process that ended with an error, an unhealthy container


def event_row(event: Event, number: int) -> EventRow:
    """The row of an event, of whatever JSON it is made."""
    ticks = event.get("timeNano")
    action = _text(event, "action")
    said, image, code = (_text(event, name, _LONG) for name in ("detail", "image", "exit_code"))
    detail = f"exit code {code}" if action == "die" and code else said or image or _other_end(event)
    failed = action in _BAD or said == "unhealthy" or (action == "die" and code not in {"", "0"})
    return EventRow(
        number=number,
        milliseconds=ticks / 1e6 if isinstance(ticks, int) else 0.0,
        type=_text(event, "type"),
        action=action,
        name=_text(event, "name"),
        id=_text(event, "id"),
        detail=detail,
        failed=failed,
    )


def _text(event: Event, column: str, length: int = _NAME) -> str:
    source = _SOURCES[column]
    value = source(event) if callable(source) else event.get(source)
    return "" if value is None else shown(str(value), length=length)


def _other_end(event: Event) -> str:
    """The container that a network or a volume was connected to."""
    attributes: Any = (event.get("Actor") or {}).get("Attributes") if isinstance(event.get("Actor"), dict) else None
    container = attributes.get("container") if isinstance(attributes, dict) else None
    return f"container {single_line(container)[:_ID]}" if isinstance(container, str) and container else ""


class EventRows:
    """The last rows, and what is new of them for a page that has seen the ones before. Safe between threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._lock = threading.Lock()
        self._rows: deque[EventRow] = deque(maxlen=limit)
        self._limit = limit
        self._count = 0

    def add(self, events: Sequence[Event]) -> dict[str, Any]:
        """Take in events, and return the message that brings a page up to date that has seen all before."""
        with self._lock:
            first = self._count + 1
            self._count += len(events)
            left_out = max(0, len(events) - self._limit)  # never read: a burst costs what its last 500 cost
            fresh = [event_row(events[left_out + n], first + left_out + n) for n in range(len(events) - left_out)]
            self._rows.extend(fresh)
            return {"first": first, "last": self._count, "rows": fresh}

    def all(self) -> dict[str, Any]:
        """The message for a page that has seen nothing."""
        with self._lock:
            return {"first": 1, "last": self._count, "rows": list(self._rows)}

    def newest(self, count: int) -> list[EventRow]:
        """The last ones, the newest first."""
        with self._lock:
            return list(islice(reversed(self._rows), count))


def is_gap(row: EventRow) -> bool:
    """Whether it stands where events may be missing."""
    return row.type == GAP
