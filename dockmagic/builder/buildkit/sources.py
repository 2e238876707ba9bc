"""What the engine may be shown of: a directory, or a few files that are in memory only."""

from __future__ import annotations

import hashlib
import os
import stat
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Protocol

from dockmagic.builder.buildkit.followed import followed
from dockmagic.builder.buildkit.packets import Stat
from dockmagic.builder.dockerignore import Ignore
from dockmagic.builder.unchanged import open_plain
from dockmagic.builder.walk import check, walk
from dockmagic.errors import UsageError
from dockmagic.text import shown, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dockmagic.builder.walk import Entry

__all__ = ["Directory", "Files", "Source", "Wanted"]

_EPOCH = 1_600_000_000  # seconds: some time in 2020
_SPAN = 100_000_000 * 1_000_000_000  # three years of nanoseconds


class Wanted:
    """Which paths the engine asks for: patterns as of .dockerignore, and paths whose symbolic links are followed."""

    def __init__(self, *, include: Sequence[str] = (), exclude: Sequence[str] = (), follow: Sequence[str] = ()) -> None:
        self.include = include
        self.exclude = exclude
        self.follow = follow


class Source(Protocol):
    """A tree of files."""

    def stats(self, wanted: Wanted) -> Iterator[Stat]:
        """What is wanted of it, in the order of a walk. Raises UsageError."""

    def open(self, path: bytes) -> BinaryIO:
        """The file `path`, which `stats` gave. Raises OSError."""


class Directory:
    """A directory, without what the engine's patterns exclude. Raises UsageError if `path` is none."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.realpath(path)
        if not os.path.isdir(self.path):  # noqa: PTH112 - a path may be no text
            raise UsageError(f"{shown_path(path)} is no directory", hint="The build context is a directory.")

    def __repr__(self) -> str:
        return f"<Directory {shown_path(self.path)}>"

    def stats(self, wanted: Wanted) -> Iterator[Stat]:
        """Raises UsageError for what cannot be read or sent, and for a pattern that cannot be understood."""
        include = [*wanted.include, *followed(self.path, wanted.follow)] if wanted.include or wanted.follow else []
        include = [] if "." in include else include
        entries = walk(
            self.path,
            ignore=Ignore(wanted.exclude),
            include=Ignore(include) if include else None,
            parents=True,
        )
        first: dict[tuple[int, int], bytes] = {}  # of several names of one file, the one that was sent
        for entry in entries:
            check(self.path, entry)
            yield self._stat(entry, first)

    def open(self, path: bytes) -> BinaryIO:
        """For reading, unbuffered: whoever reads has a buffer."""
        place = os.path.join(os.fsencode(self.path), path)  # noqa: PTH118 - bytes
        return open(place, "rb", buffering=0, opener=open_plain)

    def _stat(self, entry: Entry, first: dict[tuple[int, int], bytes]) -> Stat:
        path = os.fsencode(entry.path)
        place = os.path.join(self.path, entry.path)  # noqa: PTH118 - a hot path
        link, size = b"", entry.size
        if stat.S_ISLNK(entry.mode):
            link = _target(place, entry.path)
            size = len(link)
        elif entry.inode is not None:
            link = first.setdefault(entry.inode, path)
            link = b"" if link == path else link
        return Stat(path, entry.mode, size, entry.modified, link, _attributes(place))


class Files:
    """Files that are in memory only, such as the Dockerfile of a notebook's cell; names are without slashes.

    A file's time is made of its content: an engine compares times and sizes, and so takes the same content for
    unchanged and another one for changed.
    """

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = {os.fsencode(name): content for name, content in contents.items()}

    def __repr__(self) -> str:
        return f"<Files {', '.join(shown(os.fsdecode(name)) for name in self._contents) or 'none'}>"

    def stats(self, wanted: Wanted) -> Iterator[Stat]:  # noqa: ARG002 - as every source is asked
        """They are few, and all the engine is to have: what it wants of them makes no difference."""
        for name, content in sorted(self._contents.items()):
            yield Stat(name, stat.S_IFREG | 0o644, len(content), _time(content))

    def open(self, path: bytes) -> BinaryIO:
        """From memory."""
        return BytesIO(self._contents[path])


def _time(content: bytes) -> int:
    digest = hashlib.sha256(content).digest()
    return _EPOCH * 1_000_000_000 + int.from_bytes(digest[:16], "big") % _SPAN


def _target(place: str, path: str) -> bytes:
    try:
        return os.fsencode(os.readlink(place))  # noqa: PTH115 - a path may be no text
    except OSError as error:
        raise UsageError(f"the build context: {shown_path(path)} cannot be read: {error.strerror}") from error


def _attributes(place: str) -> dict[str, bytes] | None:
    """The extended attributes; what a file system does not give is passed over, as docker does."""
    if not hasattr(os, "listxattr"):
        return None
    found: dict[str, bytes] = {}
    try:
        for name in os.listxattr(place, follow_symlinks=False):
            found[name] = os.getxattr(place, name, follow_symlinks=False)
    except OSError:
        return found or None
    return found or None
