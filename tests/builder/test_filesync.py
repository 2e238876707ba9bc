from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from dockmagic.builder.buildkit import packets
from dockmagic.builder.buildkit.filesync import BLOCK, FileSync
from dockmagic.builder.buildkit.followed import followed
from dockmagic.builder.buildkit.grpc import GrpcServer
from dockmagic.builder.buildkit.protobuf import Message, bytes_field, number_field
from dockmagic.builder.buildkit.shared_key import shared_key
from dockmagic.builder.buildkit.sources import Directory, Files, Wanted
from dockmagic.errors import ContextChanged, UsageError
from tests.builder.changes import be_written, become_a_link, become_a_pipe, grow, shrink
from tests.builder.grpc_client import GrpcClient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dockmagic.builder.buildkit.packets import Stat
    from dockmagic.builder.buildkit.sources import Source
    from dockmagic.errors import DockMagicError

DIFF_COPY = "/moby.filesync.v1.FileSync/DiffCopy"
FIN = number_field(1, packets.FIN)


def paths(source: Source, **wanted: Sequence[str]) -> list[bytes]:
    """The paths that are shown of it, in their order."""
    return [found.path for found in source.stats(Wanted(**wanted))]


def stats(directory: Path) -> dict[bytes, Stat]:
    """What is told of each path."""
    return {found.path: found for found in Directory(directory).stats(Wanted())}


class Receiver:
    """An engine that takes a directory."""

    def __init__(self, source: Source, *metadata: tuple[str, str | bytes], name: str = "context") -> None:
        self.reported: list[DockMagicError] = []
        server = GrpcServer(FileSync({"context": source}).methods, report=self.reported.append)
        self.client = GrpcClient(server)
        self.call = self.client.call(DIFF_COPY, metadata=[("dir-name", name), *metadata], end=False)

    @property
    def told(self) -> list[Message]:
        """The packets that came."""
        return [Message(message) for message in self.client.replies[self.call].messages]

    @property
    def paths(self) -> list[bytes]:
        """The paths that were told, in their order."""
        return [found.data(1) for packet in self.told if (found := packet.message(2))]

    def ask(self, *identities: int) -> dict[int, bytes]:
        """Ask for files by their numbers, and return what has come of each, with ! at its end."""
        self.client.say(self.call, *(number_field(1, packets.REQ) + number_field(3, each) for each in identities))
        data = dict.fromkeys(identities, b"")
        for packet in self.told:
            if packet.number(1) == packets.DATA:
                data[packet.number(3)] += packet.data(4) or b"!"
        return data

    @property
    def status(self) -> tuple[int, str]:
        """How the call ended."""
        return self.client.replies[self.call].status


