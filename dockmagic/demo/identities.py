"""Ids and names that nobody chose: 64 digits, and two words with an underscore."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["Identities", "digest_of", "number_of"]

_FIRST = (
    *("amber", "brave", "calm", "deft", "eager", "fair", "gentle", "hardy", "ideal", "jolly", "keen", "lucid"),
    *("merry", "noble", "open", "patient", "quiet", "ready", "steady", "tidy", "upbeat", "vivid", "warm", "zesty"),
)
_SECOND = (
    *("avila", "bose", "curie", "dijkstra", "euler", "franklin", "galois", "hopper", "ibn_rushd", "joliot"),
    *("kowalevski", "lovelace", "meitner", "noether", "ohm", "payne", "quine", "ritchie", "shannon", "turing"),
)


def digest_of(*parts: object) -> str:
    """64 hexadecimal digits, always the same for the same parts."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def number_of(*parts: object, below: int) -> int:
    """A number from 0 on, always the same for the same parts."""
    return int(digest_of(*parts)[:12], 16) % below


class Identities:
    """Makes ids and names; with the same `seed` the same ones in the same order."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed or secrets.token_hex(16)
        self._count = itertools.count()

    def digest(self) -> str:
        """An id of 64 digits that nothing else has."""
        return digest_of(self._seed, next(self._count))

    def name(self, taken: Container[str]) -> str:
        """A name for a container; once all words are taken, with a number behind."""
        for attempt in itertools.count():
            number = number_of(self._seed, next(self._count), below=len(_FIRST) * len(_SECOND))
            first, second = divmod(number, len(_SECOND))
            name = f"{_FIRST[first]}_{_SECOND[second]}{attempt // 4 or ''}"
            if name not in taken:
                return name
        raise AssertionError  # a count does not end
