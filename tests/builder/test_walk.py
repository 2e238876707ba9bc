from __future__ import annotations

import os
import socket
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockmagic.builder.dockerignore import Ignore
from dockmagic.builder.walk import Entry, check, walk
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOBODY = 65534


@pytest.fixture
def public() -> Iterator[Path]:
    """Return an empty directory that everybody may look into, unlike pytest's."""
    directory = Path(tempfile.mkdtemp(dir="/tmp", prefix="dm-"))
    directory.chmod(0o755)
    yield directory
    subprocess.run(["rm", "-rf", directory], check=True)  # shutil's goes only so deep


@pytest.fixture
def nobody() -> Iterator[None]:
    """Take root's rights away: files that cannot be read need somebody who may not read them."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


def make(directory: Path, *names: str) -> Path:
    """Make files, and a directory of each name that ends with a slash."""
    for name in names:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith("/") else path.touch()
    return directory


def paths(directory: Path, *, ignore: Ignore | None = None, include: Ignore | None = None) -> list[str]:
    """What a walk gives."""
    return [entry.path for entry in walk(str(directory), ignore=ignore, include=include)]


def test_a_directory_comes_before_what_is_in_it_and_names_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    """As Go's filepath.Walk: a.b is no part of a, and capitals come first."""
    make(tmp_path, "b", "a/z", "a/b/c", "a.b", "a-", "B", "é", "z")
    assert paths(tmp_path) == ["B", "a", "a/b", "a/b/c", "a/z", "a-", "a.b", "b", "z", "é"]


def test_names_that_are_no_text_are_given_as_python_writes_them(tmp_path: Path) -> None:
    """And sorted by their bytes like all others."""
    for name in (b"\xff", b"\x80", "é".encode(), b"a"):
        (tmp_path / os.fsdecode(name)).touch()
    assert [os.fsencode(path) for path in paths(tmp_path)] == [b"a", b"\x80", "é".encode(), b"\xff"]


def test_a_symbolic_link_is_given_and_never_followed(tmp_path: Path) -> None:
    """Not to a directory above it, and not to nothing."""
    make(tmp_path, "a/b")
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "nowhere").symlink_to("missing")
    found = {entry.path: entry for entry in walk(str(tmp_path))}
    assert list(found) == ["a", "a/b", "a/up", "nowhere"]
    assert stat.S_ISLNK(found["a/up"].mode)
    assert found["a/up"].size == 0


def test_an_entry_tells_what_an_archive_says_of_a_file(tmp_path: Path) -> None:
    """Kind, permissions, bytes, time, and which file it is if it has several names."""
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    file.chmod(0o2751)
    os.utime(file, ns=(0, 1_600_000_000_123_456_789))
    assert list(walk(str(tmp_path))) == [Entry("a", stat.S_IFREG | 0o2751, 5, 1_600_000_000_123_456_789, None)]
    (tmp_path / "b").hardlink_to(file)
    first, second = walk(str(tmp_path))
    assert first.inode == second.inode == (file.stat().st_dev, file.stat().st_ino)


def test_ignored_files_and_directories_are_left_out(tmp_path: Path) -> None:
    """With all that is in such a directory; what an exception takes back in is found."""
    make(tmp_path, "a/b", "a/c", "d/e/f", "d/g", "h")
    assert paths(tmp_path, ignore=Ignore(["a", "!a/c", "d/e"])) == ["a/c", "d", "d/g", "h"]


def test_an_exception_counts_below_a_directory_only_if_something_had_excluded_that(tmp_path: Path) -> None:
    """As in docker's walks: what is asked of one path alone, !a takes a/b back in."""
    make(tmp_path, "a/b", "a/c")
    ignore = Ignore(["a/b", "!a"])
    assert paths(tmp_path, ignore=ignore) == ["a", "a/c"]
    assert not ignore.excludes("a/b")


