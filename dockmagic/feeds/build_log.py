"""What the steps of a build wrote: a log that grows at its end without being copied, and forgets its beginning.

Its pieces are a chain, from the last one back. Where there are many, the older ones are joined, and the oldest dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Log", "Piece", "grown"]

KEPT = 8 * 1024 * 1024
"""Bytes of memory for what all steps wrote, and twice as many at most: a step may write without end."""

TAIL = 64 * 1024
"""Bytes that the last lines are looked for in: a step may write megabytes without a line's end."""

_WEIGHT = 256  # bytes of memory that a piece takes besides its data
_CONTINUES = bytes(range(0x80, 0xC0))  # bytes within a character of UTF-8


class Piece(NamedTuple):
    """A piece of what a step wrote, as it came: it may end in the middle of a line, or of a character."""

    step: str
    data: bytes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Log:
    """The last piece, what was before it, and what was before it of the same step."""

    last: Piece
    before: Log | None
    earlier: Log | None
    number: int = 1  # of the last piece, among all that there have been
    weight: int = 0  # bytes of memory, of it and all before
    lost: int = 0  # bytes of the step that are not kept

    def since(self, number: int) -> list[Piece]:
        """The pieces of all steps behind the one of that number, the last one last."""
        pieces: list[Piece] = []
        log: Log | None = self
        while log is not None and log.number > number:
            pieces.append(log.last)
            log = log.before
        return pieces[::-1]

    def lines(self, *, last: int | None = None) -> list[str]:
        """What the step of the last piece wrote, line by line; only the `last` ones, if that is a number."""
        pieces: list[bytes] = []
        seen = size = 0
        log: Log | None = self
        while log is not None and (last is None or (seen <= last and size < TAIL)):
            pieces.append(log.last.data)
            seen += log.last.data.count(b"\n")
            size += len(log.last.data)
            log = log.earlier
        data = b"".join(reversed(pieces))
        if log is not None or self.lost:
            data = data[:3].lstrip(_CONTINUES) + data[3:]  # it may begin in the middle of a character
        found = data.decode(errors="replace").split("\n")
        found = found if found[-1] else found[:-1]
        if last is not None:
            return found[-last:]
        return [f"... {self.lost} bytes before this are not kept", *found] if self.lost else found


def grown(log: Log | None, logs: Mapping[str, Log], piece: Piece) -> tuple[Log, Mapping[str, Log]]:
    """The log of all steps and those of each, with one more piece."""
    earlier = logs.get(piece.step)
    lost = earlier.lost if earlier else 0
    if len(piece.data) > KEPT:
        lost += len(piece.data) - KEPT
        piece = piece._replace(data=piece.data[-KEPT:])
    number, weight = (log.number + 1, log.weight) if log else (1, 0)
    new = Log(piece, log, earlier, number, weight + len(piece.data) + _WEIGHT, lost)
    logs = {**logs, piece.step: new}
    return _shortened(new, logs) if new.weight > 2 * KEPT else (new, logs)


def _shortened(log: Log, logs: Mapping[str, Log]) -> tuple[Log, Mapping[str, Log]]:
    """Both with the older pieces in chunks, and without the oldest; a step that has lost all of its still says so."""
    newest = list(_newest(log))
    recent = [each for each in newest if log.weight - each.weight < KEPT // 2]
    chunks = _chunks(newest[len(recent) :])
    lost = {step: each.lost for step, each in logs.items()}
    room = KEPT // 2
    kept: list[Log] = []
    for each in sorted(chunks, key=lambda each: each.number, reverse=True):
        room -= len(each.last.data)
        if room < 0:
            lost[each.last.step] += len(each.last.data)
        else:
            kept.append(each)
    last: Log | None = None
    ends: dict[str, Log] = {}
    for step in logs:
        last = ends[step] = Log(Piece(step, b""), last, None, 0, 0, lost[step])
    for each in (*kept[::-1], *recent[::-1]):
        weight = (last.weight if last else 0) + len(each.last.data) + _WEIGHT
        step = each.last.step
        last = ends[step] = replace(each, before=last, earlier=ends[step], weight=weight, lost=lost[step])
    return ends[log.last.step], ends


def _chunks(newest: list[Log]) -> list[Log]:
    """The same data in as few pieces as can be, a step's in their order."""
    chunks: list[Log] = []
    opened: dict[str, tuple[int, bytearray]] = {}
    for each in reversed(newest):
        step, data = each.last
        _, chunk = opened.get(step, (0, bytearray()))
        chunk += data
        opened[step] = each.number, chunk
        if len(chunk) >= TAIL:
            chunks.append(_chunk(step, *opened.pop(step)))
    return chunks + [_chunk(step, number, data) for step, (number, data) in opened.items()]


def _chunk(step: str, number: int, data: bytearray) -> Log:
    return Log(Piece(step, bytes(data)), None, None, number)


def _newest(log: Log | None) -> Iterator[Log]:
    while log is not None:
        yield log
        log = log.before
