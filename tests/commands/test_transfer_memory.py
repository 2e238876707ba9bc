"""`save` and `load`: what an archive takes in memory on its way, however long it is."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic import load, save
from dockmagic.errors import ProtocolError
from tests.engine.scripted import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.scripted import Peer

SIZE = 64 * 1024 * 1024
LIMIT = 4 * 1024 * 1024
"""Bytes."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive with a file of 64 MiB in it, and a list of no images."""
    path = tmp_path / "big.tar"
    with tarfile.open(path, "w") as tar:
        entry = tarfile.TarInfo("layer.tar")
        entry.size = SIZE
        tar.addfile(entry, _Zeros())
        manifest = tarfile.TarInfo("manifest.json")
        manifest.size = 2
        tar.addfile(manifest, io.BytesIO(b"[]"))
    return path


class _Zeros(io.RawIOBase):
    """As many zeros as are read."""

    def read(self, size: int = -1, /) -> bytes:
        """Give `size` of them."""
        return bytes(size)


def engine_with(archive: Path, received: list[int]) -> Iterator[dockmagic.Engine]:
    """An engine that sends the archive, or counts what it is sent."""

    def script(peer: Peer) -> None:
        while True:
            head = peer.head().decode()
            if "/images/get" in head:
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % archive.stat().st_size)
                with archive.open("rb") as file:
                    peer.sock.sendfile(file)
                continue
            if "/images/load" in head:
                left = int(head.lower().partition("content-length: ")[2].split()[0])
                received.append(left)
                while left:
                    left -= len(peer.read())
            peer.send(b"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Length: 2\r\n\r\n{}")

    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        engine.ping()
        yield engine


def peak_of(command: Iterator[object]) -> int:
    """The most bytes that Python held at once while `command` ran, which ends with an error about no images."""
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="nothing"):
            next(command)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_archive_is_sent_piece_by_piece(archive: Path) -> None:
    """`load`."""
    received: list[int] = []
    for engine in engine_with(archive, received):
        assert peak_of(load(engine, each, quiet=True) for each in [archive]) < LIMIT
    assert received == [archive.stat().st_size]


def test_an_archive_is_written_piece_by_piece(archive: Path) -> None:
    """`save`."""
    for engine in engine_with(archive, []):
        assert peak_of(save(engine, "web", output=path) for path in [archive.parent / "saved.tar"]) < LIMIT
    assert [path.name for path in archive.parent.iterdir()] == ["big.tar"]
