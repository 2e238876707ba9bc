"""The body of a request: JSON in memory, an archive in a file that vanishes, both bounded."""

from __future__ import annotations

import tempfile
from typing import IO

from dockmagic.demo.problems import Problem

__all__ = ["MOST_ARCHIVE", "Body"]

MOST_JSON = 4 << 20
MOST_ARCHIVE = 512 << 20
_IN_MEMORY = 1 << 20


def _spool() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


class Body:
    """Takes the pieces of a body. What is too large is not kept, and `check` says so."""

    def __init__(self, *, archive: bool) -> None:
        self.size = 0
        self.archive: IO[bytes] | None = _spool() if archive else None
        self._limit = MOST_ARCHIVE if archive else MOST_JSON
        self._parts: list[bytes] = []

    def write(self, piece: bytes) -> None:
        """Take a piece."""
        self.size += len(piece)
        if self.size > self._limit:
            self._parts.clear()
        elif self.archive is not None:
            self.archive.write(piece)
        else:
            self._parts.append(piece)

    def check(self) -> None:
        """Make it ready to be read. Raises Problem where it was too large."""
        if self.size > self._limit:
            raise Problem(413, f"the demo engine reads {self._limit >> 20} MiB of a request, no more")
        if self.archive is not None:
            self.archive.seek(0)

    @property
    def content(self) -> bytes:
        """The bytes of what is no archive."""
        return b"".join(self._parts)

    def close(self) -> None:
        """Let the file vanish."""
        if self.archive is not None:
            self.archive.close()
