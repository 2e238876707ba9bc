from __future__ import annotations

import os
import stat
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.builder.archive import CHUNK, Archive
from dockmagic.builder.archive_file import ArchiveFile
from dockmagic.builder.context import build_context
from dockmagic.builder.walk import Entry, walk
from dockmagic.errors import ContextChanged
from tests.builder.changes import be_written, become_a_link, become_a_pipe, grow, shrink
from tests.builder.classic_client import classic_client, members

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

SIZES = (0, 1, 511, 512, 513, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK)


def archived(directory: Path) -> Archive:
    """The archive of all that is below it."""
    return Archive(str(directory), list(walk(str(directory))), contents={})


def test_files_of_any_size_arrive_whole(tmp_path: Path) -> None:
    """Around the sizes of an archive's blocks and of what is read at once; the blocks that are given stay small."""
    for size in SIZES:
        (tmp_path / f"{size:07}").write_bytes(os.urandom(size))
    archive = archived(tmp_path)
    blocks = list(archive)
    assert max(map(len, blocks)) <= 2 * CHUNK + 2048
    found = {member.name: member.content for member in members(b"".join(blocks))}
    assert found == {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    assert archive.length == sum(map(len, blocks))
    assert (archive.files, archive.size) == (len(SIZES), sum(SIZES))


def test_what_a_plain_header_cannot_hold_stands_in_records(tmp_path: Path) -> None:
    """Long names and targets, other letters, bytes that are no text, times before 1970, and their headers' length."""
    os.utime(tmp_path)
    for name in ("n" * 100, "n" * 101, "é", os.fsdecode(b"\xff")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (-5, -5))
    (tmp_path / ("d" * 100)).mkdir()
    for number, target in enumerate(("t" * 100, "t" * 101, "é", os.fsdecode(b"\xff"))):
        (tmp_path / str(number)).symlink_to(target)
    archive = archived(tmp_path)
    found = {member.name: member for member in members(b"".join(archive))}
    assert set(found) == {path.name for path in tmp_path.iterdir()}
    assert {each.link for each in found.values() if each.link} == {"t" * 100, "t" * 101, "é", os.fsdecode(b"\xff")}
    assert found["é"].modified == -5
    assert archive.length == len(b"".join(archive))


@pytest.mark.parametrize("size", [8**11 - 1, 8**11])
def test_a_file_may_have_more_bytes_than_octal_digits_can_say(tmp_path: Path, size: int) -> None:
    """From 8 GiB on; it need not be read to see its header."""
    with (tmp_path / "big").open("wb") as file:
        file.truncate(size)
    archive = archived(tmp_path)
    header = next(iter(archive))
    assert tarfile.TarInfo.frombuf(header[-512:], "utf-8", "strict").size == (size if size < 8**11 else 0)
    assert (b"size=8589934592\n" in header) == (size == 8**11)
    assert archive.length == len(header) + size + -size % 512 + 1024


def test_names_of_one_file_are_sent_once(tmp_path: Path) -> None:
    """The others are links to the first that is sent; so it is with a symbolic link that has two names."""
    (tmp_path / "b").write_text("x")
    (tmp_path / "a").hardlink_to(tmp_path / "b")
    (tmp_path / "c").hardlink_to(tmp_path / "b")
    (tmp_path / "s").symlink_to("nowhere")
    os.link(tmp_path / "s", tmp_path / "t", follow_symlinks=False)
    found = [(each.name, each.kind, each.link) for each in members(b"".join(archived(tmp_path)))]
    assert found == [
        ("a", tarfile.REGTYPE, ""),
        ("b", tarfile.LNKTYPE, "a"),
        ("c", tarfile.LNKTYPE, "a"),
        ("s", tarfile.SYMTYPE, "nowhere"),
        ("t", tarfile.LNKTYPE, "s"),
    ]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives capabilities to files")
@pytest.mark.parametrize("revision", [2, 3])
def test_what_a_program_may_do_is_kept_as_docker_keeps_it(tmp_path: Path, revision: int) -> None:
    """A file's capabilities, without the user of a namespace; no other attribute."""
    program = tmp_path / "ping"
    program.touch(mode=0o755)
    value = bytes([0, 0, 0, revision, 0, 0x20]) + bytes(14) + bytes([232, 3, 0, 0] * (revision == 3))
    os.setxattr(program, "security.capability", value)
    (tmp_path / "Dockerfile").touch()
    body = build_context(str(tmp_path)).body
    assert body is not None
    with classic_client() as client:
        theirs = members(client.sends(tmp_path))
    ours = members(b"".join(body))
    assert ours == theirs
    assert ours[1].records["SCHILY.xattr.security.capability"][3] == "\x02"


@pytest.mark.parametrize("size", [10, CHUNK, 2 * CHUNK + 1])
@pytest.mark.parametrize("change", [shrink, grow, become_a_link, become_a_pipe, os.unlink])
def test_a_file_that_changes_meanwhile_is_named(tmp_path: Path, change: Callable[[Path], None], size: int) -> None:
    """And the archive has no end, so that nobody takes it for a whole one."""
    file = tmp_path / "a.log"
    file.write_bytes(bytes(size))
    archive = archived(tmp_path)
    change(file)
    with pytest.raises(ContextChanged, match=r"a\.log changed while it was read.*\n  Nothing was built"):
        list(archive)


def test_a_large_file_that_is_written_while_it_is_read_is_named(tmp_path: Path) -> None:
    """Though it has as many bytes as before: some are of the one version, and some of the other."""
    file = tmp_path / "a.log"
    file.write_bytes(bytes(2 * CHUNK))
    blocks = iter(archived(tmp_path))
    assert sum(len(next(blocks)) for _ in range(2)) > CHUNK
    be_written(file)
    with pytest.raises(ContextChanged, match=r"a\.log changed while it was read"):
        list(blocks)


def test_a_symbolic_link_that_is_gone_is_named(tmp_path: Path) -> None:
    """It is read before anything is sent."""
    with pytest.raises(ContextChanged, match="gone changed while it was read: No such file"):
        Archive(str(tmp_path), [Entry("gone", stat.S_IFLNK | 0o777, 0, 0, None)], contents={})


def test_an_archive_that_is_written_while_it_is_sent_is_named(tmp_path: Path) -> None:
    """By a tar that has not ended, say."""
    path = tmp_path / "context.tar"
    path.write_bytes(b"\x1f\x8b\x08" + bytes(2 * CHUNK))
    blocks = iter(ArchiveFile(path))
    next(blocks)
    be_written(path)
    with pytest.raises(ContextChanged, match=r"context\.tar changed while it was sent"):
        list(blocks)


@pytest.mark.parametrize("change", [shrink, os.unlink])
def test_an_archive_that_shrinks_meanwhile_is_named(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """What it has more by then is left out: its length was told before."""
    path = tmp_path / "context.tar"
    path.write_bytes(b"\x1f\x8b\x08" + bytes(CHUNK))
    archive = ArchiveFile(path)
    grow(path)
    assert len(b"".join(archive)) == archive.length
    shrink(path)
    change(path)
    with pytest.raises(ContextChanged, match=r"context\.tar changed while it was sent\n"):
        list(archive)


MEASURE = """
import resource, sys
from dockmagic.builder.context import build_context

context = build_context(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sent = sum(map(len, context.body))
print(sent - context.length, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts in kilobytes")
def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    """500 MB are sent, and the process grows by less than 4 MB."""
    (tmp_path / "Dockerfile").touch()
    with (tmp_path / "big").open("wb") as file:
        file.truncate(500_000_000)
    printed = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    missing, grown = map(int, printed.split())
    assert missing == 0
    assert grown < 4096


def test_an_engine_makes_of_it_what_is_in_the_directory(
    tmp_path: Path, engine_process: Dockerd, docker_cli: DockerCli, label: str
) -> None:
    """Names of all kinds, modes and links, in an image of the classic builder."""
    for name in ("a", "é", "n" * 120, os.fsdecode(b"\xff"), "sub/b"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(os.fsencode(name))
        (tmp_path / name).chmod(0o640)
    (tmp_path / "again").hardlink_to(tmp_path / "a")
    (tmp_path / "link").symlink_to("sub/b")
    context = build_context(str(tmp_path), dockerfile="FROM bb:1\nCOPY . /c/\n")
    tag = label.partition("=")[2]
    with dockmagic.connect(engine_process.host) as engine:
        query = {"t": tag, "dockerfile": context.dockerfile, "labels": dict([label.split("=")])}
        headers = {"Content-Type": "application/x-tar", "Content-Length": str(context.length)}
        with engine.stream("POST", "/build", params=query, content=context.body, headers=headers) as reply:
            assert "aux" in {key for message in reply for key in message}
    script = "cd /c && find . -mindepth 1 | sort | od -An -c && cat a again link && stat -c %a a sub"
    there = docker_cli("run", "--rm", "--network", "none", "--label", label, tag, "sh", "-c", script)
    here = subprocess.run(["sh", "-c", script.replace("/c", str(tmp_path))], capture_output=True, text=True, check=True)
    assert there.split() == here.stdout.split()


def test_nothing_is_built_of_a_context_that_changed(
    tmp_path: Path, engine_process: Dockerd, docker_cli: DockerCli, label: str
) -> None:
    """The error is ours, and the engine was left without the rest."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (tmp_path / "log").write_bytes(bytes(2 * CHUNK))
    context = build_context(str(tmp_path))
    grow(tmp_path / "log")
    tag = label.partition("=")[2]
    headers = {"Content-Type": "application/x-tar"}
    with dockmagic.connect(engine_process.host) as engine, pytest.raises(ContextChanged, match="log changed"):
        engine.post("/build", params={"t": tag}, content=context.body, headers=headers)
    assert docker_cli("images", "--quiet", tag) == ""
