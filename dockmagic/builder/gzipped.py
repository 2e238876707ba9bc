"""An archive compressed while it is sent, for those that BuildKit would not know as archives.

It looks at the first kilobyte of what it is sent, and wants a whole header of a file there. Python's tarfile, for one,
begins with extended headers. gzip it knows by its first bytes. Source: `isArchive` of moby/buildkit.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Gzipped", "begins_with_extension"]

_KIND = 156  # where in a header its kind stands
_EXTENSIONS = frozenset(b"xgLK")
_MAGIC = slice(257, 262)
_FASTEST = 1
_GZIP = 16 + zlib.MAX_WBITS


def begins_with_extension(block: bytes) -> bool:
    """Whether a tar archive that begins with `block` has an extended header in front."""
    return len(block) > _KIND and block[_MAGIC] == b"ustar" and block[_KIND] in _EXTENSIONS


class Gzipped:
    """The bytes of `body`, compressed. Iterating compresses them anew."""

    def __init__(self, body: Iterable[bytes]) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, _GZIP)
        for data in self._body:
            if packed := packer.compress(data):
                yield packed
        yield packer.flush()
