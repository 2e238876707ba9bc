"""Ids as docker shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.frames.schema import Row

__all__ = ["id_of", "short_id"]

_DIGITS = 12


def short_id(id: str, *, no_trunc: bool = False) -> str:  # docker's word
    """The first 12 digits, without the name of the hash; or all of it. Source: `TruncateID` of moby/moby."""
    return id if no_trunc else id[id.find(":") + 1 :][:_DIGITS]


def id_of(key: str, *, no_trunc: bool = False) -> Callable[[Row], str | None]:
    """A column's source: the id that a row has under `key`, as `short_id`; None for what is no text."""

    def source(row: Row) -> str | None:
        found = row.get(key)
        if not isinstance(found, str):
            return None
        if no_trunc:
            return found
        start = found.find(":") + 1
        return found[start : start + _DIGITS]

    return source