def test_what_is_left_out_on_the_way_is_given_if_asked_for(tmp_path: Path) -> None:
    """Each directory just before the first of what is wanted below it; BuildKit expects that."""
    make(tmp_path, "a/b/c", "a/b/d", "a/e/f", "g/h")
    ignore = Ignore(["*", "!**/c", "!**/f"])
    assert [entry.path for entry in walk(str(tmp_path), ignore=ignore, parents=True)] == [
        "a", "a/b", "a/b/c", "a/e", "a/e/f",
    ]  # fmt: skip


def test_patterns_can_say_what_is_wanted_instead(tmp_path: Path) -> None:
    """Then what matches none of them is left out, and of the others what is ignored."""
    make(tmp_path, "a/b", "a/c", "d/b", "e/f/g", "e/h")
    assert paths(tmp_path, include=Ignore(["a", "*/f/g"]), ignore=Ignore(["**/c"])) == ["a", "a/b", "e/f/g"]


def test_more_directories_than_python_has_frames_can_lie_in_each_other(public: Path) -> None:
    """The walk keeps its own list of where it is."""
    depth = 1200
    below = os.open(public, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=below)
        inner = os.open("d", os.O_RDONLY, dir_fd=below)
        os.close(below)
        below = inner
    os.close(below)
    assert len(paths(public)) == depth


@pytest.mark.parametrize("mode", [0o000, 0o311])
def test_a_directory_that_cannot_be_read_is_named(public: Path, mode: int, request: pytest.FixtureRequest) -> None:
    """Unless it is ignored."""
    make(public, "a/b/c")
    (public / "a" / "b").chmod(mode)
    request.getfixturevalue("nobody")
    with pytest.raises(UsageError, match=r"a/b cannot be listed: permission denied\n.*\.dockerignore"):
        paths(public)
    assert paths(public, ignore=Ignore(["a/b"])) == ["a"]


def test_that_an_ignored_directory_cannot_be_read_matters_to_nobody(
    public: Path, request: pytest.FixtureRequest
) -> None:
    """Not even if an exception could match below it."""
    make(public, "a/b", "c/d")
    (public / "a").chmod(0)
    request.getfixturevalue("nobody")
    assert paths(public, ignore=Ignore(["a", "!c/d"])) == ["c", "c/d"]
    assert paths(public, ignore=Ignore(["a", "!a/b"])) == ["c", "c/d"]


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    """By the operating system's words."""
    with pytest.raises(UsageError, match=r"missing cannot be listed: No such file"):
        paths(tmp_path / "missing")


def unix_socket(path: Path) -> None:
    """Leave a socket behind."""
    here = Path.cwd()
    os.chdir(path.parent)  # a unix path has 107 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)
    os.chdir(here)


@pytest.mark.parametrize(
    ("make_it", "kind"),
    [
        (os.mkfifo, "a named pipe"),
        (unix_socket, "a socket"),
        (lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3)), "a device"),
        (lambda path: os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(7, 200)), "a device"),
    ],
)
def test_what_is_no_file_is_named(tmp_path: Path, make_it: Callable[[Path], None], kind: str) -> None:
    """A builder makes nothing of it, and reading a pipe would wait for ever."""
    try:
        make_it(tmp_path / "odd")
    except PermissionError:
        pytest.skip("only root makes devices")
    (entry,) = walk(str(tmp_path))
    with pytest.raises(UsageError, match=f"odd is {kind}, which cannot be sent"):
        check(str(tmp_path), entry)


def test_a_file_that_cannot_be_read_is_named(public: Path, request: pytest.FixtureRequest) -> None:
    """With the name's control characters taken out; what may be read is fine, and so is a link to nothing."""
    for name, mode in (("a\x1b[31m", 0o600), ("b", 0o400), ("c", 0), ("d", 0o644)):
        (public / name).touch()
        (public / name).chmod(mode)
    if os.geteuid() == 0:
        os.chown(public / "b", NOBODY, -1)
    (public / "e").symlink_to("missing")
    request.getfixturevalue("nobody")
    refused = []
    for entry in walk(str(public)):
        try:
            check(str(public), entry)
        except UsageError as error:
            refused.append(error.message)
    assert refused == [
        "the build context: a [31m cannot be read: permission denied",
        "the build context: c cannot be read: permission denied",
    ]
