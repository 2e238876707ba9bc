"""`save`: archives of images, which are there when they are whole."""

from __future__ import annotations

import json
import os
import signal
import stat
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import save
from dockmagic.errors import NotFound, UsageError
from tests.commands.transferred import make_image

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def images(engine_process: Dockerd, label: str) -> dict[str, str]:
    """Make images; name -> id."""
    names = ("dmt/save:1", "dmt/save:2", "dmt/other:1")
    return {name: make_image(engine_process, name, label, size=400_000) for name in names}


def manifest(path: Path) -> dict[str, str]:
    """Name -> id, as the archive itself tells."""
    with tarfile.open(path) as archive:
        read = archive.extractfile("manifest.json")
        assert read is not None
        entries = json.load(read)
    return {
        tag: "sha256:" + entry["Config"].removesuffix(".json").rpartition("/")[2]
        for entry in entries
        for tag in entry["RepoTags"] or []
    }


def test_the_rows_are_the_images_that_are_in_the_archive(
    engine: Engine, images: dict[str, str], docker_cli: DockerCli, tmp_path: Path
) -> None:
    """With ids and sizes as docker tells them."""
    path = tmp_path / "images.tar"
    wanted = {name: images[name] for name in ("dmt/save:1", "dmt/other:1")}
    frame = save(engine, list(wanted), output=path)
    assert manifest(path) == wanted
    assert {row.reference: f"sha256:{row.id}" for row in frame.itertuples()} == {
        name: identity[:19] for name, identity in wanted.items()
    }
    for row in frame.itertuples():
        assert docker_cli("inspect", "--format", "{{.Size}}", str(row.reference)).strip() == str(row.size)
    assert set(frame["status"]) == {f"Saved to {path}"}


def test_the_archive_has_what_dockers_has(
    engine: Engine, images: dict[str, str], docker_cli: DockerCli, tmp_path: Path
) -> None:
    """Member for member."""
    save(engine, list(images), output=tmp_path / "ours.tar")
    docker_cli("save", "-o", str(tmp_path / "theirs.tar"), *images)

    def members(name: str) -> list[tuple[str, int]]:
        with tarfile.open(tmp_path / name) as archive:
            return sorted((member.name, member.size) for member in archive)

    assert members("ours.tar") == members("theirs.tar")


def test_a_name_without_a_tag_is_every_tag(engine: Engine, images: dict[str, str], tmp_path: Path) -> None:
    """As docker has it: a row for each."""
    frame = save(engine, "dmt/save", output=tmp_path / "images.tar")
    assert sorted(frame["reference"]) == ["dmt/save:1", "dmt/save:2"]


def test_an_id_has_no_name_in_the_archive(engine: Engine, images: dict[str, str], tmp_path: Path) -> None:
    """`reference` is NA."""
    frame = save(engine, images["dmt/save:1"][7:19], output=tmp_path / "images.tar")
    assert frame["reference"].isna().tolist() == [True]
    assert frame["id"].tolist() == [images["dmt/save:1"][7:19]]


def test_the_file_has_the_mode_that_new_files_have(engine: Engine, images: dict[str, str], tmp_path: Path) -> None:
    """Not that of a temporary one."""
    before = os.umask(0o027)
    try:
        save(engine, "dmt/save:1", output=tmp_path / "images.tar")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "images.tar").stat().st_mode) == 0o640


def test_a_file_that_is_there_is_replaced_and_a_link_stays_one(
    engine: Engine, images: dict[str, str], tmp_path: Path
) -> None:
    """What the link points to is written."""
    (tmp_path / "real.tar").write_text("old")
    (tmp_path / "link.tar").symlink_to("real.tar")
    save(engine, "dmt/save:1", output=tmp_path / "link.tar")
    assert (tmp_path / "link.tar").is_symlink()
    assert "dmt/save:1" in manifest(tmp_path / "real.tar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.tar", "real.tar"]


def test_an_image_that_is_missing_leaves_the_file_as_it_was(
    engine: Engine, images: dict[str, str], tmp_path: Path
) -> None:
    """It is told with the nearest one."""
    path = tmp_path / "images.tar"
    path.write_text("old")
    with pytest.raises(NotFound, match='no image "dmt/svae:1"') as caught:
        save(engine, ["dmt/save:1", "dmt/svae:1"], output=path)
    assert "Did you mean dmt/save:1?" in caught.value.hint
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("images", "options", "words"),
    [
        ("web", {}, "an archive is nothing to be shown here"),
        ("web", {"output": ""}, "an archive is nothing to be shown here"),
        ([], {"output": "x.tar"}, "no image was named"),
        ("", {"output": "x.tar"}, "is no name of an image"),
        ("web", {"output": "."}, " is a directory"),
        ("web", {"output": "/dev/null"}, "/dev/null is no file, and would be replaced by one"),
        ("web", {"output": "nowhere/x.tar"}, "nowhere/x.tar cannot be written: No such file or directory"),
        ("web", {"output": "file/x.tar"}, "file/x.tar cannot be written: Not a directory"),
        ("web", {"output": "x.tar", "platform": "linux/amd64"}, "--platform needs API 1.48"),
    ],
)
def test_what_cannot_be_right_is_refused(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, images: Any, options: dict[str, Any], words: str
) -> None:
    """Before anything is asked for; nothing is left."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=words):
        save(engine, images, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_as_a_magic_it_takes_a_frame_for_its_images(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    engine_process: Dockerd,
    images: dict[str, str],
    tmp_path: Path,
) -> None:
    """`image save` is the same; signals are left as they were."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    dockmagic.load_ipython_extension(shell)
    handler = signal.getsignal(signal.SIGINT)
    assert len(shell.run_line_magic("dsave", f"-o {tmp_path}/a.tar dmt/save:1 dmt/other:1")) == 2
    shell.user_ns["names"] = list(images)
    assert len(shell.run_line_magic("dimage", f"save {{names}} --output {tmp_path}/b.tar")) == 3
    assert signal.getsignal(signal.SIGINT) is handler
