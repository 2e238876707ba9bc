"""`build`: what a build is made of: a directory, an archive, a URL, a Dockerfile alone."""

from __future__ import annotations

import contextlib
import functools
import http.server
import shutil
import socket
import subprocess
import tarfile
import threading
import traceback
import uuid
from typing import TYPE_CHECKING

import pytest

from dockmagic import builder_prune, system_df
from dockmagic.errors import BuildError, DockMagicError, UsageError
from dockmagic.masking import MASK
from tests.commands.builds import Made, older_than_23
from tests.engine.scripted import eventually
from tests.engines.namespace import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockmagic import Engine
    from tests.commands.builds import Context

LISTING = "FROM bb:1\nCOPY . /srv\nRUN find /srv -type f | sort # {}\n"


@pytest.fixture
def listing() -> str:
    """Return a Dockerfile that prints what is in its context, and that no cache has."""
    return LISTING.format(uuid.uuid4().hex)


def files(made: Made) -> list[str]:
    """The paths that the build printed."""
    return [line.removeprefix("/srv/") for line in made.printed if line.startswith("/srv/")]


@contextlib.contextmanager
def served(directory: Path) -> Iterator[str]:
    """Serve the files of a directory over HTTP on the loopback device, where the engine reaches it; yields the URL."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing: standard error is the test's."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(directory)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="served")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def packed(path: Path, mode: str, **contents: str) -> str:
    """Write a tar archive, compressed as `mode` says, of names and contents."""
    source = path.parent / "packed"
    source.mkdir()
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in contents.items():
            (source / name).write_text(content)
            archive.add(source / name, name)
    return str(path)


def test_a_directory_is_copied_without_what_its_dockerignore_names(made: Made, context: Context, listing: str) -> None:
    """The Dockerfile and the .dockerignore are files like any others."""
    where = context(listing, a__txt="a", b__log="b", __dockerignore="*.log\n")
    made(where)
    assert files(made) == [".dockerignore", "Dockerfile", "a.txt"]


def test_a_dockerfile_that_is_ignored_is_built_and_not_copied(made: Made, context: Context, listing: str) -> None:
    """Nor is the .dockerignore that says so."""
    made(context(listing, a__txt="a", __dockerignore="Dockerfile\n.dockerignore\n"))
    assert files(made) == ["a.txt"]


def test_a_dockerfile_of_another_name_has_a_dockerignore_of_its_own(made: Made, context: Context, listing: str) -> None:
    """It comes before .dockerignore."""
    where = context("", a="a", b="b", __dockerignore="a\n")
    (context.path / "other").write_text(listing)
    (context.path / "other.dockerignore").write_text("b\n")
    made(where, file=f"{where}/other")
    assert "a" in files(made)
    assert "b" not in files(made)


def test_a_dockerfile_outside_the_context_is_not_in_it(
    made: Made, context: Context, listing: str, tmp_path: Path
) -> None:
    """It is read where it lies."""
    (tmp_path / "elsewhere").write_text(listing)
    made(context("", a="a"), file=str(tmp_path / "elsewhere"))
    assert files(made) == ["a"]


def test_a_tilde_is_home_as_a_shell_would_read_it(
    made: Made, context: Context, listing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the context and of the Dockerfile; a magic's line has no shell."""
    context(listing, a="a")
    monkeypatch.setenv("HOME", str(context.path.parent))
    made("~/context", file="~/context/Dockerfile")
    assert files(made) == ["Dockerfile", "a"]
    with pytest.raises(UsageError, match="no shell reads"):
        made("$HOME/context")


def test_a_text_is_the_dockerfile_and_not_in_the_context(made: Made, context: Context, listing: str) -> None:
    """The cell of %%dbuild; -f - says the same."""
    where = context("FROM nowhere", a="a")
    made(where, listing)
    assert files(made) == ["Dockerfile", "a"]
    made(where, listing, file="-", no_cache=True)
    assert files(made) == ["Dockerfile", "a"]


def test_without_a_context_a_dockerfile_is_enough_until_it_copies(made: Made) -> None:
    """Then the error says why nothing is found."""
    made(None, f"FROM bb:1\nRUN echo {uuid.uuid4().hex}\n")
    made("-", f"FROM bb:1\nRUN echo {uuid.uuid4().hex}\n")
    with pytest.raises(BuildError) as caught:
        made(None, "FROM bb:1\nCOPY a /\n")
    assert caught.value.hint.startswith("There is no context, so COPY and ADD find nothing")
    assert "COPY a /" in caught.value.message


def test_a_directory_with_a_dockerfile_alone_is_a_context(made: Made, context: Context) -> None:
    """A COPY that finds nothing there is told in the engine's words."""
    with pytest.raises(BuildError) as caught:
        made(context("FROM bb:1\nCOPY a /\n"))
    assert "There is no context" not in caught.value.hint


@pytest.mark.parametrize(("name", "mode"), [("c.tar", "w"), ("c.tgz", "w:gz"), ("c.tbz", "w:bz2"), ("c.txz", "w:xz")])
def test_an_archive_is_a_context(made: Made, tmp_path: Path, listing: str, name: str, mode: str) -> None:
    """Compressed or not: the engine unpacks it."""
    made(packed(tmp_path / name, mode, Dockerfile=listing, a="a"))
    assert files(made) == ["Dockerfile", "a"]


def test_a_dockerfile_in_an_archive_is_named_as_there(made: Made, tmp_path: Path, listing: str) -> None:
    """With -f."""
    made(packed(tmp_path / "c.tar", "w", other=listing, a="a"), file="other")
    assert files(made) == ["a", "other"]


