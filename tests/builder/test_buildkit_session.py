"""BuildKit's session against real engines; what a build sees is compared with what docker's own client shows it."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

import dockmagic
from dockmagic.builder.buildkit.services import Auth, Secrets
from dockmagic.builder.buildkit.session import Session
from dockmagic.builder.buildkit.sources import Directory
from dockmagic.builder.buildkit.trace import Trace
from dockmagic.engine.registry_auth import NOBODY, Credentials
from dockmagic.errors import ContextChanged, DockMagicError, ProtocolError, UsageError
from tests.builder.changes import grow
from tests.builder.session_builds import building, built_in_client, docker_build, files_of, run
from tests.conftest import TLS_PORT, require
from tests.engine.scripted import eventually, open_files
from tests.engines.http import request
from tests.engines.programs import missing
from tests.engines.registry import PASSWORD, USERNAME, Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.builder.session_builds import Build
    from tests.engines.dockerd import Dockerd

SECRET = b"s3cr3t-of-the-build"
ANSWER = "RUN --mount=type=secret,id=token sha256sum /run/secrets/token"
MEGABYTE = 1024 * 1024


@pytest.fixture
def engine(engine_process: Dockerd) -> Iterator[Engine]:
    """Return dockmagic's view of the test engine."""
    with dockmagic.connect(engine_process.host) as connected:
        yield connected


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """No thread outlives its session."""
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "dockmagic-session"] == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a directory with all that a context may have."""
    root = tmp_path / "context"
    for name in ("a/deep/er", "empty", "build", "d e", "z"):
        (root / name).mkdir(parents=True)
    for name in ("a/1.pyc", "a/deep/2.pyc", "a/deep/er/keep.md", "build/keep.txt", "build/out", "d e/x y", "a.b", "A"):
        (root / name).write_text(name)
    (root / "nothing").write_bytes(b"")
    (root / "big").write_bytes(os.urandom(3 * MEGABYTE + 17))
    (root / "z" / "hard").hardlink_to(root / "big")
    (root / "build" / "hard").hardlink_to(root / "a.b")
    (root / "soft").symlink_to("a/deep")
    (root / "dangling").symlink_to("../nowhere/é")
    (root / "absolute").symlink_to("/a/1.pyc")
    (root / "A").chmod(0o4711)
    (root / "a" / "1.pyc").chmod(0o600)
    (root / "empty").chmod(0o1777)
    (root / "build").chmod(0o2750)
    (root / "é").write_text("utf-8")
    (root / os.fsdecode(b"\xff\xfe")).write_text("not utf-8")
    os.utime(root / "a.b", ns=(0, 1_234_567_890_123_456_789))
    return root


IGNORED = {
    "nothing": "",
    "some": "# comment\n**/*.pyc\nbuild\n!build/keep.txt\n/d e\n",
    "most": "*\n!a/deep\n!big\n",
    "those of docker": "Dockerfile\n.dockerignore\nempty\nz\n",
}


@pytest.mark.parametrize("ignored", IGNORED)
def test_a_build_sees_what_dockers_own_client_shows_it(
    engine: Engine, engine_process: Dockerd, tree: Path, ignored: str
) -> None:
    """Every path of the context with mode, owner, time, links and content; the Dockerfile is not among them."""
    docker = built_in_client()
    if docker is None:
        pytest.skip("there is no docker with BuildKit's client (20.10, or buildx)")
    (tree / ".dockerignore").write_text(IGNORED[ignored])
    dockerfile = "FROM bb:1\nCOPY . /context\n"
    ours = run(engine, tree, dockerfile, nocache=True)
    assert ours.error == ""
    theirs = docker_build(docker, engine_process.host, tree, dockerfile, "--no-cache")
    found = files_of(engine_process.socket, ours.image, "/context")
    assert found == files_of(engine_process.socket, theirs, "/context")
    assert b"context/Dockerfile" not in {entry.name for entry in found}
    assert len(found) > 5


@pytest.mark.parametrize("copied", ["soft /x/", "soft/er /x/", "a/*.pyc a* /x/", '["d e/x y", "/x/"]', "z build /x/"])
def test_a_copy_of_a_part_sends_what_dockers_own_client_sends_for_it(
    engine: Engine, engine_process: Dockerd, tree: Path, copied: str
) -> None:
    """The engine asks for paths only, and for what their links lead to."""
    docker = built_in_client()
    if docker is None:
        pytest.skip("there is no docker with BuildKit's client (20.10, or buildx)")
    dockerfile = f"FROM bb:1\nCOPY {copied}\n"
    ours = run(engine, tree, dockerfile, nocache=True)
    assert ours.error == ""
    theirs = docker_build(docker, engine_process.host, tree, dockerfile, "--no-cache")
    assert files_of(engine_process.socket, ours.image, "/x") == files_of(engine_process.socket, theirs, "/x")


def test_a_dockerfile_in_the_context_does_not_have_to_be_sent(engine: Engine, tmp_path: Path) -> None:
    """One that is ignored, or in memory only: COPY does not find it, the build does."""
    (tmp_path / "Dockerfile").write_text("FROM nothing-that-exists")
    (tmp_path / ".dockerignore").write_text("Dockerfile")
    assert b"\n/c/.dockerignore\n" in run(engine, tmp_path, "FROM bb:1\nCOPY . /c\nRUN find /c; echo done").log
    assert "Dockerfile" in run(engine, tmp_path, "FROM bb:1\nCOPY Dockerfile /\n").error


def test_a_pattern_may_be_of_any_alphabet(engine: Engine, tmp_path: Path) -> None:
    """Newer engines quote such patterns, which docker's client of 20.10 does not know."""
    for name in ("é", "e"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".dockerignore").write_text("é\n.*\n")
    assert run(engine, tmp_path, "FROM bb:1\nCOPY . /c\nRUN ls -A /c", nocache=True).log == b"e\n"


