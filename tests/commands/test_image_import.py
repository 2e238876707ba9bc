"""`import`: archives of file systems, compared with docker's own import."""

from __future__ import annotations

import gzip
import http.server
import json
import threading
import traceback
import warnings
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import image_import
from dockmagic.errors import BadRequest, EngineFault, EngineWarning, NotFound, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says
from tests.commands.transferred import tar_of
from tests.engines.images import busybox_tar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return the root file system with busybox as a file."""
    path = tmp_path / "rootfs.tar"
    path.write_bytes(busybox_tar())
    return path


@pytest.fixture
def labelled(label: str) -> str:
    """Return the change that gives an image the label by which it is removed."""
    return f"LABEL {label}"


def described(docker_cli: DockerCli, name: str) -> dict[str, Any]:
    """What docker tells of an image that does not depend on when it was made."""
    found: dict[str, Any] = json.loads(docker_cli("inspect", name))[0]
    return {key: found[key] for key in ("Comment", "Architecture", "Os", "Config", "RootFS", "Size", "RepoTags")}


def test_it_makes_the_image_that_docker_makes(
    engine: Engine, archive: Path, docker_cli: DockerCli, labelled: str
) -> None:
    """With changes and a message; its row has the id and the size."""
    changes = ['CMD ["sh", "-c", "echo a b"]', "ENV A=b C=d", "EXPOSE 80", labelled]
    options = [part for change in changes for part in ("--change", change)]
    docker_cli("import", *options, "--message", "made here", str(archive), "dmt/import:same")
    theirs = described(docker_cli, "dmt/import:same")
    frame = image_import(engine, archive, "dmt/import:same", change=changes, message="made here")
    ours = described(docker_cli, "dmt/import:same")
    assert ours == theirs
    assert ours["Comment"] == "made here"
    row = frame.iloc[0]
    identity = docker_cli("inspect", "--format", "{{.Id}}", "dmt/import:same").strip()
    assert (row["reference"], row["status"], row["size"]) == ("dmt/import:same", identity, ours["Size"])
    assert identity.startswith(f"sha256:{row['id']}")


def test_it_runs(engine: Engine, archive: Path, docker_cli: DockerCli, labelled: str) -> None:
    """The tag is latest if none is given."""
    frame = image_import(engine, archive, "dmt/import", change=labelled)
    assert list(frame["reference"]) == ["dmt/import:latest"]
    assert docker_cli("run", "--rm", "dmt/import", "echo", "hello") == "hello\n"


def test_without_a_name_the_image_has_an_id_only(
    engine: Engine, archive: Path, docker_cli: DockerCli, labelled: str
) -> None:
    """`reference` is NA."""
    frame = image_import(engine, archive, change=labelled)
    assert frame["reference"].isna().tolist() == [True]
    assert docker_cli("inspect", "--format", "{{.RepoTags}}", frame["id"][0]).strip() == "[]"


def test_compressed_archives_bytes_iterators_and_open_files_are_taken_too(
    engine: Engine, archive: Path, docker_cli: DockerCli, labelled: str
) -> None:
    """All with the same layer."""
    data = archive.read_bytes()
    (archive.parent / "rootfs.tar.gz").write_bytes(gzip.compress(data))
    with archive.open("rb") as file:
        given: list[Any] = [archive, archive.parent / "rootfs.tar.gz", data, iter([data[:5000], data[5000:]]), file]
        ids = [image_import(engine, each, change=labelled)["id"][0] for each in given]
    assert len({docker_cli("inspect", "--format", "{{.RootFS}}", each) for each in ids}) == 1


def test_an_archive_of_nothing_is_an_empty_image(engine: Engine, labelled: str) -> None:
    """`tar --files-from /dev/null` is how an image is begun from scratch."""
    assert list(image_import(engine, bytes(10240), "dmt/import:scratch", change=labelled)["size"]) == [0]


class _Files(http.server.BaseHTTPRequestHandler):
    """Serves the root file system as /rootfs.tar and nothing else."""

    def do_GET(self) -> None:
        if self.path != "/rootfs.tar":
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(busybox_tar())

    def log_message(self, format: str, *arguments: object) -> None:  # the base class's name
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Return the address of a server with /rootfs.tar."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Files) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_url_is_fetched_by_the_engine(engine: Engine, url: str, labelled: str) -> None:
    """The lines are those that docker prints."""
    lines: list[str] = []
    frame = image_import(engine, f"{url}/rootfs.tar", "dmt/import:url", change=labelled, on_progress=lines.append)
    assert lines == [f"Downloading from {url}/rootfs.tar", frame["status"][0]]


def test_a_url_that_leads_nowhere_is_an_error_without_the_servers_page(engine: Engine, url: str) -> None:
    """What a server says besides its status is a page of HTML."""
    with pytest.raises(NotFound, match=r"cannot be imported: failed to GET .*404 Not Found$"):
        image_import(engine, f"{url}/nobody.tar")
    with pytest.raises(EngineFault, match="connection refused"):
        image_import(engine, "http://127.0.0.1:1/rootfs.tar")


def test_a_password_in_a_url_is_masked(engine: Engine, url: str, labelled: str) -> None:
    """In the lines, in the frame, and in an error."""
    lines: list[str] = []
    address = url.replace("http://", "http://me:s3cr3t@")
    frame = image_import(engine, f"{address}/rootfs.tar", change=labelled, on_progress=lines.append)
    with pytest.raises(NotFound) as caught:
        image_import(engine, f"{address}/nobody.tar")
    assert "me:********@127.0.0.1" in lines[0]
    assert "s3cr3t" not in f"{lines} {frame.to_dict()} {traceback.format_exception(caught.value)}"


def test_a_platform_is_what_the_image_says_it_is_for_or_there_is_a_warning(
    engine: Engine, docker_cli: DockerCli, labelled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--platform, or else DOCKER_DEFAULT_PLATFORM; Docker 20.10 takes no notice of either."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        image_import(engine, tar_of({"a": b"b"}), "dmt/import:arm", platform="linux/arm64/v8", change=labelled)
        monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/s390x")
        image_import(engine, tar_of({"a": b"b"}), "dmt/import:z", change=labelled)
    made = docker_cli("inspect", "--format", "{{.Architecture}}", "dmt/import:arm", "dmt/import:z").split()
    told = [str(warning.message) for warning in caught if warning.category is EngineWarning]
    assert (made, len(told)) in ((["arm64", "s390x"], 0), ([made[0], made[0]], 2))
    assert all("took no notice of the platform linux/" in text for text in told)


def test_a_change_that_is_none_is_told_by_the_engine(engine: Engine, archive: Path) -> None:
    """Before it has read the archive; RUN is no change."""
    with pytest.raises(BadRequest, match=r"(?i)run is not a valid change command"):
        image_import(engine, archive, change=["RUN make"])
    assert len(dockmagic.images(engine)) > 0


def test_an_archive_that_is_broken_is_named(engine: Engine, archive: Path) -> None:
    """With the engine's words."""
    archive.write_bytes(archive.read_bytes()[:100_000])
    with pytest.raises(EngineFault, match=r"rootfs.tar cannot be imported: .*unexpected EOF"):
        image_import(engine, archive)


