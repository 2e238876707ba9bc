"""`update`: the limits that docker's own command line sets with the same flags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import update
from dockmagic.errors import BadRequest, Conflict, EngineWarning, ProtocolError, UsageError
from dockmagic.options import parse
from dockmagic.registry import load
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli

LINES = [
    "--memory 100m --memory-swap 200m",
    "-m 1g --memory-swap -1",
    "--memory-reservation 64m",
    "--cpus 1.5",
    "--cpus .5",
    "--cpu-shares 512",
    "-c 1024 --cpu-period 50000 --cpu-quota 25000",
    "--cpuset-cpus 0 --cpuset-mems 0",
    "--pids-limit 100",
    "--pids-limit -1",
    "--pids-limit 0",
    "--restart always",
    "--restart on-failure:3",
    "--restart unless-stopped",
    "--restart no",
    "--restart=",
    "--memory 0 --cpu-shares 0",
]


@pytest.fixture
def make(docker_cli: DockerCli, label: str) -> Callable[..., str]:
    """Return a function that makes a container with limits and returns its name."""

    def create(name: str, *flags: str) -> str:
        docker_cli("create", "--label", label, "--name", name, *flags, "bb:1", "sleep", "1000")
        return name

    return create


@pytest.mark.parametrize("line", LINES)
def test_it_sets_what_docker_sets(engine: Engine, docker_cli: DockerCli, make: Callable[..., str], line: str) -> None:
    """Compared in all of the HostConfig; what is not said stays, 0 as well."""
    flags = ("--restart", "on-failure:7", "--pids-limit", "50", "--cpu-shares", "100")
    ours, theirs = make("dmt-ours", *flags), make("dmt-theirs", *flags)
    docker_cli("update", *line.split(), theirs)
    frame = update(engine, **parse(load("update"), [*line.split(), ours]))
    assert frame["changed"].all()
    found = {each["Name"]: each["HostConfig"] for each in json.loads(docker_cli("inspect", ours, theirs))}
    assert found["/dmt-ours"] == found["/dmt-theirs"]


def test_in_python_values_are_pythons(engine: Engine, docker_cli: DockerCli, make: Callable[..., str]) -> None:
    """Named as the long flags, with underscores."""
    update(engine, [make("dmt-1"), make("dmt-2")], memory=64 * 1024**2, memory_swap=-1, cpus=0.5)
    for found in json.loads(docker_cli("inspect", "dmt-1", "dmt-2")):
        host = found["HostConfig"]
        assert (host["Memory"], host["MemorySwap"], host["NanoCpus"]) == (67108864, -1, 500_000_000)


def test_limits_that_forbid_each_other_are_the_engines_to_complain_about(
    engine: Engine, make: Callable[..., str]
) -> None:
    """Which of them to say too, the hint tells."""
    make("dmt-tight", "--memory", "64m", "--memory-swap", "64m")
    with pytest.raises(Conflict, match="update the memoryswap at the same time") as caught:
        update(engine, "dmt-tight", memory="128m")
    assert caught.value.hint == "Say both limits: --memory SIZE --memory-swap SIZE (-1: no limit)"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"memory": 1000}, "Minimum memory limit allowed is 6MB"),
        ({"cpus": 1000}, "Range of CPUs is from 0.01 to"),
        ({"cpuset_cpus": "0-9999"}, "not available|[Ii]nvalid value"),
    ],
)
def test_values_out_of_range_are_the_engines_to_complain_about(
    engine: Engine, make: Callable[..., str], options: dict[str, Any], said: str
) -> None:
    """It knows its machine."""
    make("dmt-range")
    with pytest.raises(BadRequest, match=said) as caught:
        update(engine, "dmt-range", **options)
    assert caught.value.hint == "%dinspect dmt-range tells its limits as they are, %dinfo what the host has."


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "nothing is said to change"),
        ({"memory": None}, "nothing is said to change"),
        ({"memory": "much"}, "--memory wants a size"),
        ({"memory": -1}, "--memory: '-1' is no size"),
        ({"cpus": "two"}, "--cpus wants a number of processors"),
        ({"restart": "sometimes"}, "--restart is one of no, always"),
        ({"restart": "always:3"}, "--restart: 'always:3': only on-failure"),
        ({"pids_limit": "many"}, "--pids-limit wants a whole number"),
        ({"memorx": 5}, "there is no option memorx. Did you mean memory?"),
        ({"zzz": 5}, "there is no option zzz. There are: memory, memory_reservation,"),
    ],
)
def test_what_cannot_be_right_is_refused_at_once(options: dict[str, Any], said: str) -> None:
    """In the name of the flag; nothing is asked."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError) as caught:
            update(engine, "web", **options)
    assert said in caught.value.message
    assert asked == []


def test_the_engines_warnings_are_shown() -> None:
    """Each with the container that it is about."""
    with engine_that_says({"Id": "0" * 64}, {"Warnings": ["no swap\nhere"]}) as (engine, _):
        with pytest.warns(EngineWarning, match="web: no swap here"):
            assert update(engine, "web", memory="64m")["ok"].all()


@pytest.mark.parametrize("reply", [{"Warnings": None}, {}, {"Warnings": "text"}])
def test_no_warnings_are_none(reply: Any) -> None:
    """However an engine says so."""
    with engine_that_says({"Id": "0" * 64}, reply) as (engine, _):
        assert update(engine, "web", memory="64m")["ok"].all()


@pytest.mark.parametrize("reply", [[], None, "done"])
def test_what_is_no_object_is_a_protocol_error(reply: Any) -> None:
    """It names the endpoint."""
    with engine_that_says({"Id": "0" * 64}, reply) as (engine, _):
        with pytest.raises(ProtocolError, match=r"POST /containers/{id}/update"):
            update(engine, "web", memory="64m")


def test_the_magic_refuses_what_engines_do_not_know_any_more(shell: InteractiveShell) -> None:
    """With what there is instead."""
    dockmagic.load_ipython_extension(shell)
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(Exception, match="docker has --kernel-memory, dockmagic has not"):
            shell.run_line_magic("dupdate", f"--kernel-memory 5m web --host {engine.host}")
    assert asked == []
