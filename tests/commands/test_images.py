"""`images`: one row per reference, as docker's own command line lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dockmagic import images
from dockmagic.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.conftest import DockerCli, DockerJson


@pytest.fixture
def tagged(docker_cli: DockerCli, label: str) -> Iterator[str]:
    """Make an image with two tags in two repositories, and a dangling one; return their label."""
    name, _, value = label.partition("=")
    for tag in ("dmt/one:1", "dmt/dangling:1"):
        dockerfile = f'FROM bb:1\nLABEL {name}="{value}" made="{tag}"\n'
        docker_cli("build", "-t", tag, "-", stdin=dockerfile)
    docker_cli("tag", "dmt/one:1", "127.0.0.1:5999/dmt/two:latest")
    docker_cli("tag", "dmt/one:1", "dmt/dangling:1")
    yield label
    docker_cli("rmi", "-f", "dmt/one:1", "127.0.0.1:5999/dmt/two:latest", "dmt/dangling:1")


def none_as_docker(value: Any) -> Any:
    """Write a missing value as docker does."""
    return "<none>" if pd.isna(value) else value


@pytest.mark.parametrize("flags", [(), ("--no-trunc",), ("--digests",), ("-a",)])
def test_it_agrees_with_the_docker_command_line(
    engine: Engine, docker_json: DockerJson, tagged: str, flags: tuple[str, ...]
) -> None:
    """The same references, ids and times, whatever the flags."""
    theirs = docker_json("images", *flags, "--filter", f"label={tagged}")
    ours = images(
        engine,
        no_trunc="--no-trunc" in flags,
        digests="--digests" in flags,
        all="-a" in flags,
        filter=[f"label={tagged}"],
    )
    said = [
        {
            "Repository": none_as_docker(row["repository"]),
            "Tag": none_as_docker(row["tag"]),
            "ID": row["id"],
            "Digest": none_as_docker(row["digest"]),
            "CreatedAt": row["created"].strftime("%Y-%m-%d %H:%M:%S +0000 UTC"),
        }
        for row in ours.to_dict("records")
    ]
    expected = [{key: row[key] for key in said[0]} for row in theirs]
    assert sorted(said, key=str) == sorted(expected, key=str)
    assert len(said) == 4


def test_dangling_images_are_marked_and_have_no_name(engine: Engine, tagged: str) -> None:
    """Docker's <none> is NA."""
    frame = images(engine, filter=[f"label={tagged}"])
    dangling = frame[frame["dangling"]]
    assert len(dangling) == 1
    assert dangling[["repository", "tag"]].isna().all(axis=None)
    assert list(images(engine, filter=[f"label={tagged}", "dangling=true"])["id"]) == list(dangling["id"])


def test_a_name_lists_only_that_repository(engine: Engine, tagged: str) -> None:
    """With or without tag; * stands for anything, as in docker."""
    assert list(images(engine, "dmt/one")["repository"]) == ["dmt/one"]
    assert list(images(engine, "127.0.0.1:5999/dmt/*")["tag"]) == ["latest"]
    assert len(images(engine, "dmt/nobody")) == 0


def test_sizes_are_bytes_and_labels_are_a_dict(engine: Engine, docker_cli: DockerCli, tagged: str) -> None:
    """Not docker's rounded text."""
    row = images(engine, "dmt/one:1").iloc[0]
    assert row["size"] == int(docker_cli("image", "inspect", "--format", "{{.Size}}", "dmt/one:1"))
    assert row["labels"] == {tagged.partition("=")[0]: tagged.partition("=")[2], "made": "dmt/one:1"}


def test_an_unknown_filter_is_the_engines_to_complain_about(engine: Engine) -> None:
    """The engine's own words."""
    with pytest.raises(BadRequest, match=r"(?i)invalid filter 'colour'"):
        images(engine, filter={"colour": "blue"})


def test_no_images_give_the_same_columns_and_dtypes(engine: Engine) -> None:
    """An empty host is no special case."""
    none, some = images(engine, "dmt/nobody"), images(engine)
    assert list(none.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())
