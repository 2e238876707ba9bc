"""`network create`: the same networks as docker makes of the same words."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import network_create, network_ls, network_rm
from dockmagic.errors import APIError, BadRequest, Conflict, EngineWarning, NotFound, ProtocolError, UsageError
from dockmagic.options import parse
from dockmagic.registry import load
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli

LINES = [
    "",
    "--internal",
    "--attachable",
    "-d bridge --label a=b --label plain --label c=d=e",
    "--subnet 10.97.20.0/24",
    "--subnet=10.97.20.0/24 --gateway 10.97.20.254 --ip-range 10.97.20.128/25",
    "--subnet 10.97.20.0/24 --aux-address a=10.97.20.5 --aux-address b=10.97.20.6",
    "--ipv6 --subnet 10.97.20.0/24 --subnet 2001:db8:97::/64 --gateway 2001:db8:97::7 --gateway 10.97.20.7",
    "--ipv6 --subnet 10.97.20.0/24,2001:db8:97::/64",
    "-o com.docker.network.bridge.name=dmtbr7 --opt com.docker.network.driver.mtu=1400",
    "--config-only --subnet 10.97.22.0/24",
    "--scope local",
    "--ipam-opt a=b --subnet 10.97.20.0/24",
]


def told(docker_cli: DockerCli, name: str) -> dict[str, Any]:
    """What docker's inspect tells, but for what no two networks have in common."""
    (found,) = json.loads(docker_cli("network", "inspect", name))
    found["IPAM"]["Config"] = sorted(found["IPAM"]["Config"] or [], key=str)  # docker's own order is random
    return {key: value for key, value in found.items() if key not in {"Id", "Name", "Created"}}


@pytest.mark.parametrize("line", LINES)
def test_it_makes_what_docker_makes_of_the_same_words(
    shell: InteractiveShell, engine: Engine, docker_cli: DockerCli, label: str, line: str
) -> None:
    """One after the other, with the same addresses; the row is that of `network ls`."""
    dockmagic.load_ipython_extension(shell)
    subnet = [] if "subnet" in line else ["--subnet", "10.97.23.0/24"]
    flags = [*line.split(), *subnet, "--label", label]
    docker_cli("network", "create", *flags, "dmt-net")
    theirs = told(docker_cli, "dmt-net")
    docker_cli("network", "rm", "dmt-net")
    frame = shell.run_line_magic("dnetwork", f"create {' '.join(flags)} dmt-net --host {engine.host}")
    assert told(docker_cli, "dmt-net") == theirs
    pd.testing.assert_frame_equal(frame, network_ls(engine, filter={"name": "dmt-net"}))