def test_a_url_of_a_dockerfile_or_an_archive_is_fetched_by_the_engine(made: Made, tmp_path: Path, listing: str) -> None:
    """Nothing is sent from here."""
    site = tmp_path / "site"
    site.mkdir()
    mark = uuid.uuid4().hex
    (site / "alone").write_text(f"FROM bb:1\nRUN echo got {mark}\n")
    packed(site / "c.tar.gz", "w:gz", Dockerfile=listing, a="a")
    with served(site) as url:
        made(f"{url}/alone")
        assert f"got {mark}" in made.printed
        made(f"{url}/c.tar.gz")
        assert files(made) == ["Dockerfile", "a"]


def committed(work: Path, contents: dict[str, str]) -> None:
    """Make a git repository of names and contents, whose branch is called one, and that HTTP can serve as files."""
    for name, content in contents.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(content)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for words in (["init", "-q", "-b", "one"], ["add", "."], [*identity, "commit", "-q", "-m", "all"]):
        subprocess.run(["git", "-C", work, *words], check=True, timeout=30)
    subprocess.run(["git", "-C", work, "update-server-info"], check=True, timeout=30)


needs_git = pytest.mark.skipif(
    shutil.which("git") is None, reason="the engine clones with git, and there is none: apt install git"
)


@needs_git
def test_a_git_repository_is_cloned_by_the_engine(made: Made, tmp_path: Path, listing: str) -> None:
    """At a branch and in a directory of it, as #BRANCH:DIRECTORY says."""
    work = tmp_path / "repository.git"
    folder = not (made.buildkit and older_than_23(made.engine))  # whose BuildKit knows no directories of repositories
    committed(work, {"Dockerfile": listing, "a": "x", "sub/Dockerfile": listing, "sub/b": "x"})
    port = free_port()
    daemon = ["git", "daemon", "--export-all", f"--base-path={tmp_path}", "--listen=127.0.0.1", f"--port={port}"]
    with subprocess.Popen(daemon, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"git://127.0.0.1:{port}/repository.git"
            answers = ["git", "ls-remote", "-q", url]
            assert eventually(lambda: subprocess.run(answers, capture_output=True, check=False).returncode == 0)
            made(f"{url}#one:sub" if folder else f"{url}#one")
        finally:
            process.terminate()
    assert {"Dockerfile", "b" if folder else "a"} <= set(files(made))
    assert ("a" in files(made)) is not folder


def test_a_password_in_the_address_of_an_archive_is_masked(made: Made, tmp_path: Path, listing: str) -> None:
    """Also where there is no such archive; and of the web server's page nothing is repeated."""
    packed(tmp_path / "c.tar.gz", "w:gz", Dockerfile=listing, a="a")
    secret = uuid.uuid4().hex
    with served(tmp_path) as url:
        address = url.replace("http://", f"http://me:{secret}@")
        made(f"{address}/c.tar.gz")
        lines = list(made.lines)
        with pytest.raises(DockMagicError) as caught:
            made(f"{address}/nothing.tar")
    told = (*lines, *made.lines, *traceback.format_exception(caught.value))
    assert [line for line in told if secret in line] == []
    assert "404" in caught.value.message
    assert "html" not in caught.value.message.lower()


@needs_git
def test_a_password_in_the_address_of_a_repository_occurs_nowhere(engine: Engine, label: str, tmp_path: Path) -> None:
    """Not while it is built, and not in what the engine's cache says of itself."""
    secret = uuid.uuid4().hex
    committed(tmp_path / "work", {"Dockerfile": f"FROM bb:1\nRUN echo {secret[:5]}\n"})
    (tmp_path / "work" / ".git").rename(tmp_path / "work.git")
    made = Made(engine, "buildkit", label)
    with served(tmp_path) as url:
        address = url.replace("http://", f"http://me:{secret}@")
        made(f"{address}/work.git#one")
        with pytest.raises(BuildError) as caught:
            made(f"{address}/nothing.git")
    assert any(f"me:{MASK}@127.0.0.1" in line for line in made.lines)
    cache = system_df(engine, verbose=True), builder_prune(engine, all=True)
    assert all(any("work.git" in str(name) for name in frame["name"]) for frame in cache)
    told = [*made.lines, str(caught.value), caught.value.log, *(frame.to_string() for frame in cache)]
    assert [line for line in told if secret in line] == []


@pytest.mark.parametrize(
    ("where", "options", "complaint"),
    [
        ("{path}/nothing", {}, "the build context .*nothing does not exist"),
        (None, {}, "the build has neither context nor Dockerfile"),
        ("-", {}, "a notebook has no standard input"),
        ("{path}", {}, "there is no Dockerfile in"),
        ("{path}", {"file": "nowhere"}, "there is no Dockerfile nowhere"),
        ("{path}", {"file": "-"}, "-f - reads the Dockerfile from the cell, and there is none"),
        ("{path}", {"file": "x", "dockerfile": "FROM bb:1"}, "there are two Dockerfiles"),
        ("{path}/text", {}, "is neither a directory nor a tar archive"),
        ("http://127.0.0.1:1/x.tar", {"dockerfile": "FROM bb:1"}, "a Dockerfile apart goes with a directory only"),
    ],
)
def test_what_is_no_context_is_refused_before_anything_is_sent(
    made: Made, tmp_path: Path, where: str | None, options: dict[str, str], complaint: str
) -> None:
    """In one line, that says what is one."""
    (tmp_path / "text").write_text("no archive")
    place = None if where is None else where.format(path=tmp_path)
    with pytest.raises(UsageError, match=complaint):
        made(place, **options)
    assert made.lines == []


def test_a_socket_in_the_context_is_named_before_anything_is_built(made: Made, context: Context) -> None:
    """An image can hold none."""
    where = context("FROM bb:1\n", a="a")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{where}/s")
        with pytest.raises(UsageError, match="s is a socket"):
            made(where)
    assert made.lines == []
