"""`network connect` and `network disconnect`: a container's place in a network, as docker gives it one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import network_connect, network_disconnect
from dockmagic.errors import APIError, EngineFault, NotFound, UsageError
from dockmagic.options import parse
from dockmagic.registry import load
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli

NET = "dmt-net"


@pytest.fixture
def place(docker_cli: DockerCli, label: str) -> list[str]:
    """Make the network dmt-net and two containers that run outside it; return their names."""
    flags = ["--ipv6", "--subnet", "10.97.40.0/24", "--subnet", "2001:db8:40::/64"]
    docker_cli("network", "create", "--label", label, *flags, NET)
    names = ["dmt-in-1", "dmt-in-2"]
    for name in names:
        docker_cli("run", "-d", "--label", label, "--name", name, "bb:1", "sleep", "1000")
    return names


def endpoint(docker_cli: DockerCli, name: str) -> dict[str, Any] | None:
    """What docker tells of a container in the network, but for ids; its own name among its aliases is its id."""
    (found,) = json.loads(docker_cli("inspect", name))
    settings: dict[str, Any] | None = found["NetworkSettings"]["Networks"].get(NET)
    if settings is None:
        return None
    for key in ("Aliases", "DNSNames"):
        settings[key] = [each for each in settings.get(key) or [] if each not in {name, found["Id"][:12]}]
    return {key: value for key, value in settings.items() if key not in {"EndpointID", "MacAddress"}}


@pytest.mark.parametrize(
    "line",
    [
        "--ip 10.97.40.40 --ip6 2001:db8:40::40",
        "--ip 10.97.40.40 --ip6 2001:db8:40::40 --alias db --alias cache,store",
        "--ip 10.97.40.40 --ip6 2001:db8:40::40 --link dmt-in-2:other --driver-opt a=b --driver-opt c=d",
        "--ip=10.97.40.40 --ip6=2001:db8:40::40 --link-local-ip 169.254.34.68",
    ],
)
def test_it_gives_the_place_that_docker_gives(
    engine: Engine, docker_cli: DockerCli, place: list[str], line: str
) -> None:
    """The same container, in and out and in again."""
    docker_cli("network", "connect", *line.split(), NET, place[0])
    theirs = endpoint(docker_cli, place[0])
    (row,) = network_disconnect(engine, NET, place[0]).to_dict("records")
    assert endpoint(docker_cli, place[0]) is None
    assert (row["name"], row["action"], row["changed"], row["ok"]) == (place[0], "disconnect", True, True)
    (row,) = network_connect(engine, **parse(load("network connect"), [*line.split(), NET, place[0]])).to_dict(
        "records"
    )
    assert endpoint(docker_cli, place[0]) == theirs
    assert (row["name"], row["action"], row["changed"], row["ok"]) == (place[0], "connect", True, True)
    assert row["id"] == docker_cli("inspect", "--format", "{{.Id}}", place[0])[:12]


def test_several_containers_go_in_and_out_at_once(engine: Engine, docker_cli: DockerCli, place: list[str]) -> None:
    """One that fails does not keep the others."""
    frame = network_connect(engine, NET, [place[0], "dmt-nobody", place[1]], alias="both")
    assert list(frame["ok"]) == [True, False, True]
    assert "No such container: dmt-nobody" in frame["error"][1]
    assert all(endpoint(docker_cli, name) for name in place)
    frame = network_disconnect(engine, NET, ["dmt-nobody", *place])
    assert list(frame["ok"]) == [False, True, True]
    assert [endpoint(docker_cli, name) for name in place] == [None, None]


def test_a_container_that_does_not_run_is_in_it_when_it_starts(
    engine: Engine, docker_cli: DockerCli, place: list[str]
) -> None:
    """As with docker; the network may be named by its id."""
    docker_cli("stop", "-t", "0", place[0])
    network_connect(engine, docker_cli("network", "inspect", "--format", "{{.Id}}", NET).strip(), place[0])
    docker_cli("start", place[0])
    assert (endpoint(docker_cli, place[0]) or {})["IPAddress"].startswith("10.97.40.")


def test_what_is_in_it_already_is_refused(engine: Engine, place: list[str]) -> None:
    """The hint says how to change its address."""
    network_connect(engine, NET, place[0])
    with pytest.raises(APIError, match="already exists in network") as caught:
        network_connect(engine, NET, place[0], ip="10.97.40.50")
    assert caught.value.hint.startswith("It is in it: %dnetwork disconnect dmt-net takes it out")


def test_what_is_not_in_it_cannot_be_taken_out(engine: Engine, place: list[str]) -> None:
    """The hint says how to see what is."""
    with pytest.raises(EngineFault, match="is not connected to") as caught:
        network_disconnect(engine, NET, place[0])
    assert caught.value.hint == "%dps --filter network=dmt-net lists what is in it."


def test_an_address_outside_is_refused(engine: Engine, place: list[str]) -> None:
    """By the engine, which knows the subnets."""
    with pytest.raises(APIError, match=r"(?i)address 10\.1\.1\.1") as caught:
        network_connect(engine, NET, place[0], ip="10.1.1.1")
    assert caught.value.hint == "%dnetwork ls --filter name=dmt-net shows its subnets."


@pytest.mark.parametrize("call", [network_connect, network_disconnect])
def test_a_network_that_is_missing_is_not_told_as_a_container_that_is(
    engine: Engine, place: list[str], call: Any
) -> None:
    """With the nearest name; and a missing container as such."""
    with pytest.raises(NotFound, match='no network "dmt-nett" on') as caught:
        call(engine, "dmt-nett", place)
    assert caught.value.hint.startswith("Did you mean dmt-net?")
    with pytest.raises(NotFound, match='no container "dmt-in-3" on') as caught:
        call(engine, NET, "dmt-in-3")
    assert caught.value.hint.startswith("Did you mean dmt-in-2?")


@pytest.mark.parametrize("call", [network_connect, network_disconnect])
@pytest.mark.parametrize(
    ("network", "container"),
    [
        ("", "a"),
        ("..", "a"),
        (["a", "b"], "a"),
        (None, "a"),
        ("n", ""),
        ("n", ["a", " "]),
        ("n", None),
        ("n", "a/../b"),
    ],
)
def test_what_can_be_no_name_is_refused_before_anything_is_done(call: Any, network: Any, container: Any) -> None:
    """Nothing is asked."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            call(engine, network, container)
    assert asked == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ip": "10.97.40.9"}, "an address is that of one container, not of 2"),
        ({"link_local_ip": "169.254.1.1"}, "an address is that of one container, not of 2"),
        ({"ip": "x"}, "--ip: 'x' is no such address"),
        ({"driver_opt": "x"}, "--driver-opt: an option is written NAME=VALUE"),
    ],
)
def test_what_cannot_be_right_is_refused_at_once(options: dict[str, Any], said: str) -> None:
    """Nothing is asked."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError, match=said):
            network_connect(engine, NET, ["a", "b"], **options)
    assert asked == []


def test_the_magics_are_dockers_lines(
    shell: InteractiveShell, engine: Engine, docker_cli: DockerCli, place: list[str]
) -> None:
    """With several containers, which docker has not."""
    dockmagic.load_ipython_extension(shell)
    shell.user_ns["names"] = place
    shell.run_line_magic("dnetwork", f"connect --alias both {NET} {{names}} --host {engine.host}")
    assert all(endpoint(docker_cli, name) for name in place)
    shell.run_line_magic("dnetwork", f"disconnect -f {NET} {{names}} --host {engine.host}")
    assert [endpoint(docker_cli, name) for name in place] == [None, None]
    with pytest.raises(Exception, match="docker has --gw-priority, dockmagic has not"):
        shell.run_line_magic("dnetwork", f"connect --gw-priority 5 {NET} x --host {engine.host}")
