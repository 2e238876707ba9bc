"""The session's files: what has changed since the engine was shown the same directory before, and nothing else.

FileSync.DiffCopy: we tell of each path in order, the engine compares, and asks for the data of what is new to it.
Source: send.go of tonistiigi/fsutil, session/filesync of moby/buildkit.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote_to_bytes

from dockmagic.builder.buildkit import packets
from dockmagic.builder.buildkit.calls import NOT_FOUND, UNKNOWN, CallError
from dockmagic.builder.buildkit.sources import Wanted
from dockmagic.builder.unchanged import changed, written_at
from dockmagic.errors import DockMagicError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockmagic.builder.buildkit.calls import Call, Metadata, Method
    from dockmagic.builder.buildkit.packets import Stat
    from dockmagic.builder.buildkit.sources import Source

__all__ = ["FileSync"]

BLOCK = 64 * 1024
"""Bytes of a file that are read and sent at once."""


class FileSync:
    """Shows the engine `sources` by the names that it knows: "context" and "dockerfile".

    An engine may ask for any file in them. So a Dockerfile outside the context is better given as `Files`.
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = dict(sources)
        self.methods: Mapping[str, Method] = {"/moby.filesync.v1.FileSync/DiffCopy": self._diff_copy}

    def _diff_copy(self, metadata: Metadata) -> Call:
        name = next(iter(_values(metadata, "dir-name")), "")
        source = self._sources.get(name)
        if source is None:
            raise CallError(NOT_FOUND, f"there is no directory {shown(name)!r} in this session")
        wanted = Wanted(
            include=_values(metadata, "include-patterns"),
            exclude=_values(metadata, "exclude-patterns"),
            follow=_values(metadata, "followpaths"),
        )
        return _DiffCopy(source, source.stats(wanted))


@dataclass(slots=True)
class _File:
    """A file that is being sent."""

    identity: int
    name: str
    data: BinaryIO
    left: int  # bytes
    written: int | None  # when it last was, in nanoseconds


class _DiffCopy:
    """One transfer. Data that was asked for goes before further paths: so few requests wait, and one file is open."""

    def __init__(self, source: Source, stats: Iterator[Stat]) -> None:
        self._source = source
        self._stats: Iterator[Stat] | None = stats
        self._count = 0  # paths that were told
        self._files: dict[int, Stat] = {}  # those that may be asked for, by their number among the paths
        self._requests: deque[tuple[int, Stat]] = deque()
        self._file: _File | None = None
        self._farewell: bytes | None = None
        self._failure: DockMagicError | None = None
        self.finished = False

    def receive(self, message: bytes) -> None:
        kind, identity, data = packets.read_packet(message)
        if kind == packets.REQ:
            if identity not in self._files:
                raise CallError(UNKNOWN, f"file {identity} was not offered")
            self._requests.append((identity, self._files.pop(identity)))
        elif kind == packets.FIN:
            self._farewell = packets.fin_packet()
        elif kind == packets.ERR:
            raise CallError(UNKNOWN, f"the engine could not take the files: {shown(data.decode(errors='replace'))}")

    def end(self) -> None:
        """A peer that says no FIN before has lost interest."""
        self.finished = self.finished or self._farewell is None

    def next(self) -> bytes | None:
        if self._failure is not None:
            raise self._failure
        if self._farewell is not None:
            farewell, self._farewell, self.finished = self._farewell, None, True
            return farewell
        if self.finished:
            return None
        try:
            return self._block() if self._file or self._requests else self._next_stat()
        except DockMagicError as error:
            self._failure = error
            return packets.error_packet(error.message)

    def close(self) -> None:
        if self._file:
            self._file.data.close()
        self._file, self._stats = None, None
        self._files.clear()
        self._requests.clear()

    def _block(self) -> bytes:
        """The next piece of the file that is being sent, or its end, to which it is what was told of it."""
        if self._file is None:
            self._file = self._open(*self._requests.popleft())
        file = self._file
        try:
            data = file.data.read(BLOCK)
        except OSError as error:
            raise changed(file.name, error) from error
        file.left -= len(data)
        if file.left < 0 or (not data and (file.left or written_at(file.data) != file.written)):
            raise changed(file.name)
        if not data:
            file.data.close()
            self._file = None
        return packets.data_packet(file.identity, data)

    def _open(self, identity: int, found: Stat) -> _File:
        name = os.fsdecode(found.path)
        try:
            data = self._source.open(found.path)
        except OSError as error:  # an empty file in its place, as docker's own client sends, would be a wrong image
            raise changed(name, error) from error
        return _File(identity, name, data, found.size, written_at(data))

    def _next_stat(self) -> bytes | None:
        if self._stats is None:
            return None
        found = next(self._stats, None)
        if found is None:
            self._stats = None
            return packets.STATS_END
        if stat.S_ISREG(found.mode):
            self._files[self._count] = found
        self._count += 1
        return packets.stat_packet(found)


def _values(metadata: Metadata, name: str) -> list[str]:
    """The values of a header; newer engines say whether they are quoted as in a URL, older ones never quote."""
    values = metadata.get(name, [])
    if metadata.get(f"{name}-encoded", [b""])[0].lower() in {b"1", b"t", b"true"}:
        values = [unquote_to_bytes(value.replace(b"+", b" ")) for value in values]
    return [os.fsdecode(value) for value in values]
