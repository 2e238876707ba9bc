from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dockmagic.builder.context import Context, build_context
from dockmagic.builder.remote import is_git_url, is_remote
from dockmagic.errors import UsageError
from tests.builder.classic_client import classic_client, members
from tests.conftest import require
from tests.engines.programs import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.builder.classic_client import ClassicClient

TEXT = "FROM scratch\nCOPY . /\n"


@pytest.fixture(scope="module")
def client() -> Iterator[ClassicClient]:
    """Return docker's own client, of the classic builder."""
    require(missing("docker"))
    with classic_client() as client:
        yield client


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a directory with a Dockerfile and two files."""
    site = tmp_path / "site"
    (site / "sub").mkdir(parents=True)
    for name in ("Dockerfile", "a.txt", "sub/b.txt"):
        (site / name).write_text(name)
    return site


def sent(context: Context) -> dict[str, bytes]:
    """The names and contents of what is sent."""
    assert context.body is not None
    return {member.name: member.content for member in members(b"".join(context.body))}


def test_a_directory_is_sent_with_its_dockerfile(site: Path) -> None:
    """The numbers are those of what is sent."""
    context = build_context(str(site))
    assert (context.dockerfile, context.remote) == ("Dockerfile", "")
    assert list(sent(context)) == ["Dockerfile", "a.txt", "sub", "sub/b.txt"]
    assert (context.files, context.size) == (3, len("Dockerfilea.txtsub/b.txt"))
    assert context.body is not None
    assert context.length == len(b"".join(context.body))


def test_a_directory_can_be_given_by_a_symbolic_link_to_it(site: Path, tmp_path: Path) -> None:
    """The context's own name is in no archive."""
    (tmp_path / "link").symlink_to("site")
    assert sent(build_context(str(tmp_path / "link"))) == sent(build_context(str(site)))


def test_the_same_files_give_the_same_bytes_each_time(site: Path) -> None:
    """Of one context, and of another directory with the same in it."""
    context = build_context(str(site))
    assert context.body is not None
    first = b"".join(context.body)
    assert b"".join(context.body) == first
    site.rename(site.with_name("other"))
    other = build_context(str(site.with_name("other"))).body
    assert other is not None
    assert b"".join(other) == first


def test_a_dockerfile_in_small_letters_is_found_where_there_is_no_other(site: Path) -> None:
    """As docker does to be nice."""
    (site / "Dockerfile").rename(site / "dockerfile")
    assert build_context(str(site)).dockerfile == "dockerfile"


def test_the_dockerfile_is_named_by_its_path_in_the_context(
    site: Path, monkeypatch: pytest.MonkeyPatch, client: ClassicClient
) -> None:
    """-f is a path from where one is, as with docker, and may be a link: then it is what that points to."""
    (site / "sub" / "web.Dockerfile").write_text(TEXT)
    (site / "link").symlink_to("sub/web.Dockerfile")
    monkeypatch.chdir(site / "sub")
    for file in ("web.Dockerfile", str(site / "link"), "../link"):
        target, _ = client.asks("..", "--file", file)
        assert parse_qs(urlsplit(target).query)["dockerfile"] == ["sub/web.Dockerfile"]
        assert build_context("..", file=file).dockerfile == "sub/web.Dockerfile"


@pytest.mark.parametrize("wildcard_exceptions", [True, False])
def test_the_dockerfile_and_the_dockerignore_are_sent_though_they_are_ignored(
    site: Path, *, wildcard_exceptions: bool
) -> None:
    """The engine needs both, and takes them away from COPY itself."""
    (site / "sub" / "[1]").mkdir()
    (site / "sub" / "[1]" / "Dockerfile").write_text(TEXT)
    (site / ".dockerignore").write_text("*")
    file = str(site / "sub" / "[1]" / "Dockerfile")
    context = build_context(str(site), file=file, wildcard_exceptions=wildcard_exceptions)
    assert list(sent(context)) == [".dockerignore", "sub/[1]/Dockerfile"]


def test_the_dockerfiles_own_dockerignore_comes_first(site: Path) -> None:
    """It lies beside the Dockerfile, and the general one is then not read."""
    (site / "sub" / "web").write_text(TEXT)
    (site / "sub" / "web.dockerignore").write_text("sub/b.txt\n")
    (site / ".dockerignore").write_text("a.txt\n")
    own = build_context(str(site), file=str(site / "sub" / "web"))
    assert set(sent(own)) == {".dockerignore", "Dockerfile", "a.txt", "sub", "sub/web", "sub/web.dockerignore"}
    assert "a.txt" not in sent(build_context(str(site)))
    (site / "Dockerfile.dockerignore").write_text("[")
    with pytest.raises(UsageError, match=r"^Dockerfile\.dockerignore, line 1: "):
        build_context(str(site))


@pytest.mark.parametrize("dockerignore", [None, b"a.txt", b"\xff\nDockerfile\n"])
def test_a_dockerfile_from_elsewhere_is_sent_as_docker_sends_it(
    site: Path, client: ClassicClient, dockerignore: bytes | None
) -> None:
    """Under a name of its own, which the .dockerignore that is sent hides from COPY."""
    if dockerignore is not None:
        (site / ".dockerignore").write_bytes(dockerignore)
    outside = site.parent / "Outside"
    outside.write_text(TEXT)
    target, body = client.asks(site, "--file", str(outside))
    (name,) = parse_qs(urlsplit(target).query)["dockerfile"]
    theirs = {member.name.replace(name, "*"): member.content.replace(name.encode(), b"*") for member in members(body)}
    for context in (
        build_context(str(site), file=str(outside), wildcard_exceptions=False),
        build_context(str(site), dockerfile=TEXT, wildcard_exceptions=False),
        build_context(str(site), file="-", dockerfile=TEXT, wildcard_exceptions=False),
    ):
        own = context.dockerfile
        assert own == f".dockerfile.{hashlib.sha256(TEXT.encode()).hexdigest()[:20]}"
        assert {
            key.replace(own, "*"): value.replace(own.encode(), b"*") for key, value in sent(context).items()
        } == theirs
        assert list(sent(context)) == sorted(sent(context))