def test_a_transfer_tells_all_paths_and_sends_what_is_asked_for(tmp_path: Path) -> None:
    """Paths, the end of the paths, data, FIN for FIN, and the call's end."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "big").write_bytes(bytes(BLOCK) + b"more")
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "c").write_bytes(b"never asked for")
    receiver = Receiver(Directory(tmp_path))
    assert receiver.paths == [b"a", b"b", b"b/big", b"c"]
    assert [packet.number(1) for packet in receiver.told] == [packets.STAT] * 5
    assert receiver.told[-1].message(2) is None
    assert receiver.ask(2, 0) == {2: bytes(BLOCK) + b"more!", 0: b"!"}
    receiver.client.say(receiver.call, FIN)
    assert receiver.told[-1].number(1) == packets.FIN
    assert receiver.status == (0, "")


def test_paths_come_in_the_order_of_a_walk(tmp_path: Path) -> None:
    """A directory's content before its neighbours; an engine refuses any other order. Names are bytes."""
    for name in ("a.b/x", "a/x", "a-b/x", "B/x", "é/x"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
    os.mkdir(os.fsencode(tmp_path) + b"/\xff")  # noqa: PTH102 - a path of bytes
    expected = [b"B", b"B/x", b"a", b"a/x", b"a-b", b"a-b/x", b"a.b", b"a.b/x", "é".encode(), "é/x".encode(), b"\xff"]
    assert paths(Directory(tmp_path)) == expected


def test_what_is_told_of_a_path(tmp_path: Path) -> None:
    """Mode, size and time; the target of a link, the first name of a file with several. Owners are not told."""
    (tmp_path / "dir").mkdir(mode=0o750)
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "file").chmod(0o4755)
    os.utime(tmp_path / "file", ns=(0, 1_234_567_890_123_456_789))
    (tmp_path / "hard").hardlink_to(tmp_path / "file")
    (tmp_path / "soft").symlink_to("nowhere/é")
    found = stats(tmp_path)
    assert (stat.S_ISDIR(found[b"dir"].mode), found[b"dir"].size) == (True, 0)
    file, hard, soft = (found[name] for name in (b"file", b"hard", b"soft"))
    assert (file.size, file.modified, file.link) == (5, 1_234_567_890_123_456_789, b"")
    assert (hard.size, hard.modified, hard.link) == (5, 1_234_567_890_123_456_789, b"file")
    assert (soft.size, soft.link) == (10, "nowhere/é".encode())


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (0o100644, 0o644),
        (0o040755, 1 << 31 | 0o755),
        (0o120777, 1 << 27 | 0o777),
        (0o104755, 1 << 23 | 0o755),
        (0o102755, 1 << 22 | 0o755),
        (0o041777, 1 << 31 | 1 << 20 | 0o777),
        (0o020644, 1 << 26 | 1 << 21 | 0o644),
        (0o060644, 1 << 26 | 0o644),
        (0o010644, 1 << 25 | 0o644),
    ],
)
def test_modes_are_those_of_go(mode: int, expected: int) -> None:
    """https://pkg.go.dev/io/fs#FileMode, not those of the operating system."""
    message = Message(packets.stat_packet(packets.Stat(b"a", mode, 0, 0))).message(2)
    assert message is not None
    assert message.number(2) == expected


def test_extended_attributes_are_told(tmp_path: Path) -> None:
    """As docker's own client does."""
    (tmp_path / "a").write_text("")
    try:
        os.setxattr(tmp_path / "a", "user.colour", b"blue\0")
    except OSError:
        pytest.skip("this file system has no attributes of users")
    found = stats(tmp_path)[b"a"]
    assert found.attributes == {"user.colour": b"blue\0"}
    message = Message(packets.stat_packet(found)).message(2)
    assert message is not None
    pairs = [(each.text(1), each.data(2)) for each in message.messages(10)]
    assert pairs == [("user.colour", b"blue\0")]


def test_a_name_whose_first_one_is_ignored_has_the_data(tmp_path: Path) -> None:
    """Of the names that are sent the first one counts."""
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    (tmp_path / "c").hardlink_to(tmp_path / "a")
    found = Directory(tmp_path).stats(Wanted(exclude=["a"]))
    assert [(each.path, each.link) for each in found] == [(b"b", b""), (b"c", b"b")]


def make_tree(root: Path) -> None:
    """Make a few files in directories, and links."""
    for name in ("a/1", "a/2", "b/c/3", "b/4", "d e/5"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / "link").symlink_to("b/c")
    (root / "absolute").symlink_to("/a/1")
    (root / "out").symlink_to("../../b/4")
    (root / "loop").symlink_to("loop/x")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"exclude": ["b", "*o*", "link", "d e"]}, ["a", "a/1", "a/2"]),
        ({"exclude": ["*", "!b/c"]}, ["b", "b/c", "b/c/3"]),
        ({"include": ["a/1", "b/c"]}, ["a", "a/1", "b", "b/c", "b/c/3"]),
        ({"include": ["*/4"]}, ["b", "b/4"]),
        ({"include": ["b"], "exclude": ["b/c"]}, ["b", "b/4"]),
        ({"follow": ["a/1"]}, ["a", "a/1"]),
        ({"follow": ["link"]}, ["b", "b/c", "b/c/3", "link"]),
        ({"follow": ["link/3"]}, ["b", "b/c", "b/c/3", "link"]),
        ({"follow": ["absolute", "nothing"]}, ["a", "a/1", "absolute"]),
        ({"follow": ["out"]}, ["b", "b/4", "out"]),
        ({"follow": ["li*"]}, ["b", "b/c", "b/c/3", "link"]),
        ({"follow": ["loop"]}, ["loop"]),
        ({"follow": ["d e"], "include": ["a/2"]}, ["a", "a/2", "d e", "d e/5"]),
        ({"follow": ["nothing", "a\0/*", "a\0"]}, []),
    ],
)
def test_patterns_and_followed_links_choose_the_paths(
    tmp_path: Path, wanted: dict[str, list[str]], expected: list[str]
) -> None:
    """A directory on the way to something that is wanted is told too, and no other one."""
    make_tree(tmp_path)
    assert paths(Directory(tmp_path), **wanted) == [path.encode() for path in expected]


