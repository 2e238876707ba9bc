"""Ids as docker shows them."""

from __future__ import annotations

__all__ = ["short_id"]

_DIGITS = 12


def short_id(id: str, *, no_trunc: bool = False) -> str:  # docker's word
    """The first 12 digits, without the name of the hash; or all of it. Source: `TruncateID` of moby/moby."""
    return id if no_trunc else id[id.find(":") + 1 :][:_DIGITS]
