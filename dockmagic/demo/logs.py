"""What a container has written, and how the engine sends it: multiplexed frames, or a terminal's bytes."""

from __future__ import annotations

import struct
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dockmagic.demo.clock import SECOND, rfc3339
from dockmagic.demo.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["STDERR", "STDOUT", "Line", "Log", "Wanted", "encode", "frame"]

STDOUT, STDERR = 1, 2
KEPT = 20_000
"""How many lines a container's log keeps; what is older is forgotten."""

LONGEST, MOST_BYTES = 16_384, 16 << 20
"""Characters of a line, and bytes after which a log begins anew."""


class Line(NamedTuple):
    """One line that was written: when, to which stream, and its bytes with the line's end."""

    time: int
    stream: int
    text: bytes


class Wanted(NamedTuple):
    """Which lines a reader asks for, and how."""

    stdout: bool = True
    stderr: bool = True
    timestamps: bool = False
    tty: bool = False
    since: int = 0
    until: int | None = None

    def has(self, line: Line) -> bool:
        """Whether a line is asked for; on a terminal all is stdout."""
        stream = self.stdout if self.tty or line.stream == STDOUT else self.stderr
        return stream and line.time >= self.since and (self.until is None or line.time <= self.until)


class Log:
    """Lines, the newest last. `listeners` hear of each new one."""

    def __init__(self) -> None:
        self.listeners: Listeners[Line] = Listeners()
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._size = 0

    def write(self, time: int, stream: int, text: str) -> None:
        """Write text, one line at a time."""
        for part in text.splitlines(keepends=True):
            line = Line(time, stream, part[:LONGEST].encode(errors="replace"))
            self._size += len(line.text)
            if self._size > MOST_BYTES:
                self._lines.clear()
                self._size = 0
            self._lines.append(line)
            self.listeners.publish(line)

    def read(self, wanted: Wanted, tail: int | None = None) -> list[Line]:
        """The lines asked for; of them the last `tail`, None for all."""
        chosen = [line for line in self._lines if wanted.has(line)]
        return chosen if tail is None else list(islice(chosen, max(len(chosen) - tail, 0), None))

    def __iter__(self) -> Iterator[Line]:
        return iter(list(self._lines))

    def __len__(self) -> int:
        return len(self._lines)


def _fixed(time: int) -> str:
    """A time with nine digits behind the point, always: lines are sorted by it."""
    whole = rfc3339(time // SECOND * SECOND).removesuffix("Z")
    return f"{whole}.{time % SECOND:09d}Z"


def frame(stream: int, content: bytes) -> bytes:
    """One frame: eight bytes in front say the stream and the size."""
    return struct.pack(">BxxxI", stream, len(content)) + content


def encode(line: Line, wanted: Wanted) -> bytes:
    """A line as it is sent."""
    content = line.text
    if wanted.timestamps:
        content = f"{_fixed(line.time)} ".encode() + content
    if wanted.tty:
        return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return frame(line.stream, content)