@pytest.mark.parametrize("follow", ["/", ".", "", "a/.."])
def test_the_root_is_everything(tmp_path: Path, follow: str) -> None:
    """`COPY . /` asks for it so; what else is asked for adds nothing."""
    make_tree(tmp_path)
    assert followed(str(tmp_path), ["a", follow]) == ["."]
    assert paths(Directory(tmp_path), follow=[follow], include=["a"]) == paths(Directory(tmp_path))


def test_nothing_outside_the_directory_is_looked_at(tmp_path: Path) -> None:
    """Links and paths that lead up end at the root."""
    (tmp_path / "secret").write_text("x")
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "up").symlink_to("../secret")
    directory = Directory(tmp_path / "context")
    assert paths(directory, follow=["../secret", "up"]) == [b"up"]


def test_the_engine_says_what_it_wants_in_headers(tmp_path: Path) -> None:
    """Newer ones quote what is not ASCII, older ones send it as it is."""
    for name in ("é +", "b", "c"):
        (tmp_path / name).write_text("")
    encoded = (("exclude-patterns", "%C3%A9+%2B"), ("exclude-patterns", "b"), ("exclude-patterns-encoded", "1"))
    assert Receiver(Directory(tmp_path), *encoded).paths == [b"c"]
    plain = (("exclude-patterns", "é +".encode()), ("exclude-patterns", b"b"))
    assert Receiver(Directory(tmp_path), *plain).paths == [b"c"]
    assert Receiver(Directory(tmp_path), ("include-patterns", "c"), ("include-patterns", "b")).paths == [b"b", b"c"]
    assert Receiver(Directory(tmp_path), ("followpaths", "b")).paths == [b"b"]


def test_a_directory_that_is_not_in_the_session_is_refused(tmp_path: Path) -> None:
    """Status 5; the engine knows what that means."""
    receiver = Receiver(Directory(tmp_path), name="home")
    assert receiver.status == (5, "there is no directory 'home' in this session")


def test_a_pattern_that_cannot_be_understood_ends_the_transfer(tmp_path: Path) -> None:
    """Before anything is sent."""
    receiver = Receiver(Directory(tmp_path), ("exclude-patterns", "[a"))
    assert "[a is no pattern that docker understands" in receiver.told[-1].text(4)
    assert receiver.status[0] == 13


@pytest.mark.parametrize("identity", [0, 7])
def test_a_file_that_was_not_offered_is_not_sent(tmp_path: Path, identity: int) -> None:
    """A directory, or a number that nothing has."""
    (tmp_path / "a").mkdir()
    receiver = Receiver(Directory(tmp_path))
    assert receiver.ask(identity) == {identity: b""}
    assert receiver.status == (2, f"file {identity} was not offered")


def test_a_file_is_sent_once(tmp_path: Path) -> None:
    """Asked for again it is refused."""
    (tmp_path / "a").write_bytes(b"x")
    receiver = Receiver(Directory(tmp_path))
    receiver.ask(0)
    receiver.ask(0)
    assert receiver.status == (2, "file 0 was not offered")


@pytest.mark.parametrize("size", [10, BLOCK, 2 * BLOCK + 1])
@pytest.mark.parametrize("change", [shrink, grow, become_a_link, become_a_pipe, os.unlink])
def test_a_file_that_changes_meanwhile_is_an_error_that_names_it(
    tmp_path: Path, change: Callable[[Path], None], size: int
) -> None:
    """Docker's own client sends what there is by then, of a file that is gone an empty one: wrong images both."""
    file = tmp_path / "a.log"
    file.write_bytes(bytes(size))
    receiver = Receiver(Directory(tmp_path))
    change(file)
    receiver.ask(0)
    (words,) = [packet.text(4) for packet in receiver.told if packet.number(1) == packets.ERR]
    assert words.startswith("the build context: a.log changed while it was read")
    assert receiver.status == (13, words)
    (error,) = receiver.reported
    assert isinstance(error, ContextChanged)
    assert error.message == words


