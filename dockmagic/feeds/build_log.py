"""What the steps of a build wrote: a log that grows at its end without being copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Log", "Piece"]

TAIL = 64 * 1024
"""Bytes that the last lines are looked for in: a step may write megabytes without a line's end."""


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

    def newest(self) -> Iterator[Piece]:
        """The pieces of all steps, the last one first."""
        log: Log | None = self
        while log is not None:
            yield log.last
            log = log.before

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
        found = b"".join(reversed(pieces)).decode(errors="replace").split("\n")
        found = found if found[-1] else found[:-1]
        return found if last is None else found[-last:]