def test_an_empty_context_is_one_too(engine: Engine, tmp_path: Path) -> None:
    """Nothing is in it."""
    build = run(engine, tmp_path, "FROM bb:1\nCOPY . /c\nRUN ls -A /c | wc -l", nocache=True)
    assert (build.error, build.log) == ("", b"0\n")


def test_an_unchanged_context_is_not_sent_again(engine: Engine, tmp_path: Path) -> None:
    """Of 32 MB nearly nothing the second time, and what has changed the third; another directory is sent whole."""
    (tmp_path / "big").write_bytes(os.urandom(32 * MEGABYTE))
    (tmp_path / "small").write_text("1")
    dockerfile = "FROM bb:1\nCOPY . /c\nRUN cat /c/small"
    first = run(engine, tmp_path, dockerfile, shared_key="a test's own")
    second = run(engine, tmp_path, dockerfile, shared_key="a test's own")
    (tmp_path / "small").write_text("changed" * 100)
    third = run(engine, tmp_path, dockerfile, shared_key="a test's own")
    other = run(engine, tmp_path, dockerfile, shared_key="another one")
    assert first.session.sent > 32 * MEGABYTE
    assert second.session.sent < 2_000
    assert second.image == first.image
    assert 700 < third.session.sent < 3_000
    assert third.log == b"changed" * 100
    assert other.session.sent > 32 * MEGABYTE


def test_a_dockerfile_in_memory_that_changes_is_seen(engine: Engine, tmp_path: Path) -> None:
    """Though it has the same length: the engine compares lengths and times."""
    for word in ("one", "two", "six"):
        build = run(engine, tmp_path, f"FROM bb:1\nRUN echo {word}", shared_key="a test's own", nocache=True)
        assert build.log == f"{word}\n".encode()


