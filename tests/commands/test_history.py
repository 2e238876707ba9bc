"""`history`: what made an image, as docker's own command line tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import history
from dockmagic.errors import NotFound, UsageError
from tests.commands.scripted_engine import engine_that_says
from tests.engines.builds import buildkit_image, forget_builds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli, DockerJson
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def built(engine_process: Dockerd, docker_cli: DockerCli) -> Iterator[str]:
    """Build an image of several instructions, of which the engine keeps no image in between; return its reference."""
    long = "x" * 100
    dockerfile = f"FROM bb:1\nLABEL made=here\nRUN echo {long} > /long\nENV A=1\nCMD true\n"
    buildkit_image(engine_process.socket, "dmt/built:1", dockerfile)
    docker_cli("tag", "dmt/built:1", "dmt/built:latest")
    yield "dmt/built:1"
    docker_cli("rmi", "-f", "dmt/built:1", "dmt/built:latest")
    forget_builds(engine_process.socket)


@pytest.mark.parametrize("no_trunc", [False, True])
def test_it_agrees_with_the_docker_command_line(
    engine: Engine,
    docker_json: DockerJson,
    built: str,
    no_trunc: bool,  # noqa: FBT001 - docker's flag
) -> None:
    """The same rows in the same order; docker's <missing> is NA, and what made a layer is told in full."""
    theirs = docker_json("history", "--human=false", "--no-trunc", built)
    frame = history(engine, built, no_trunc=no_trunc)
    said = [
        {
            "ID": "<missing>" if pd.isna(row["id"]) else row["id"],
            "CreatedAt": row["created"],
            "CreatedBy": row["created_by"].replace("\t", " "),
            "Size": str(row["size"]),
            "Comment": row["comment"],
        }
        for row in frame.to_dict("records")
    ]
    assert said == [
        {key: row[key] for key in said[0]}
        | {
            "CreatedAt": pd.Timestamp(row["CreatedAt"]).tz_convert("UTC"),
            "ID": row["ID"] if no_trunc else row["ID"].removeprefix("sha256:")[:12],
        }
        for row in theirs
    ]
    assert len(frame) >= 5
    assert frame["id"].isna().any()
    assert "x" * 100 in " ".join(frame["created_by"])


def test_tags_are_a_list(engine: Engine, built: str) -> None:
    """Of the image up to that instruction."""
    tags = history(engine, built)["tags"]
    assert sorted(tags[0]) == ["dmt/built:1", "dmt/built:latest"]
    assert tags[1] == []


def test_an_image_can_be_named_by_its_id(engine: Engine, built: str) -> None:
    """Short or in full; :latest may be left out."""
    frame = history(engine, built, no_trunc=True)
    for name in (frame["id"][0], frame["id"][0].removeprefix("sha256:")[:12], "dmt/built"):
        assert history(engine, name, no_trunc=True).equals(frame)


def test_human_changes_nothing(shell: InteractiveShell, engine: Engine, built: str) -> None:
    """A frame has bytes and times, as docker shows them with --human=false; its -H is the host here."""
    dockmagic.load_ipython_extension(shell)
    plain = history(engine, built)
    for flag in ("--human", "--human=false", "--human=true"):
        assert shell.run_line_magic("dhistory", f"{flag} {built} -H {engine.host}").equals(plain)
    assert plain["size"].dtype == "Int64"


def test_a_platform_needs_a_newer_api() -> None:
    """Engines of the versions that are spoken would pass over it, and the answer would be another platform's."""
    with engine_that_says([]) as (engine, asked):
        with pytest.raises(UsageError, match=r"--platform needs API 1.48, which dockmagic does not speak yet"):
            history(engine, "bb:1", platform="linux/arm64")
    assert asked == []


def test_an_image_that_is_missing_is_told_with_the_nearest_one(engine: Engine, built: str) -> None:
    """On which engine, and how to see them all."""
    with pytest.raises(NotFound, match='no image "dmt/bilt" on') as caught:
        history(engine, "dmt/bilt")
    assert caught.value.hint.startswith("Did you mean dmt/built?  %dimages lists ")


@pytest.mark.parametrize("name", ["", " ", "..", "a//b", None])
def test_what_can_be_no_name_is_refused_before_any_request(name: Any) -> None:
    """An empty name would be another path of the API."""
    with engine_that_says([]) as (engine, asked):
        with pytest.raises(UsageError):
            history(engine, name)
    assert asked == []


def test_the_magic_is_the_same(shell: InteractiveShell, engine: Engine, built: str) -> None:
    """`image history` is docker's long form; -q gives the ids."""
    dockmagic.load_ipython_extension(shell)
    frame = shell.run_line_magic("dhistory", f"--no-trunc {built} --host {engine.host}")
    ids = shell.run_line_magic("dimage", f"history -q --no-trunc {built} --host {engine.host}")
    assert ids[0] == frame["id"][0]
    assert len(ids) == len(frame)


@pytest.mark.parametrize(
    ("reply", "rows"),
    [
        (None, 0),
        ([], 0),
        ([{}, {"Id": None, "Created": "soon", "CreatedBy": 5, "Tags": None, "Size": "big"}, {"New": 1, "Id": []}], 3),
    ],
)
def test_one_request_whose_fields_may_be_missing_null_or_of_another_type(reply: Any, rows: int) -> None:
    """The columns and dtypes are the same, also without rows."""
    with engine_that_says([{"Id": "sha256:1", "Created": 1, "Size": 1, "Tags": ["a:1"]}]) as (engine, _):
        some = history(engine, "a")
    with engine_that_says(reply) as (engine, asked):
        frame = history(engine, "a/b:1")
    assert len(frame) == rows
    assert frame["id"].isna().all()
    assert list(frame.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())
    assert asked == ["GET /images/a%2Fb%3A1/history"]
