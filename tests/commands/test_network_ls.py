"""`network ls`: one row per network, as docker's own command line lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import network_ls
from dockmagic.errors import BadRequest, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli, DockerJson


@pytest.fixture
def networks(docker_cli: DockerCli, label: str) -> str:
    """Make a network that leads nowhere, and one with labels; return the label of both."""
    made = ("network", "create", "--label", label)
    docker_cli(*made, "--internal", "--subnet", "10.97.10.0/24", "dmt-net10")
    docker_cli(*made, "--label", "a=b", "--subnet", "10.97.9.0/24", "dmt-net9")
    return label


@pytest.mark.parametrize("no_trunc", [False, True])
def test_it_agrees_with_the_docker_command_line(
    engine: Engine,
    docker_json: DockerJson,
    networks: str,
    no_trunc: bool,  # noqa: FBT001 - docker's flag
) -> None:
    """Every network, those of the engine itself too, in the same order."""
    theirs = docker_json("network", "ls", *(["--no-trunc"] if no_trunc else []))
    said = [
        {
            "ID": row["id"],
            "Name": row["name"],
            "Driver": row["driver"],
            "Scope": row["scope"],
            "Internal": str(row["internal"]).lower(),
            "CreatedAt": row["created"].strftime("%Y-%m-%d %H:%M:%S"),
            "Labels": sorted(f"{key}={value}" for key, value in row["labels"].items()),
        }
        for row in network_ls(engine, no_trunc=no_trunc).to_dict("records")
    ]
    told = [{key: row[key] for key in said[0]} for row in theirs]
    assert said == [
        row | {"CreatedAt": row["CreatedAt"][:19], "Labels": sorted(filter(None, row["Labels"].split(",")))}
        for row in told
    ]
    assert {"bridge", "host", "none"} < {row["Name"] for row in said}


def test_subnets_are_a_list(engine: Engine, networks: str) -> None:
    """Empty where there are no addresses."""
    frame = network_ls(engine).set_index("name")
    assert frame["subnets"]["dmt-net10"] == ["10.97.10.0/24"]
    assert frame["subnets"]["none"] == []
    assert list(frame["internal"][["dmt-net9", "dmt-net10"]]) == [False, True]


def test_filters_are_dockers(engine: Engine, networks: str) -> None:
    """Texts or a mapping; several keys have all to match."""
    assert list(network_ls(engine, filter=[f"label={networks}", "name=net9"])["name"]) == ["dmt-net9"]
    assert list(network_ls(engine, filter={"driver": "null"})["name"]) == ["none"]


def test_an_unknown_filter_is_the_engines_to_complain_about(engine: Engine) -> None:
    """The engine's own words."""
    with pytest.raises(BadRequest, match=r"(?i)invalid filter 'colour'"):
        network_ls(engine, filter=["colour=blue"])
    with pytest.raises(UsageError, match="a filter is written key=value, not 'colour'"):
        network_ls(engine, filter=["colour"])


def test_no_networks_give_the_same_columns_and_dtypes(engine: Engine) -> None:
    """An empty list is no special case."""
    none, some = network_ls(engine, filter=["label=dockmagic.test.nobody"]), network_ls(engine)
    assert len(none) == 0
    assert list(none.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())


def test_the_magic_gives_the_ids_with_q(shell: InteractiveShell, engine: Engine, networks: str) -> None:
    """As docker does; `list` is docker's other word for `ls`."""
    dockmagic.load_ipython_extension(shell)
    for line in ("ls -q --no-trunc -f", "list --no-trunc --quiet --filter"):
        (identity,) = shell.run_line_magic("dnetwork", f"{line} name=dmt-net9 --host {engine.host}")
        assert len(identity) == 64


@pytest.mark.parametrize(
    ("reply", "rows"),
    [
        (None, 0),
        ([], 0),
        ([{}, {"Id": 5, "Name": None, "IPAM": None}, {"IPAM": {"Config": [None, {}, {"Subnet": ""}]}, "New": 1}], 3),
    ],
)
def test_one_request_whose_fields_may_be_missing_null_or_of_another_type(reply: Any, rows: int) -> None:
    """What is missing is NA, False or an empty list."""
    with engine_that_says(reply) as (engine, asked):
        frame = network_ls(engine)
    assert len(frame) == rows
    assert all(subnets == [] for subnets in frame["subnets"])
    assert asked == ["GET /networks"]


def test_the_zero_time_is_missing() -> None:
    """A network of a swarm that no container here is attached to has Go's year 1."""
    with engine_that_says([{"Name": "far", "Created": "0001-01-01T00:00:00Z"}]) as (engine, _):
        assert network_ls(engine)["created"].to_list() == [pd.NaT]


def test_what_is_no_list_of_networks_is_a_protocol_error() -> None:
    """It names the endpoint."""
    with engine_that_says({"Networks": []}) as (engine, _), pytest.raises(ProtocolError, match="GET /networks"):
        network_ls(engine)
