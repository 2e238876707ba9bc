"""A tar archive that somebody else has made, compressed or not: its bytes as they are."""

from __future__ import annotations

import os
import tarfile
from typing import TYPE_CHECKING

from dockmagic.builder.archive import CHUNK
from dockmagic.builder.unchanged import written_at
from dockmagic.errors import ContextChanged, UsageError
from dockmagic.text import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ArchiveFile"]

_COMPRESSED = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""How gzip, bzip2, xz and zstd begin: the engine unpacks them."""


class ArchiveFile:
    """The archive at `path`. Iterating reads it, each time anew.

    Raises UsageError for what is no archive, or cannot be read; iterating raises ContextChanged if its end is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                begin = file.read(tarfile.BLOCKSIZE)
                self.length = os.fstat(file.fileno()).st_size
        except OSError as error:
            raise UsageError(
                f"the archive {shown_path(path)} cannot be read: {error.strerror}", hint="The build needs it."
            ) from error
        if not begin.startswith(_COMPRESSED) and not _begins_tar(begin):
            raise UsageError(
                f"{shown_path(path)} is neither a directory nor a tar archive",
                hint="A Dockerfile is named with -f, and the context is its directory: -f site/Dockerfile site",
            )

    def __iter__(self) -> Iterator[bytes]:
        left = self.length
        try:
            with self._path.open("rb", buffering=0) as file:
                written = written_at(file)
                while left and (data := file.read(min(left, CHUNK))):
                    left -= len(data)
                    yield data
                changed = left or written_at(file) != written
        except OSError as error:
            raise self._changed() from error
        if changed:
            raise self._changed()

    def _changed(self) -> ContextChanged:
        return ContextChanged(
            f"the archive {shown_path(self._path)} changed while it was sent", hint="Nothing was built. Build again."
        )


def _begins_tar(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True
