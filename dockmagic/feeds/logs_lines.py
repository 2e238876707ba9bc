"""Lines put together from the bytes of a followed log as they come, wherever the engine and the network cut them."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dockmagic.engine.multiplex import frame_failure
from dockmagic.errors import ProtocolError
from dockmagic.feeds.log_unit import NO_STAMP, STAMP, unit
from dockmagic.frames.log_pieces import PART, Pieces

if TYPE_CHECKING:
    from dockmagic.frames.log_pieces import Piece

__all__ = ["LONGEST", "LineReader"]

LONGEST = 1024 * 1024
"""Bytes of a line; one that goes on is cut there, and goes on in the next row."""

_FRAME = 16 * LONGEST  # bytes of a frame; engines send 16 KiB
_HEADER = struct.Struct(">BxxxI")
_STDERR = 2
_STAMPED = re.compile(rb"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z) ")
_STAMP_HEAD = STAMP + 1  # and a blank


class LineReader:
    """Takes the bytes of one stream of GET /containers/{id}/logs; gives its lines as units (see `log_unit`).

    Most frames are one line and nothing else, and are copied as they are; what is otherwise is for `Pieces`: the parts
    of a line of more than 16 KiB, several lines in a frame, a line without an end.
    """

    def __init__(self, source: int, *, terminal: bool, last: bytes = NO_STAMP) -> None:
        """`source`: the container's number. `last`: the time of a line that has none, before any that has."""
        self._source = source
        self._terminal = terminal
        self._heads = {stream: unit(stream, source, b"", b"") for stream in (1, 2)}
        self._last = last
        self._rest = b""
        self._pieces = Pieces(terminal=terminal, details=False)
        self._count = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that end in `chunk`. Raises EngineFault with the engine's words, ProtocolError for no frames."""
        return self._terminal_lines(chunk) if self._terminal else self._framed_lines(chunk)

    def end(self) -> list[bytes]:
        """The lines whose end has not come. Raises ProtocolError where the stream ends in the middle of a frame."""
        if self._terminal:
            rest, self._rest = self._rest, b""
            self._odd(1, rest)
        elif self._rest:
            raise ProtocolError("the engine's stream ends in the middle of a frame")
        return self._units(self._pieces.lines())

    @property
    def open_stamps(self) -> list[bytes]:
        """The times of the lines whose end has not come: they are to be read again after a break."""
        begun = [*self._pieces.open_texts(), *([self._rest] if self._terminal else [])]
        return [found[1] for text in begun if (found := _STAMPED.match(text))]

    def _framed_lines(self, chunk: bytes) -> list[bytes]:
        data = self._rest + chunk if self._rest else chunk
        units: list[bytes] = []
        begin, total = _HEADER.size, len(data)
        unpack, stamped, heads, pieces = _HEADER.unpack_from, _STAMPED.match, self._heads, self._pieces
        while begin <= total:
            stream, size = unpack(data, begin - _HEADER.size)
            if stream > _STDERR or size > _FRAME:
                self._refuse(stream, size, data[begin:])
            end = begin + size
            if end > total:
                break
            stream = stream or 1
            if stamped(data, begin, end) and data.find(b"\n", begin, end) == end - 1 and not pieces.is_open(stream):
                units.append(heads[stream] + data[begin : begin + STAMP] + data[begin + _STAMP_HEAD : end - 1])
            else:
                self._odd(stream, data[begin:end])
                units += self._units(pieces.take())
            begin = end + _HEADER.size
        self._rest = data[begin - _HEADER.size :]
        self._note_last(units)
        return units

    def _refuse(self, stream: int, size: int, content: bytes) -> None:
        """Raise for what is no frame of a container's; not before the engine's own words are there in full."""
        if stream != _STDERR + 1 or size > _FRAME:
            raise frame_failure(stream, content) if stream > _STDERR else ProtocolError(f"a frame of {size} bytes")
        if len(content) >= size:
            raise frame_failure(stream, content[:size])

    def _terminal_lines(self, chunk: bytes) -> list[bytes]:
        *lines, rest = (self._rest + chunk).split(b"\n")
        units: list[bytes] = []
        for line in lines:
            if _STAMPED.match(line) and len(line) <= PART:
                text = line[_STAMP_HEAD:].removesuffix(b"\r")
                units.append(self._heads[1] + line[:STAMP] + text)
            else:
                self._odd(1, line + b"\n")
                units += self._units(self._pieces.take())
        if len(rest) > LONGEST:
            self._odd(1, rest + b"\n")
            units += self._units(self._pieces.take())
            rest = b""
        self._rest = rest
        self._note_last(units)
        return units

    def _odd(self, stream: int, content: bytes) -> None:
        self._count += 1
        self._pieces.add(self._count, stream, content)
        self._pieces.cut(stream, LONGEST)

    def _units(self, pieces: list[Piece]) -> list[bytes]:
        units = []
        for piece in pieces:
            self._last = _in_utc(piece.stamp) or self._last
            units.append(unit(piece.stream, self._source, self._last, piece.text.encode("utf-8", "replace")))
        return units

    def _note_last(self, units: list[bytes]) -> None:
        if units:
            self._last = units[-1][len(self._heads[1]) :][:STAMP]


def _in_utc(stamp: str) -> bytes:
    """A stamp of any zone (Docker 20.10 and the log driver local have the host's) in UTC; b"" for none."""
    if not stamp or stamp.endswith("Z"):
        return stamp.encode()
    seconds, below, zone = stamp[:19], stamp[19:29], stamp[29:]
    try:
        moment = datetime.fromisoformat(seconds + zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return b""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{below}Z".encode()
