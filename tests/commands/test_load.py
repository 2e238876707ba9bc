"""`load`: archives that docker and dockmagic have saved, and what is none."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import load, save
from dockmagic.errors import EngineFault, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says
from tests.commands.transferred import make_image, tar_of
from tests.engines.images import busybox_tar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def images(engine_process: Dockerd, label: str) -> dict[str, str]:
    """Make two images; name -> id."""
    return {name: make_image(engine_process, name, label, size=400_000) for name in ("dmt/load:1", "dmt/load:2")}


@pytest.fixture
def archive(images: dict[str, str], docker_cli: DockerCli, tmp_path: Path) -> Path:
    """Return what docker has saved of them; the engine does not have them any more."""
    path = tmp_path / "images.tar"
    docker_cli("save", "-o", str(path), *images)
    docker_cli("rmi", *images)
    return path


def test_what_docker_has_saved_is_there_again(
    engine: Engine, images: dict[str, str], archive: Path, docker_cli: DockerCli
) -> None:
    """A row for each name, with the ids of before; the lines are those that docker prints."""
    lines: list[str] = []
    frame = load(engine, str(archive), on_progress=lines.append)
    assert dict(zip(frame["reference"], "sha256:" + frame["id"], strict=True)) == {
        name: identity[:19] for name, identity in images.items()
    }
    assert lines == [f"Loaded image: {name}" for name in frame["reference"]] == list(frame["status"])
    for name, size in zip(frame["reference"], frame["size"], strict=True):
        assert docker_cli("inspect", "--format", "{{.Id}} {{.Size}}", name).split() == [images[name], str(size)]


def test_what_dockmagic_has_saved_docker_loads(
    engine: Engine, images: dict[str, str], docker_cli: DockerCli, tmp_path: Path
) -> None:
    """The same images under the same names."""
    path = tmp_path / "ours.tar"
    save(engine, list(images), output=path)
    docker_cli("rmi", *images)
    printed = docker_cli("load", "-i", str(path))
    assert sorted(printed.split("Loaded image: ")[1:]) == [f"{name}\n" for name in images]
    assert {name: docker_cli("inspect", "--format", "{{.Id}}", name).strip() for name in images} == images


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
def test_a_compressed_archive_is_as_good(engine: Engine, archive: Path, compress: Callable[[bytes], bytes]) -> None:
    """The engine unpacks it."""
    archive.write_bytes(compress(archive.read_bytes()))
    assert sorted(load(engine, archive, quiet=True)["reference"]) == ["dmt/load:1", "dmt/load:2"]


def test_bytes_iterators_and_open_files_are_taken_too(engine: Engine, archive: Path) -> None:
    """In Python."""
    data = archive.read_bytes()
    names = ["dmt/load:1", "dmt/load:2"]
    assert sorted(load(engine, data, quiet=True)["reference"]) == names
    assert (
        sorted(load(engine, (data[at : at + 5000] for at in range(0, len(data), 5000)), quiet=True)["reference"])
        == names
    )
    with archive.open("rb") as file:
        assert sorted(load(engine, file, quiet=True)["reference"]) == names


def test_an_image_without_a_name_is_known_by_its_id(
    engine: Engine, images: dict[str, str], docker_cli: DockerCli, tmp_path: Path
) -> None:
    """`reference` is NA."""
    identity = images["dmt/load:1"]
    docker_cli("save", "-o", str(tmp_path / "one.tar"), identity)
    frame = load(engine, tmp_path / "one.tar", quiet=True)
    assert frame["reference"].isna().tolist() == [True]
    assert frame["id"].tolist() == [identity[7:19]]
    assert frame["status"].tolist() == [f"Loaded image ID: {identity}"]


def test_quiet_prints_nothing(engine: Engine, archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """-q."""
    load(engine, archive, quiet=True)
    assert capsys.readouterr().out == ""


def test_an_archive_of_a_file_system_is_for_import(engine: Engine, tmp_path: Path) -> None:
    """The engine names a file of its own that is not there; the person reads what to do."""
    path = tmp_path / "rootfs.tar"
    path.write_bytes(busybox_tar())
    with pytest.raises(EngineFault, match=r"rootfs.tar is no archive of images: it has no manifest.json") as caught:
        load(engine, path, quiet=True)
    assert caught.value.hint == "If it is whole, it is one of a file system: %dimport makes an image of it."


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_an_archive_that_ends_too_early_is_an_error(engine: Engine, archive: Path, kept: float) -> None:
    """The reply's status is 200. What the engine finds missing first differs from archive to archive."""
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * kept) // 512 * 512 - 100])
    with pytest.raises(EngineFault, match=r"images.tar (cannot be loaded: |is no archive of images)"):
        load(engine, archive, quiet=True)


def test_a_list_of_no_images_is_no_success(engine: Engine) -> None:
    """The engine says nothing at all."""
    with pytest.raises(ProtocolError, match="has loaded nothing from archive"):
        load(engine, tar_of({"manifest.json": b"[]"}), quiet=True)


def test_a_layer_that_is_missing_is_named(engine: Engine) -> None:
    """In the engine's words."""
    manifest = json.dumps([{"Config": "config.json", "RepoTags": ["dmt/none:1"], "Layers": []}]).encode()
    with pytest.raises(EngineFault, match=r"archive cannot be loaded: .*config.json"):
        load(engine, tar_of({"manifest.json": manifest}), quiet=True)


@pytest.mark.parametrize("input", [None, "", "-"])
def test_without_a_file_there_is_nothing_to_read(engine: Engine, input: str | None) -> None:
    """A notebook has no standard input."""
    with pytest.raises(UsageError, match="no standard input to load from") as caught:
        load(engine, input)
    assert caught.value.hint == "Name the archive: %dload -i FILE"


def test_a_platform_is_refused(engine: Engine, archive: Path) -> None:
    """With the reason."""
    with pytest.raises(UsageError, match=r"--platform needs API 1.48"):
        load(engine, archive, platform="linux/amd64")


def wrong_files(directory: Path) -> Iterator[tuple[Path | bytes, str]]:
    """What is no archive, and the words about it."""
    (directory / "text").write_text("hello" * 1000)
    (directory / "empty").touch()
    yield directory / "nobody.tar", "nobody.tar cannot be read: No such file or directory"
    yield directory, "is a directory, and no archive"
    yield directory / "text", "text is no tar archive, compressed or not"
    yield directory / "empty", "empty is empty"
    yield b"hello" * 1000, "what was given is no tar archive"


def test_what_is_no_archive_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    """Each with its reason."""
    with engine_that_says({}) as (engine, asked):
        for given, words in wrong_files(tmp_path):
            with pytest.raises(UsageError, match=words):
                load(engine, given)
        assert asked == []


@pytest.mark.parametrize("given", [["text"], [1], io.StringIO("text")])
def test_what_gives_no_bytes_is_refused(engine: Engine, given: Any) -> None:
    """And the next command works."""
    with pytest.raises(UsageError, match="an archive is bytes, and there came"):
        load(engine, given, quiet=True)
    assert len(dockmagic.images(engine)) > 0


def test_as_a_magic_it_gives_the_frame(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, engine_process: Dockerd, archive: Path
) -> None:
    """`image load` is the same."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    dockmagic.load_ipython_extension(shell)
    assert len(shell.run_line_magic("dload", f"-q -i {archive}")) == 2
    assert len(shell.run_line_magic("dimage", f"load --quiet --input={archive}")) == 2
