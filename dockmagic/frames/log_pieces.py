"""Lines put together from what is not a line: the parts of a long one, several in one frame, the end without a newline.

An engine writes a line of more than 16 KiB in parts, each with the stamp of the first one in front, and its last part
alone ends with a newline.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PART", "Piece", "Pieces"]

PART = 16 * 1024
"""Bytes of a line's part, as engines cut them."""

# Z with most logging drivers, the zone of the engine's host with "local" of Docker 20.10
_STAMP = re.compile(rb"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}(?:Z|[-+][0-9]{2}:[0-9]{2})) ")


class Piece(NamedTuple):
    """A line."""

    frame: int
    """In which it began, as `Pieces.add` was told."""
    stream: int
    stamp: str
    """RFC 3339 with nanoseconds; "" if there is none."""
    text: str


class _Open:
    """A line whose end has not come yet."""

    def __init__(self, frame: int, text: bytes) -> None:
        self.frame = frame
        self.texts = [text]

    def goes_on_with(self, text: bytes) -> bool:
        """Whether `text`, of a later frame, is of the same line: with the same stamp in front, or with none."""
        found = _STAMP.match(text)
        return found is None or self.texts[0].startswith(found[0])


class Pieces:
    """Takes frames in their order; each of the two streams has a line of its own that goes on."""

    def __init__(self, *, terminal: bool, details: bool) -> None:
        self._terminal = terminal
        self._details = details
        self._open: dict[int, _Open] = {}
        self._stamps: dict[int, bytes] = {}  # the last one of each stream, for lines that have none
        self._done: list[Piece] = []

    def add(self, frame: int, stream: int, content: bytes) -> None:
        """Take in the content of the frame with the number `frame`."""
        line = self._open.get(stream)
        if line is not None and not line.goes_on_with(content):
            self._close(stream)
        *ended, rest = content.split(b"\n")
        for text in ended:
            self._extend(frame, stream, text)
            self._close(stream)
        if rest:
            self._extend(frame, stream, rest)

    def lines(self) -> list[Piece]:
        """All of them, those too whose end has not come, in the order in which they began."""
        for stream in list(self._open):
            self._close(stream)
        return self.take()

    def take(self) -> list[Piece]:
        """Those whose end has come since the last call, in the order in which they began."""
        done, self._done = self._done, []
        return sorted(done, key=lambda piece: piece.frame)

    def is_open(self, stream: int) -> bool:
        """Whether a line of this stream goes on."""
        return stream in self._open

    def open_texts(self) -> list[bytes]:
        """How the lines begin that go on, with their stamps in front."""
        return [line.texts[0] for line in self._open.values()]

    def cut(self, stream: int, length: int) -> None:
        """End the line that goes on, if it is longer than `length` bytes: nobody has room for one without an end."""
        line = self._open.get(stream)
        if line is not None and sum(map(len, line.texts)) > length:
            self._close(stream)

    def _extend(self, frame: int, stream: int, text: bytes) -> None:
        line = self._open.get(stream)
        if line is None:
            self._open[stream] = _Open(frame, text)
            return
        if found := _STAMP.match(text):
            text = self._without_details(text[found.end() :])
        line.texts.append(text)

    def _without_details(self, text: bytes) -> bytes:
        return text.partition(b" ")[2] if self._details else text

    def _close(self, stream: int) -> None:
        line = self._open.pop(stream)
        text = b"".join(line.texts)
        if found := _STAMP.match(text):
            stamp, text = found[1], text[found.end() :]
            if self._terminal and len(text) > PART:
                text = b"".join(self._parts(text, found[0]))
        else:
            stamp = self._stamps.get(stream, b"")
        self._stamps[stream] = stamp
        if self._terminal:
            text = text.removesuffix(b"\r")
        self._done.append(Piece(line.frame, stream, stamp.decode(), text.decode(errors="replace")))

    def _parts(self, text: bytes, stamp: bytes) -> Iterator[bytes]:
        """The parts of a long line of a terminal, which is not cut into frames: its own stamp is between them."""
        first, *others = text.split(stamp)
        yield first
        for part in others:
            yield self._without_details(part)