def test_a_dockerfile_alone_is_the_whole_context(site: Path) -> None:
    """Of its text, or of a file wherever it is."""
    context = build_context(None, dockerfile=TEXT)
    assert (sent(context), context.dockerfile) == ({"Dockerfile": TEXT.encode()}, "Dockerfile")
    assert (context.files, context.size) == (1, len(TEXT))
    assert sent(build_context(None, file=str(site / "a.txt"))) == {"Dockerfile": b"a.txt"}


def test_an_archive_is_sent_as_it_is(site: Path, tmp_path: Path) -> None:
    """Compressed or not; the Dockerfile is named by its path in it."""
    body = build_context(str(site)).body
    assert body is not None
    plain = b"".join(body)
    for content in (plain, gzip.compress(plain), b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", old_archive()):
        archive = tmp_path / "context.tar"
        archive.write_bytes(content)
        context = build_context(str(archive), file="sub/web")
        assert context.body is not None
        assert (context.dockerfile, context.files, context.length) == ("sub/web", None, len(content))
        assert [b"".join(context.body), b"".join(context.body)] == [content, content]
    assert build_context(str(archive)).dockerfile == "Dockerfile"


def old_archive() -> bytes:
    """An archive from before there was ustar: nothing in it says that it is one."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    block = bytearray(buffer.getvalue()[:512])
    block[257:265] = bytes(8)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + bytes(1024)


@pytest.mark.parametrize(
    ("url", "git"),
    [
        ("https://example.com/web.git", True),
        ("https://user:secret@example.com/web.git#main:sub", True),
        ("http://example.com/web.git#v1", True),
        ("git://example.com/web", True),
        ("git@example.com:web", True),
        ("github.com/docker/rootfs", True),
        ("https://example.com/context.tar.gz", False),
        ("https://example.com/web.git/tree", False),
        ("https://example.com/web.git#", False),
        ("http://example.com/Dockerfile", False),
    ],
)
def test_the_engine_fetches_a_url_itself(url: str, *, git: bool) -> None:
    """Docker's idea of what is one, and of what is a repository. A password in it is in no repr."""
    assert is_remote(url)
    assert is_git_url(url) is git
    context = build_context(url, file="sub/Dockerfile")
    assert context == Context(dockerfile="sub/Dockerfile", remote=url)
    assert "secret" not in repr(context)


def test_a_directory_that_is_called_like_a_url_is_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What exists comes first."""
    (tmp_path / "github.com" / "a").mkdir(parents=True)
    (tmp_path / "github.com" / "a" / "Dockerfile").touch()
    monkeypatch.chdir(tmp_path)
    assert build_context("github.com/a").remote == ""


@pytest.mark.parametrize(
    ("where", "options", "complaint"),
    [
        ("missing", {}, r"the build context missing does not exist\n"),
        ("ftp://example.com/x.git", {}, r"does not exist\n"),
        ("-", {}, r"no standard input .*\n"),
        ("site/a.txt", {}, r"site/a\.txt is neither a directory nor a tar archive\n.*-f"),
        ("empty", {}, r"empty is neither"),
        ("site/sub", {}, r"there is no Dockerfile in .*site/sub\n.*-f"),
        ("site", {"file": "site/missing"}, r"there is no Dockerfile site/missing\n"),
        ("site", {"file": "site/sub"}, r"site/sub is no file\n"),
        ("site", {"file": "."}, r"is no file\n"),
        ("site", {"file": "-"}, r"-f - reads the Dockerfile from the cell, and there is none\n"),
        ("site", {"file": "a", "dockerfile": "b"}, r"two Dockerfiles, the cell and -f a\n"),
        ("loop", {}, r"the Dockerfile Dockerfile is no file\n"),
        ("http://example.com/x.git", {"dockerfile": "b"}, r"a Dockerfile apart goes with a directory only\n"),
        (None, {}, r"neither context nor Dockerfile\n"),
        (None, {"file": "missing"}, r"there is no Dockerfile .*missing\n"),
    ],
)
def test_what_cannot_be_a_context_is_refused(
    site: Path, monkeypatch: pytest.MonkeyPatch, where: str | None, options: dict[str, Any], complaint: str
) -> None:
    """In two lines: what is wrong, and what to do."""
    monkeypatch.chdir(site.parent)
    Path("empty").touch()
    Path("loop").mkdir()
    Path("loop/Dockerfile").symlink_to("Dockerfile")
    with pytest.raises(UsageError, match=complaint):
        build_context(where, **options)


def test_what_cannot_be_read_is_refused_before_anything_is_sent(site: Path) -> None:
    """A pipe that COPY could never take, or a .dockerignore that is a directory."""
    os.mkfifo(site / "sub" / "pipe")
    with pytest.raises(UsageError, match="sub/pipe is a named pipe"):
        build_context(str(site))
    (site / ".dockerignore").mkdir()
    with pytest.raises(UsageError, match=r"\.dockerignore cannot be read: Is a directory\n"):
        build_context(str(site))
