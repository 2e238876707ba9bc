"""Values of a build that are known and not to be shown: they are made unreadable wherever a step repeats them. Pure.

What is derived from one (base64 of it, its hexadecimal digits) is not known again, as with CI services that do this.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.masking import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["NOTHING", "Hidden"]

SHORTEST = 4
"""Bytes. What is shorter is in every log anyway, "no" or "1", which would be unreadable without it."""

_ANCHOR = 8  # bytes at the beginning of one, by which it is looked for: it may have half a million
_ASSIGNED = re.compile(rb"""(?=[=:]\s*["']?([^\s"',;]{8,}))""")
_MASK = MASK.encode()


class Hidden:
    """Hides `values`, and of a value with several lines (a key, settings) each of them, and what it assigns to a name.

    Its repr tells how many there are.
    """

    def __init__(self, values: Iterable[bytes] = ()) -> None:
        self._parts = sorted({part for value in values for part in _parts(value)})
        self._begins = {part[:size] for part in self._parts for size in range(1, min(len(part), _ANCHOR))}

    def __repr__(self) -> str:
        return f"<Hidden {len(self._parts)}>"

    def __bool__(self) -> bool:
        return bool(self._parts)

    def text(self, text: str) -> str:
        """`text` without them."""
        if not self._parts:
            return text
        return self.data(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")

    def data(self, data: bytes) -> bytes:
        """`data` without them."""
        return _replaced(data, self._spans(data))

    def divided(self, data: bytes) -> tuple[bytes, bytes]:
        """`data` without them, and its end as it is if that may be the beginning of one: it belongs before what comes.

        So a value is found too that comes in several pieces.
        """
        spans = self._spans(data)
        end = next((start for start in self._starts(data) if not _inside(start, spans)), len(data))
        return _replaced(data[:end], [span for span in spans if span[0] < end]), data[end:]

    def _spans(self, data: bytes) -> list[tuple[int, int]]:
        """Where they are, in order; those that overlap are one."""
        found: list[tuple[int, int]] = []
        for start, end in sorted(span for part in self._parts for span in _places(part, data)):
            if found and start < found[-1][1]:
                found[-1] = found[-1][0], max(end, found[-1][1])
            else:
                found.append((start, end))
        return found

    def _starts(self, data: bytes) -> list[int]:
        """From where on `data` is the beginning of one, in order; none has a newline in it."""
        line, end = data.rfind(b"\n") + 1, len(data)
        found = {end - size for size in range(1, _ANCHOR) if end - size >= line and data[end - size :] in self._begins}
        for part in self._parts:
            places = _places(part[:_ANCHOR], data, max(line, end - len(part) + 1))
            found.update(start for start, _ in places if part.startswith(data[start:]))
        return sorted(found)


NOTHING = Hidden()


def _parts(value: bytes) -> Iterator[bytes]:
    for line in value.splitlines():
        found = [line.strip(), *_ASSIGNED.findall(line)]
        yield from (part for part in found if len(part) >= SHORTEST)


def _places(part: bytes, data: bytes, first: int = 0) -> Iterator[tuple[int, int]]:
    start = data.find(part, first)
    while start >= 0:
        yield start, start + len(part)
        start = data.find(part, start + 1)


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < position < end for start, end in spans)


def _replaced(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    pieces: list[bytes] = []
    last = 0
    for start, end in spans:
        pieces += [data[last:start], _MASK]
        last = end
    return b"".join([*pieces, data[last:]])
