"""A tar archive of files, made while it is sent: the same files give the same bytes.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
"""

from __future__ import annotations

import os
import stat
import tarfile
from typing import TYPE_CHECKING

from dockmagic.builder.tar_header import BLOCK, SECOND, Header, read_capability
from dockmagic.builder.unchanged import changed, open_plain, written_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dockmagic.builder.walk import Entry

__all__ = ["CHUNK", "Archive"]

CHUNK = 256 * 1024
"""Bytes that are read and handed on at once, or collected of smaller files: a larger block falls out of the caches."""

_END = bytes(2 * BLOCK)
_PERMISSIONS = 0o7777


class Archive:
    """The archive of `entries` below the directory `root`, in blocks of about CHUNK bytes.

    `contents` holds the bytes of the files that are not to be read. Iterating reads the others, each time anew, one
    block at a time. It raises ContextChanged for a file that is not what its entry says any more: what was given until
    then has no end, so that nobody takes it for an archive.

    Making it raises ContextChanged for a symbolic link that is gone.
    """

    def __init__(self, root: str, entries: Iterable[Entry], *, contents: Mapping[str, bytes]) -> None:
        self._root = root
        self._contents = contents
        self._members = list(_members(root, entries))
        headers = [header for _, header in self._members]
        self.files = sum(header.kind != tarfile.DIRTYPE for header in headers)
        """How many files and links are in it."""
        self.size = sum(header.size for header in headers)
        """The sum of their bytes."""
        self.length = len(_END) + sum(header.length + -(-header.size // BLOCK) * BLOCK for header in headers)
        """How many bytes the archive has."""

    def __iter__(self) -> Iterator[bytes]:
        parts: list[bytes] = []
        pending = 0
        for path, header in self._members:
            parts.append(header.encoded())
            size = header.size
            pending += BLOCK + size
            if size > CHUNK and path not in self._contents:
                yield b"".join(parts)
                yield from self._large(path, size)
                parts, pending = [], 0
            elif size:
                parts.append(self._contents[path] if path in self._contents else self._small(path, size))
            if size % BLOCK:
                parts.append(bytes(-size % BLOCK))
            if pending > CHUNK:
                yield b"".join(parts)
                parts, pending = [], 0
        yield b"".join([*parts, _END])

    def _small(self, path: str, size: int) -> bytes:
        try:
            file = open_plain(f"{self._root}/{path}")
            try:
                data = os.read(file, size + 1)
                while len(data) < size and (more := os.read(file, size + 1 - len(data))):
                    data += more  # some file systems give less than they have
            finally:
                os.close(file)
        except OSError as error:
            raise changed(path, error) from error
        if len(data) != size:
            raise changed(path)
        return data

    def _large(self, path: str, size: int) -> Iterator[bytes]:
        try:
            with open(f"{self._root}/{path}", "rb", buffering=0, opener=open_plain) as file:
                written = written_at(file)
                while size and (data := file.read(min(size, CHUNK))):
                    size -= len(data)
                    yield data
                other = file.read(1) or written_at(file) != written
        except OSError as error:
            raise changed(path, error) from error
        if size or other:
            raise changed(path)


def _members(root: str, entries: Iterable[Entry]) -> Iterator[tuple[str, Header]]:
    """The path of each entry, and its header."""
    seen: dict[tuple[int, int], str] = {}  # the first name of each file that has several
    for path, mode, size, modified, inode in entries:
        permissions, seconds = mode & _PERMISSIONS, modified // SECOND
        first = seen.setdefault(inode, path) if inode else path
        if first != path:
            header = Header(path, tarfile.LNKTYPE, permissions, 0, seconds, first)
        elif stat.S_ISREG(mode):
            header = Header(path, tarfile.REGTYPE, permissions, size, seconds, "", read_capability(root, path, mode))
        elif stat.S_ISDIR(mode):
            header = Header(path + "/", tarfile.DIRTYPE, permissions, 0, seconds)
        else:
            header = Header(path, tarfile.SYMTYPE, permissions, 0, seconds, _target(root, path))
        yield path, header


def _target(root: str, path: str) -> str:
    try:
        return os.readlink(f"{root}/{path}")  # noqa: PTH115 - a Path would be made of each
    except OSError as error:
        raise changed(path, error) from error
