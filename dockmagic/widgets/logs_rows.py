"""Lines of logs as the rows that a page shows: without escape sequences, not endless, the last thousand."""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.feeds.log_unit import NO_STAMP, read, stamp_of
from dockmagic.text import log_line, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.feeds.log_unit import LogLine

__all__ = ["LIMIT", "LogRow", "LogRows", "log_row"]

LIMIT = 1000
"""Lines that a page has: more than a person reads, and few enough for it to stay quick. The frame has all."""

_LONG = 2000  # characters of a line
_SOURCE = 4 * _LONG  # of its text that are looked at: escape sequences take room
_NONE = NO_STAMP.decode()


class LogRow(NamedTuple):
    """What a page shows of a line. `number` counts them from 1, `source` is the container's number."""

    number: int
    milliseconds: float  # since 1970; 0 where no time is known
    source: int
    stream: int  # 1 stdout, 2 stderr, 3 a note
    text: str


def log_row(line: LogLine, number: int) -> LogRow:
    """The row of a line, as a terminal ends up with it: without colours, and without what commands it."""
    text = _shown_text(line.text[:_SOURCE])
    return LogRow(number, _milliseconds(line.stamp), line.source, line.stream, text)


def _shown_text(text: str) -> str:
    """A line of at most so many characters, its indentation kept."""
    line = log_line(text)
    return line if len(line) <= _LONG else f"{line[: _LONG - 1]}\u2026"


class LogRows:
    """The last rows, and what is new of them for a page that has seen the ones before. Safe between threads."""

    def __init__(self, names: Sequence[str], limit: int = LIMIT) -> None:
        """`names`: the containers', by their numbers."""
        self._names = [shown(name) for name in names]
        self._lock = threading.Lock()
        self._rows: deque[LogRow] = deque(maxlen=limit)
        self._limit = limit
        self._count = 0

    def add(self, lines: Sequence[bytes]) -> dict[str, Any]:
        """Take in units, and return the message that brings a page up to date that has seen all before.

        Of more than a page holds only the last ones are read: a burst costs what its last thousand cost.
        """
        ordered = sorted(lines, key=stamp_of)[-self._limit :]
        with self._lock:
            first = self._count + 1
            self._count += len(lines)
            begin = self._count - len(ordered) + 1
            fresh = [log_row(read(line), number) for number, line in enumerate(ordered, begin)]
            self._rows.extend(fresh)
            return {"first": first, "last": self._count, "rows": fresh}

    def all(self) -> dict[str, Any]:
        """The message for a page that has seen nothing."""
        with self._lock:
            return {"first": 1, "last": self._count, "rows": list(self._rows), "names": self._names}

    def newest(self, count: int) -> list[tuple[str, LogRow]]:
        """The last ones with their containers' names, in the order of time."""
        with self._lock:
            rows = list(islice(reversed(self._rows), count))
        rows.sort(key=lambda row: (row.milliseconds, row.number))
        return [(self._names[row.source], row) for row in rows]


def _milliseconds(stamp: str) -> float:
    if stamp == _NONE:
        return 0.0
    try:
        moment = datetime.fromisoformat(stamp[:26]).replace(tzinfo=UTC)
    except ValueError:
        return 0.0
    return round(moment.timestamp() * 1e6 + int(stamp[26:29]) / 1e3, 3) / 1e3
