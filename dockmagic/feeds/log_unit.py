"""A line of a followed log as one piece of bytes: its stream, its container, its time, its text.

Bytes, because tens of thousands of lines per second then cost no objects that Python's garbage collector has to walk,
and are compared, counted and sorted as they are.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["HEAD", "NOTE", "NO_STAMP", "STAMP", "LogLine", "note", "read", "stamp_of", "text_of", "unit"]

NOTE = 3
"""The stream of what no container wrote: that it ended, was removed, or that lines may be missing."""

HEAD = 3
"""Bytes in front of the time: the stream, and the number of the container in two bytes."""

STAMP = 30
"""Bytes of the time, 2026-01-31T13:00:00.123456789Z: sorted as bytes, times are in order."""

NO_STAMP = b"1970-01-01T00:00:00.000000000Z"
"""Of a line that no time is known of."""

_TEXT = HEAD + STAMP


class LogLine(NamedTuple):
    """A unit, taken apart. `source` is the number of its container in the feed."""

    stream: int
    source: int
    stamp: str
    text: str


def unit(stream: int, source: int, stamp: bytes, text: bytes) -> bytes:
    """The unit of a line."""
    return bytes((stream, source >> 8, source & 255)) + stamp + text


def note(source: int, stamp: bytes, text: str) -> bytes:
    """The unit of a line that no container wrote."""
    return unit(NOTE, source, stamp, text.encode())


def stamp_of(line: bytes) -> bytes:
    """The time of a unit."""
    return line[HEAD:_TEXT]


def text_of(line: bytes) -> str:
    """The text of a unit; what is no UTF-8 becomes U+FFFD."""
    return line[_TEXT:].decode("utf-8", "replace")


def read(line: bytes) -> LogLine:
    """Take a unit apart."""
    return LogLine(line[0], line[1] << 8 | line[2], stamp_of(line).decode(), text_of(line))