def test_a_step_reads_a_secret_that_stays_nowhere(
    engine: Engine, engine_process: Dockerd, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The step gets it byte for byte; no log and no repr has it, and neither has the image."""
    caplog.set_level(logging.DEBUG)
    secrets = Secrets({"token": SECRET})
    build = run(engine, tmp_path, f"FROM bb:1\n{ANSWER}\nRUN ls /run/secrets || true", secrets, nocache=True)
    assert build.error == ""
    assert _digest(SECRET) in build.log
    assert SECRET.decode() not in f"{caplog.text} {secrets!r} {build.session!r} {build.messages}"
    image = request(engine_process.socket, "GET", f"/images/{build.image}/json").body
    assert SECRET not in image


def _digest(data: bytes) -> bytes:
    """What sha256sum prints of it."""
    return hashlib.sha256(data).hexdigest().encode()


@pytest.mark.parametrize("secret", [b"", bytes(range(256)) * 2000])
def test_a_secret_may_be_any_bytes(engine: Engine, tmp_path: Path, secret: bytes) -> None:
    """None at all, or half a megabyte."""
    build = run(engine, tmp_path, f"FROM bb:1\n{ANSWER}", Secrets({"token": secret}), nocache=True)
    assert _digest(secret) in build.log


def test_a_secret_that_was_not_given_is_the_builds_error(engine: Engine, tmp_path: Path) -> None:
    """It is missing quietly unless it is required, as with docker's own client."""
    required = ANSWER.replace("id=token", "id=token,required")
    assert "secret token" in run(engine, tmp_path, f"FROM bb:1\n{required}", Secrets({"other": SECRET})).error
    quiet = run(engine, tmp_path, f"FROM bb:1\n{ANSWER} || echo absent", Secrets({"other": SECRET}), nocache=True)
    assert (quiet.error, b"absent" in quiet.log.splitlines()) == ("", True)


def test_a_secret_that_is_too_long_is_refused_before_the_build() -> None:
    """And not quoted."""
    with pytest.raises(UsageError, match="the secret 'token' has 512001 bytes"):
        Secrets({"token": b"x" * 512_001})


@pytest.fixture(scope="module")
def private(engine_process: Dockerd) -> Iterator[str]:
    """Return an image in a registry that lets in USERNAME with PASSWORD only."""
    require(missing("docker-registry"))
    with Registry(password=True) as registry:
        registry.push(engine_process, "base:1", logged_in=True)
        yield f"{registry.address}/base:1"


def test_a_build_is_from_a_private_image(engine: Engine, tmp_path: Path, private: str) -> None:
    """The engine asks for the credentials of that registry alone, as often as it likes; they are looked up once."""
    asked: list[str] = []

    def lookup(registry: str) -> Credentials:
        asked.append(registry)
        return Credentials(registry, USERNAME, PASSWORD)

    build = run(engine, tmp_path, f"FROM {private}\nRUN echo built", Auth(lookup), pull=True, nocache=True)
    assert (build.error, build.log) == ("", b"built\n")
    assert asked == [private.partition("/")[0]]
    assert PASSWORD not in f"{build.messages}"


def test_without_credentials_a_private_image_is_the_builds_error(engine: Engine, tmp_path: Path, private: str) -> None:
    """Nobody's, or wrong ones."""
    for credentials in (NOBODY, Credentials("x", USERNAME, "wrong-password")):
        build = run(engine, tmp_path, f"FROM {private}", Auth(lambda _, found=credentials: found), pull=True)  # type: ignore[misc]
        assert any(word in build.error for word in ("authorization", "401", "unauthorized", "authenticat"))
        assert "wrong-password" not in build.error


def test_a_credential_helper_that_fails_is_the_builds_error(engine: Engine, tmp_path: Path, private: str) -> None:
    """In its own words, and kept as the session's error."""

    def lookup(registry: str) -> Credentials:
        raise DockMagicError("the credential helper docker-credential-x is not on the PATH")

    build = run(engine, tmp_path, f"FROM {private}", Auth(lookup), pull=True)
    assert "docker-credential-x is not on the PATH" in build.error
    assert build.session.error is not None
    assert "docker-credential-x" in build.session.error.message


def test_what_cannot_be_sent_is_the_builds_error(engine: Engine, tmp_path: Path) -> None:
    """The path is named, and the session tells it too."""
    os.mkfifo(tmp_path / "pipe")
    build = run(engine, tmp_path, "FROM bb:1\nCOPY . /c")
    assert "pipe is a named pipe" in build.error
    assert build.session.error is not None
    assert "pipe is a named pipe" in build.session.error.message


class Growing(Directory):
    """A directory in which a log is written, also between the look at it and its reading."""

    def open(self, path: bytes) -> BinaryIO:
        """As it has become."""
        if path == b"app.log":
            grow(Path(self.path, "app.log"))
        return super().open(path)


def test_a_file_that_grows_while_it_is_sent_is_the_builds_error(engine: Engine, tmp_path: Path) -> None:
    """No image has a piece of it; and the next build of the same directory has all."""
    (tmp_path / "app.log").write_bytes(bytes(3 * MEGABYTE))
    (tmp_path / "other").write_text("other")
    dockerfile = "FROM bb:1\nCOPY . /c\nRUN wc -c </c/app.log\n"
    build = run(engine, Growing(tmp_path), dockerfile, shared_key="growing")
    assert (build.image, "app.log changed while it was read" in build.error) == ("", True)
    assert isinstance(build.session.error, ContextChanged)
    again = run(engine, tmp_path, dockerfile, shared_key="growing")
    assert (again.error, again.log) == ("", b"%d\n" % (3 * MEGABYTE + 1))


def test_a_build_of_some_seconds_keeps_its_session(engine: Engine, tmp_path: Path) -> None:
    """The engine asks for its health meanwhile, and gets the answer."""
    (tmp_path / "a").write_text("x")
    dockerfile = "FROM bb:1 AS slow\nRUN sleep 6\nFROM slow\n" + ANSWER
    build = run(engine, tmp_path, dockerfile, Secrets({"token": SECRET}), nocache=True)
    assert build.error == ""
    assert _digest(SECRET) in build.log


@pytest.mark.parametrize("way", ["tcp", "TLS", "ssh"])
def test_a_session_works_over_every_way_to_an_engine(
    way: str, tree: Path, tls_files: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files and a secret."""
    if way == "tcp":
        request.getfixturevalue("plain_tcp")
        host = "tcp://127.0.0.1:2375"
    elif way == "TLS":
        request.getfixturevalue("engine_process")
        monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
        monkeypatch.setenv("DOCKER_CERT_PATH", str(tls_files))
        host = f"tcp://127.0.0.1:{TLS_PORT}"
    else:
        request.getfixturevalue("ssh")
        host = "ssh://dm"
    dockerfile = f"FROM bb:1\n{ANSWER}\nCOPY . /c\nRUN sha256sum /c/big"
    with dockmagic.connect(host) as engine:
        build = run(engine, tree, dockerfile, Secrets({"token": SECRET}), nocache=True)
    assert build.error == ""
    assert _digest(SECRET) in build.log
    assert _digest((tree / "big").read_bytes()) in build.log


def test_a_session_leaves_nothing_behind(engine: Engine) -> None:
    """No thread and no connection, also without a build, and many times over."""
    engine.ping()
    before = open_files()
    for _ in range(20):
        with Session(engine):
            assert [t.daemon for t in threading.enumerate() if t.name == "dockmagic-session"] == [True]
    assert open_files() <= before


def test_an_interrupt_in_the_middle_ends_the_session_and_the_build(
    engine: Engine, engine_process: Dockerd, tmp_path: Path
) -> None:
    """While files are being sent: the connections close at once, and the engine goes on with others."""
    with (tmp_path / "big").open("wb") as file:
        file.truncate(400 * MEGABYTE)
    before = open_files()
    builds: list[Build] = []

    def interrupted() -> None:
        with building(engine, tmp_path, "FROM bb:1\nCOPY . /c") as (build, messages):
            builds.append(build)
            for message in messages:
                if isinstance(message, Trace) and any(status.current > MEGABYTE for status in message.statuses):
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert builds[0].session.error is None
    assert builds[0].session.sent < 400 * MEGABYTE
    assert open_files() <= before
    (tmp_path / "big").unlink()
    assert run(engine, tmp_path, "FROM bb:1\nRUN echo on", nocache=True).log == b"on\n"


def test_an_engine_that_dies_ends_the_session(own_engine: Dockerd, tmp_path: Path) -> None:
    """The build fails at once, and the session knows why."""
    sessions: list[Session] = []

    def bereft(engine: Engine) -> None:
        with building(engine, tmp_path, "FROM bb:1\nRUN echo begun; sleep 600") as (build, messages):
            sessions.append(build.session)
            for _ in messages:
                if build.log:
                    own_engine.halt(hard=True)
                    assert eventually(lambda: build.session.error is not None)

    with dockmagic.connect(own_engine.host) as engine:
        with pytest.raises(ProtocolError, match="broke off"):
            bereft(engine)
    assert isinstance(sessions[0].error, ProtocolError)


def test_a_session_that_the_engine_ends_is_an_error(engine: Engine) -> None:
    """It says so, whatever else the build then says."""
    with Session(engine) as session:
        session._stream._channel.sock.shutdown(2)  # as if the way to it had been cut
        assert eventually(lambda: session.error is not None)
    assert session.error is not None
    assert "closed the session" in session.error.message or "broke off" in session.error.message


def test_two_builds_at_once_have_two_sessions(engine: Engine, tmp_path: Path) -> None:
    """Of the same directory, with the same key."""
    (tmp_path / "a").write_bytes(os.urandom(MEGABYTE))
    failures: list[str] = []

    def build(number: int) -> None:
        dockerfile = f"FROM bb:1\nCOPY . /c\nRUN echo {number}"
        failures.append(run(engine, tmp_path, dockerfile, shared_key="both", nocache=True).error)

    threads = [threading.Thread(target=build, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == ["", ""]