@pytest.mark.parametrize(
    ("source", "reference", "words"),
    [
        ("-", None, "no standard input to import from"),
        ("nobody.tar", None, "nobody.tar cannot be read: No such file"),
        (b"hello" * 200, None, "what was given is no tar archive"),
        (b"", None, "what was given is empty"),
        (bytes(1024), "shop/UP", "'shop/UP' can be no name of an image"),
        (bytes(1024), f"web@sha256:{'0' * 64}", "can be no name of an image"),
        (bytes(1024), "", "is no name of an image"),
        (5, None, "an archive is a path or bytes, not int"),
    ],
)
def test_what_cannot_be_right_is_refused(source: Any, reference: str | None, words: str) -> None:
    """Before anything is sent."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError, match=words):
            image_import(engine, source, reference)
        assert asked == []


def test_an_end_without_an_id_is_no_success() -> None:
    """The reply's status says nothing."""
    with engine_that_says({"status": "Importing"}) as (engine, _):
        with pytest.raises(ProtocolError, match="neither an image nor an error"):
            image_import(engine, "http://example.com/rootfs.tar")


def test_as_a_magic_its_name_is_dockers(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, engine_process: Dockerd, archive: Path, labelled: str
) -> None:
    """%dimport; `image import` is the same. In Python `import` is a keyword."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    dockmagic.load_ipython_extension(shell)
    line = f"-c '{labelled}' -c 'CMD [\"sh\"]' {archive} dmt/import:magic"
    first = shell.run_line_magic("dimport", line)
    again = shell.run_line_magic("dimage", f"import {line}")
    assert list(first["reference"]) == list(again["reference"]) == ["dmt/import:magic"]
