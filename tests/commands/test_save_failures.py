"""`save`: what is left where it does not come to its end, which is what was there before."""

from __future__ import annotations

import resource
import threading
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic import save
from dockmagic.errors import DockMagicError, EngineFault, ProtocolError
from tests.commands.transferred import make_image, tar_of
from tests.engine.scripted import PATIENCE, PROMPT, serving
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from dockmagic import Engine
    from tests.engine.scripted import Peer, Server
    from tests.engines.dockerd import Dockerd


def test_a_full_disk_leaves_nothing_behind(engine: Engine, engine_process: Dockerd, label: str, tmp_path: Path) -> None:
    """Here a limit on the size of files, which fails as late; what was there before stays."""
    make_image(engine_process, "dmt/save:big", label, size=400_000)
    path = tmp_path / "images.tar"
    path.write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(DockMagicError, match=r"images.tar could not be written: File too large"):
            save(engine, "dmt/save:big", output=path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    assert len(dockmagic.images(engine)) > 0


def sending(body: bytes, then: Callable[[Peer], None]) -> AbstractContextManager[Server]:
    """An engine whose archive is `body`, and what it does `then`."""

    def script(peer: Peer) -> None:
        while True:
            target = peer.request().target
            if "/images/get" not in target:
                peer.send(b"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Length: 2\r\n\r\nOK")
                continue
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(body), body))
            then(peer)

    return serving(script)


def the_end(peer: Peer) -> None:
    """The reply is whole."""
    peer.send(b"0\r\n\r\n")


WHOLE = tar_of({"layer.tar": b"x" * 5000, "manifest.json": b"[]"})


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (WHOLE[:3000], ProtocolError, "the archive ends too early, after 3000 bytes"),
        (WHOLE[:512], ProtocolError, "the archive ends too early, after 512 bytes"),
        (b"", ProtocolError, "the archive ends too early, after 0 bytes"),
        (WHOLE[:512] + bytes(2000), ProtocolError, "is no archive of images"),
        (tar_of({"layer.tar": b"x"}), ProtocolError, "is no archive of images.*manifest.json"),
        (WHOLE, ProtocolError, "the engine has saved nothing"),
        (
            WHOLE[:3000] + b'{"errorDetail":{"message":"open layer.tar: no space left"},"error":"x"}\r\n',
            EngineFault,
            "open layer.tar: no space left",
        ),
    ],
)
def test_an_archive_that_is_not_whole_is_an_error(
    tmp_path: Path, body: bytes, error: type[DockMagicError], words: str
) -> None:
    """The reply itself is: an engine that fails in the middle puts its words into the archive, and ends."""
    with sending(body, the_end) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(error, match=words):
            save(engine, "web", output=tmp_path / "images.tar")
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_dies_leaves_nothing_behind(tmp_path: Path) -> None:
    """The connection ends in the middle."""
    with sending(WHOLE[:3000], lambda peer: peer.cut()) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(ProtocolError, match="broke off"):
            save(engine, "web", output=tmp_path / "images.tar")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing_behind_and_ends_it_on_the_engine(tmp_path: Path) -> None:
    """What was there before stays; the next command works."""
    hangs, left = threading.Event(), threading.Event()

    def hang(peer: Peer) -> None:
        hangs.set()
        peer.until_end()
        left.set()
        peer.close()

    path = tmp_path / "images.tar"
    path.write_text("old")
    with sending(WHOLE[:3000], hang) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        assert interrupted(lambda: save(engine, "web", output=path), hangs) < PROMPT
        assert left.wait(PATIENCE)
        assert engine.ping() < PATIENCE
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
