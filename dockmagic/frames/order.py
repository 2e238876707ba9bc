"""The order in which docker lists names: 2 before 10."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["by_name"]

_PART = re.compile(r"[0-9]+|[^0-9]")
_Row = TypeVar("_Row", bound=Mapping[str, Any])
_Part: TypeAlias = tuple[int, int, str, int]
"""0 for a number, 1 for a character; how many digits; the digits or the character; how many zeros were in front."""


def by_name(rows: Iterable[_Row]) -> list[_Row]:
    """`rows` sorted by their "Name". Source: `NaturalLess` of fvbommel/sortorder, which docker/cli sorts with."""
    return sorted(rows, key=lambda row: _parts(str(row.get("Name") or "")))


def _parts(name: str) -> list[_Part]:
    return [_part(found[0]) for found in _PART.finditer(name)]


def _part(text: str) -> _Part:
    if text not in "0123456789" and len(text) == 1:
        return 1, 0, text, 0
    digits = text.lstrip("0")  # not int(text): Python refuses numbers of 4301 digits
    return 0, len(digits), digits, len(text) - len(digits)