def test_settings_are_taken_from_another_network(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """--config-only makes the one, --config-from the other."""
    network_create(engine, "dmt-settings", config_only=True, subnet="10.97.22.0/24", labels=[label])
    network_create(engine, "dmt-net", config_from="dmt-settings")
    found = told(docker_cli, "dmt-net")
    network_rm(engine, "dmt-net")  # before the settings, which it keeps
    assert found["ConfigFrom"] == {"Network": "dmt-settings"}
    assert [each["Subnet"] for each in found["IPAM"]["Config"]] == ["10.97.22.0/24"]


REFUSED = [
    "-d overlay",
    "-d host",
    "--ingress",
    "--ipam-driver null",
    "--config-from nosuch",
    "--config-from bridge --label a=b",
    "-o com.docker.network.driver.mtu=much",
    "-o com.docker.network.bridge.enable_icc=perhaps",
]


@pytest.mark.parametrize("line", REFUSED)
def test_what_docker_is_refused_is_refused_in_the_same_words(engine: Engine, docker_cli: DockerCli, line: str) -> None:
    """An engine without a swarm, and on this kernel."""
    with pytest.raises(subprocess.CalledProcessError) as theirs:
        docker_cli("network", "create", *line.split(), "dmt-net")
    with pytest.raises(APIError) as ours:
        network_create(engine, **parse(load("network create"), [*line.split(), "dmt-net"]))
    assert ours.value.message in " ".join(theirs.value.stderr.split())


def test_in_python_labels_options_and_addresses_are_dicts_and_lists(
    engine: Engine, docker_cli: DockerCli, label: str
) -> None:
    """As the flags are."""
    key, _, value = label.partition("=")
    frame = network_create(
        engine,
        "dmt-net",
        subnet=["10.97.20.0/24"],
        aux_address={"a": "10.97.20.5"},
        labels={key: value, "n": 1},
        options={"com.docker.network.driver.mtu": 1400},
    )
    found = told(docker_cli, "dmt-net")
    assert frame["labels"][0] == found["Labels"] == {key: value, "n": "1"}
    assert frame["subnets"][0] == ["10.97.20.0/24"]
    assert found["Options"] == {"com.docker.network.driver.mtu": "1400"}


def test_a_name_in_use_is_a_conflict(engine: Engine, label: str) -> None:
    """Docker 20.10 would make a second one, were it not asked to look."""
    network_create(engine, "dmt-net", subnet="10.97.20.0/24", labels=[label])
    with pytest.raises(Conflict, match=r"network with name dmt-net already exists") as caught:
        network_create(engine, "dmt-net", labels=[label])
    assert caught.value.hint == "Take another name, or remove that one: %dnetwork rm dmt-net"
    assert len(network_ls(engine, filter=[f"label={label}"])) == 1


def test_addresses_in_use_are_refused(engine: Engine, label: str) -> None:
    """The hint says where they are listed."""
    network_create(engine, "dmt-net", subnet="10.97.20.0/24", labels=[label])
    with pytest.raises(APIError, match="overlaps with other one") as caught:
        network_create(engine, "dmt-net2", subnet="10.97.20.0/25", labels=[label])
    assert caught.value.status == 403
    assert "%dnetwork ls" in caught.value.hint


def test_a_driver_that_is_not_installed() -> None:
    """Usual ones are named. In the words of Docker 20.10 and 26.1, which take 15 seconds to look for it."""
    with engine_that_says({"message": 'plugin "nosuch" not found'}, status="404 Not Found") as (engine, _):
        with pytest.raises(NotFound, match='plugin "nosuch" not found') as caught:
            network_create(engine, "dmt-net", driver="nosuch")
    assert "nosuch is not installed" in caught.value.hint


def test_a_subnet_that_is_an_address_is_the_engines_to_judge(engine: Engine, label: str) -> None:
    """Docker 20.10 takes it, newer engines do not."""
    if engine.api_version == "1.41":
        assert list(network_create(engine, "dmt-net", subnet="10.97.20.1/24", labels=[label])["subnets"][0]) == [
            "10.97.20.1/24"
        ]
    else:
        with pytest.raises(BadRequest, match=r"it should be 10\.97\.20\.0/24"):
            network_create(engine, "dmt-net", subnet="10.97.20.1/24", labels=[label])


@pytest.mark.parametrize(
    "options",
    [
        {"network": ""},
        {"network": " "},
        {"network": ".."},
        {"network": ["a", "b"]},
        {"network": None},
        {"network": "a", "labels": ["=b"]},
        {"network": "a", "options": ["=b"]},
        {"network": "a", "ipam_options": ["=b"]},
        {"network": "a", "gateway": "10.1.1.1"},
        {"network": "a", "internal": "yes"},
        {"network": "a", "driver": ["a", "b"]},
        {"network": "a", "subnets": "10.1.1.0/24"},
        {"network": "a", "subnet": "10.1.1.1"},
    ],
)
def test_what_cannot_be_right_is_refused_at_once(options: dict[str, Any]) -> None:
    """Nothing is asked."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            network_create(engine, **options)
    assert asked == []


def test_the_engines_warning_is_shown() -> None:
    """Once the network is made."""
    made = {"Id": "a" * 64, "Name": "dmt-net"}
    with engine_that_says({"Id": "a" * 64, "Warning": "a name\nthat two have"}, made) as (engine, asked):
        with pytest.warns(EngineWarning, match="a name that two have"):
            assert list(network_create(engine, "dmt-net")["name"]) == ["dmt-net"]
    assert asked == ["POST /networks/create", f"GET /networks/{'a' * 64}"]


@pytest.mark.parametrize("reply", [[], None, {}, {"Id": ""}, {"Id": 5}])
def test_a_network_without_an_id_is_a_protocol_error(reply: Any) -> None:
    """It says what to look at."""
    with engine_that_says(reply) as (engine, _):
        with pytest.raises(ProtocolError, match=r"POST /networks/create|without telling its id"):
            network_create(engine, "dmt-net")
