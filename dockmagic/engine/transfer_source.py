"""An archive on its way to the engine: a file, bytes, or whatever gives bytes piece by piece."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.errors import DockMagicError, UsageError
from dockmagic.text import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Archive", "Source", "archive_source"]

Archive: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | Iterable[bytes]
"""A path, the bytes themselves, or what gives them: an iterator, a file that is open."""

BLOCK = 256 * 1024
"""Bytes that are read at once."""

_COMPRESSED = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""How gzip, bzip2, xz and zstd begin: the engine unpacks them."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is sent: `blocks` give it, once. `length` is in bytes, None where nobody knows it before."""

    name: str
    blocks: Iterator[bytes]
    length: int | None

    @property
    def headers(self) -> dict[str, str]:
        """The request's header about the length, if that is known."""
        return {} if self.length is None else {"Content-Length": str(self.length)}

    def watched(self, watch: Callable[[Iterator[bytes]], Iterator[bytes]]) -> Source:
        """The same, whose blocks pass through `watch` on their way."""
        return replace(self, blocks=watch(self.blocks))


def archive_source(given: Archive) -> Source:
    """The archive that is `given`: nothing but its beginning is read yet, and nothing is kept of what was read.

    Raises UsageError for a file that cannot be read, and for what is no archive. While it is sent, it raises
    DockMagicError for a file that became shorter, and UsageError where it gives anything but bytes.
    """
    if isinstance(given, (str, os.PathLike)):
        return _file(Path(given).expanduser())
    if isinstance(given, (bytes, bytearray, memoryview)):
        data = memoryview(given).cast("B")
        _check(bytes(data[: tarfile.BLOCKSIZE]), "what was given")
        return Source("archive", (bytes(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK)), len(data))
    if hasattr(given, "read"):
        return Source("archive", _only_bytes(iter(lambda: given.read(BLOCK), b"")), None)
    if isinstance(given, Iterable):
        return Source("archive", _only_bytes(given), None)
    raise UsageError(f"an archive is a path or bytes, not {type(given).__name__}")


def _file(path: Path) -> Source:
    name = shown_path(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UsageError(f"{name} is a directory, and no archive", hint="tar makes one of it.")
        if not stat.S_ISREG(status.st_mode):  # a pipe: its beginning could not be read twice
            return Source(path.name, _blocks(path, None), None)
        with path.open("rb") as file:
            begin = file.read(tarfile.BLOCKSIZE)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"the archive {name} cannot be read: {reason}") from error
    _check(begin, name)
    return Source(path.name, _blocks(path, status.st_size), status.st_size)


def _check(begin: bytes, name: str) -> None:
    """Raises UsageError for what does not begin as an archive does."""
    if begin.startswith(_COMPRESSED) or _begins_tar(begin):
        return
    kind = "empty" if not begin else "no tar archive, compressed or not"
    raise UsageError(f"{name} is {kind}", hint="%dsave, docker save and tar make archives.")


def _begins_tar(block: bytes) -> bool:
    if block and not block.strip(b"\0"):  # an archive of nothing: tar --files-from /dev/null
        return True
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _blocks(path: Path, length: int | None) -> Iterator[bytes]:
    sent = 0
    try:
        with path.open("rb", buffering=0) as file:
            while data := file.read(BLOCK if length is None else min(BLOCK, length - sent)):
                sent += len(data)
                yield data
    except OSError as error:
        raise DockMagicError(f"{shown_path(path)} could not be read to its end: {error.strerror}") from error
    if length is not None and sent < length:
        raise DockMagicError(
            f"{shown_path(path)} became shorter while it was sent", hint="The engine did not get it all. Try again."
        )


def _only_bytes(given: Iterable[Any]) -> Iterator[bytes]:
    for block in given:
        if not isinstance(block, (bytes, bytearray, memoryview)):
            raise UsageError(
                f"an archive is bytes, and there came {type(block).__name__}", hint="open(..., 'rb') gives bytes."
            )
        yield bytes(block)