def test_a_file_that_is_written_while_it_is_sent_is_an_error_that_names_it(tmp_path: Path) -> None:
    """Though it has as many bytes as before."""
    file = tmp_path / "a.log"
    file.write_bytes(bytes(3 * BLOCK))
    reported: list[DockMagicError] = []
    server = GrpcServer(FileSync({"context": Directory(tmp_path)}).methods, report=reported.append)
    client = GrpcClient(server, greedy=False)
    call = client.call(DIFF_COPY, metadata=[("dir-name", "context")], end=False)
    client.say(call, number_field(1, packets.REQ))
    be_written(file)
    client.take(call, 4 * BLOCK)
    assert [error.message for error in reported] == ["the build context: a.log changed while it was read"]


def test_what_cannot_be_sent_is_an_error_that_names_it(tmp_path: Path) -> None:
    """A named pipe, say: whoever opens it waits for ever."""
    os.mkfifo(tmp_path / "pipe")
    receiver = Receiver(Directory(tmp_path))
    assert receiver.told[-1].number(1) == packets.ERR
    assert receiver.told[-1].text(4).startswith("the build context: pipe is a named pipe")


def test_an_engine_that_cannot_take_the_files_ends_the_transfer(tmp_path: Path) -> None:
    """Its disk is full, say."""
    receiver = Receiver(Directory(tmp_path))
    receiver.client.say(receiver.call, number_field(1, packets.ERR) + bytes_field(4, b"no space\nleft"))
    assert receiver.status == (2, "the engine could not take the files: no space left")


def test_files_in_memory_are_shown_as_files() -> None:
    """In order, with their content; their time is made of it, since an engine compares times and sizes."""
    receiver = Receiver(Files({"b": b"two", "Dockerfile": b"FROM bb:1"}), ("followpaths", "Dockerfile"))
    assert receiver.paths == [b"Dockerfile", b"b"]
    assert receiver.ask(0, 1) == {0: b"FROM bb:1!", 1: b"two!"}
    times = [next(Files({"a": content}).stats(Wanted())).modified for content in (b"one", b"two", b"one")]
    assert times[0] == times[2] != times[1]
    assert repr(Files({"Dockerfile": b"ARG TOKEN=abc"})) == "<Files Dockerfile>"


def test_a_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    """As the session is prepared."""
    (tmp_path / "file").write_text("")
    for name in ("file", "nothing"):
        with pytest.raises(UsageError, match="is no directory"):
            Directory(tmp_path / name)


def test_a_big_file_is_read_piece_by_piece(tmp_path: Path) -> None:
    """As the engine takes it: not more than a piece is in memory."""
    with (tmp_path / "big").open("wb") as file:
        file.truncate(1024**3)
    server = GrpcServer(FileSync({"context": Directory(tmp_path)}).methods)
    client = GrpcClient(server, greedy=False)
    call = client.call(DIFF_COPY, metadata=[("dir-name", "context")], end=False)
    client.say(call, number_field(1, packets.REQ))
    assert len(client.replies[call].data) == 65535
    waiting = server._streams[call].pending
    assert 0 < len(waiting) <= BLOCK + 64
    server.close()


def test_the_shared_key_is_the_directorys(tmp_path: Path) -> None:
    """The same each time and by each name of it; another one for another directory or another person."""
    environ = {"DOCKER_CONFIG": str(tmp_path / "config")}
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("a")
    key = shared_key(tmp_path / "a", environ=environ)
    assert shared_key(tmp_path / "a", environ=environ) == key
    assert shared_key(tmp_path / "link", environ=environ) == key
    assert shared_key(tmp_path, environ=environ) != key
    assert shared_key(tmp_path / "a", environ={"DOCKER_CONFIG": str(tmp_path / "other")}) != key
    node = tmp_path / "config" / ".buildNodeID"
    assert (len(node.read_text()), stat.S_IMODE(node.stat().st_mode)) == (64, 0o600)


def test_a_home_that_cannot_be_written_has_a_key_all_the_same(tmp_path: Path) -> None:
    """The same one each time."""
    (tmp_path / "file").write_text("")
    environ = {"DOCKER_CONFIG": str(tmp_path / "file")}
    assert shared_key(tmp_path, environ=environ) == shared_key(tmp_path, environ=environ)
