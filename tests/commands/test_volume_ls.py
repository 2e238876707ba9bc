"""`volume ls`: one row per volume, as docker's own command line lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import volume_ls
from dockmagic.errors import BadRequest, EngineWarning, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli, DockerJson

NAMES = ("dmt-10", "dmt-9", "dmt-09", "dmt-a", "dmt_1", "dmt.x-2", "dmt.x-11")


@pytest.fixture
def volumes(docker_cli: DockerCli, label: str) -> str:
    """Make volumes whose names docker does not sort as text; return their label."""
    for name in NAMES:
        docker_cli("volume", "create", "--label", label, "--label", "made=here", name)
    return label


def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_json: DockerJson, volumes: str) -> None:
    """The same volumes in the same order."""
    theirs = docker_json("volume", "ls", "--filter", f"label={volumes}")
    ours = volume_ls(engine, filter=[f"label={volumes}"])
    said = [
        {
            "Name": row["name"],
            "Driver": row["driver"],
            "Mountpoint": row["mountpoint"],
            "Scope": row["scope"],
            "Labels": sorted(f"{key}={value}" for key, value in row["labels"].items()),
        }
        for row in ours.to_dict("records")
    ]
    assert said == [{key: row[key] for key in said[0]} | {"Labels": sorted(row["Labels"].split(","))} for row in theirs]
    assert sorted(row["Name"] for row in said) == sorted(NAMES)


def test_created_is_when_the_volume_was_made(engine: Engine, docker_cli: DockerCli, volumes: str) -> None:
    """Docker's list does not tell; its inspect does."""
    told = docker_cli("volume", "inspect", "--format", "{{.CreatedAt}}", "dmt-a").strip()
    (created,) = volume_ls(engine, filter=["name=^dmt-a$"])["created"]
    assert created == pd.Timestamp(told).tz_convert("UTC")


def test_filters_are_dockers(engine: Engine, docker_cli: DockerCli, volumes: str, label: str) -> None:
    """A volume that a container has is not dangling."""
    docker_cli("create", "--label", label, "-v", "dmt-a:/data", "bb:1")
    used = volume_ls(engine, filter={"label": volumes, "dangling": False})
    assert list(used["name"]) == ["dmt-a"]
    assert len(volume_ls(engine, filter=[f"label={volumes}", "dangling=true"])) == len(NAMES) - 1


def test_an_unknown_filter_is_the_engines_to_complain_about(engine: Engine) -> None:
    """The engine's own words, and what there is."""
    with pytest.raises(BadRequest, match=r"(?i)invalid filter 'colour'") as caught:
        volume_ls(engine, filter=["colour=blue"])
    assert caught.value.hint == "Filters: dangling, driver, label, name."
    with pytest.raises(UsageError, match="a filter is written key=value, not 'colour'"):
        volume_ls(engine, filter=["colour"])


def test_no_volumes_give_the_same_columns_and_dtypes(engine: Engine, volumes: str) -> None:
    """An empty host is no special case."""
    none, some = volume_ls(engine, filter=["label=dockmagic.test.nobody"]), volume_ls(engine)
    assert len(none) == 0
    assert list(none.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())


def test_the_magic_gives_the_names_with_q(shell: InteractiveShell, engine: Engine, volumes: str) -> None:
    """As docker does; `list` is docker's other word for `ls`."""
    dockmagic.load_ipython_extension(shell)
    for line in ("ls -q -f", "list --quiet --filter"):
        names = shell.run_line_magic("dvolume", f"{line} name=^dmt-a$ --host {engine.host}")
        assert names == ["dmt-a"]


def test_cluster_lists_those_of_a_swarm_only(engine: Engine, volumes: str) -> None:
    """Docker chooses them by the key that they have in the engine's JSON; here there are none."""
    assert len(volume_ls(engine, cluster=True)) == 0
    reply = {
        "Volumes": [{"Name": "b", "ClusterVolume": {"ID": "p5i7"}}, {"Name": "a"}, {"Name": "c", "ClusterVolume": None}]
    }
    with engine_that_says(reply) as (swarm, asked):
        assert list(volume_ls(swarm, cluster=True, filter=["driver=nfs"])["name"]) == ["b"]
        assert list(volume_ls(swarm)["name"]) == ["a", "b", "c"]
    assert asked[0].startswith("GET /volumes?filters=")


def test_one_request_and_the_engines_warnings_are_shown() -> None:
    """A driver that does not answer: its volumes are missing, and the reader must know."""
    reply = {"Volumes": [{"Name": "a"}], "Warnings": ["driver nfs:\nno answer"]}
    with engine_that_says(reply) as (engine, asked):
        with pytest.warns(EngineWarning, match="driver nfs: no answer"):
            frame = volume_ls(engine)
    assert list(frame["name"]) == ["a"]
    assert asked == ["GET /volumes"]


@pytest.mark.parametrize(
    ("reply", "rows"),
    [
        ({}, 0),
        ({"Volumes": None, "Warnings": None}, 0),
        ({"Volumes": [{}, {"Name": None, "CreatedAt": 5, "Labels": []}, {"Name": 7, "More": 1}], "Warnings": "no"}, 3),
    ],
)
def test_fields_that_are_missing_null_or_of_another_type_are_no_error(reply: Any, rows: int) -> None:
    """What is missing is NA."""
    with engine_that_says(reply) as (engine, _):
        assert len(volume_ls(engine)) == rows


@pytest.mark.parametrize("reply", [[], None, {"Volumes": {}}, {"Volumes": [1]}])
def test_what_is_no_list_of_volumes_is_a_protocol_error(reply: Any) -> None:
    """It names the endpoint."""
    with engine_that_says(reply) as (engine, _), pytest.raises(ProtocolError, match="GET /volumes"):
        volume_ls(engine)
