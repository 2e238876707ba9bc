from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from dockmagic.engine.transfer_source import BLOCK, archive_source
from dockmagic.errors import DockMagicError, UsageError
from tests.commands.transferred import tar_of

if TYPE_CHECKING:
    from pathlib import Path

TAR = tar_of({"data": b"x" * 3 * BLOCK})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return an archive of several blocks."""
    path = tmp_path / "images.tar"
    path.write_bytes(TAR)
    return path


def test_a_file_is_read_in_blocks_and_its_length_is_known_before(path: Path) -> None:
    """So that the engine is told how much comes."""
    source = archive_source(path)
    assert (source.name, source.length, source.headers) == ("images.tar", len(TAR), {"Content-Length": str(len(TAR))})
    blocks = list(source.blocks)
    assert b"".join(blocks) == TAR
    assert max(map(len, blocks)) == BLOCK


def test_bytes_of_every_kind_are_sent_in_blocks_too() -> None:
    """With their length."""
    for given in (TAR, bytearray(TAR), memoryview(TAR)):
        source = archive_source(given)
        assert (b"".join(source.blocks), source.length) == (TAR, len(TAR))


def test_of_an_iterator_nobody_knows_the_length() -> None:
    """It is not read before it is sent."""
    given = (TAR[at : at + 1000] for at in range(0, len(TAR), 1000))
    source = archive_source(given)
    assert (source.length, source.headers) == (None, {})
    assert next(given) == TAR[:1000]
    assert b"".join(source.blocks) == TAR[1000:]


def test_a_file_that_becomes_shorter_is_an_error_and_one_that_grows_is_sent_as_it_was(path: Path) -> None:
    """The engine was told the length."""
    source = archive_source(path)
    os.truncate(path, BLOCK)
    with pytest.raises(DockMagicError, match=r"images.tar became shorter while it was sent"):
        list(source.blocks)
    path.write_bytes(TAR)
    source = archive_source(path)
    with path.open("ab") as file:
        file.write(b"more")
    assert b"".join(source.blocks) == TAR


def test_a_file_that_vanishes_is_an_error(path: Path) -> None:
    """Named, with the system's reason."""
    source = archive_source(path)
    path.unlink()
    with pytest.raises(DockMagicError, match="could not be read to its end: No such file or directory"):
        list(source.blocks)


def test_a_pipe_is_read_once_without_looking_at_its_beginning(tmp_path: Path) -> None:
    """Its length is not known."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(TAR))
    writer.start()
    source = archive_source(pipe)
    assert source.length is None
    assert b"".join(source.blocks) == TAR
    writer.join()


def test_the_home_directory_has_its_short_name(isolated: Path) -> None:
    """No shell stands in between to replace the ~."""
    (isolated / "images.tar").write_bytes(TAR)
    assert archive_source("~/images.tar").length == len(TAR)


@pytest.mark.parametrize("given", ["a\0b", "x" * 5000])
def test_a_path_that_can_be_none_is_refused(given: str) -> None:
    """With the system's reason."""
    with pytest.raises(UsageError, match="cannot be read"):
        archive_source(given)
