"""`port`: what a container publishes, as docker's own command line tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import port
from dockmagic.errors import NotFound, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli


@pytest.fixture
def web(docker_cli: DockerCli, label: str) -> str:
    """Run a container that publishes ports in every way, and exposes one that it does not publish; return its name."""
    docker_cli(
        "run", "-d", "--label", label, "--name", "dmt-ports", "--expose", "7000", "-p", "8080:80", "-p", "9090:80",
        "-p", "127.0.0.1:5353:53/udp", "-p", "127.0.0.1:5354:53/tcp", "-p", "9:9", "bb:1", "sleep", "1000",
    )  # fmt: skip
    return "dmt-ports"


def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_cli: DockerCli, web: str) -> None:
    """Every line of docker's is a row; they are sorted by port."""
    theirs = [line.replace(":::", "[::]:") for line in docker_cli("port", web).splitlines()]
    frame = port(engine, web)
    assert sorted(map(as_docker_says_it, frame.to_dict("records"))) == sorted(theirs)
    assert list(frame["container_port"].drop_duplicates()) == [9, 53, 80]
    assert {"udp", "tcp"} == set(frame["protocol"][frame["container_port"] == 53])
    assert 7000 not in set(frame["container_port"])


def as_docker_says_it(row: dict[Any, Any]) -> str:
    """Write a row of the frame as the newest docker does."""
    host = f"[{row['host_ip']}]" if ":" in row["host_ip"] else row["host_ip"]
    return f"{row['container_port']}/{row['protocol']} -> {host}:{row['host_port']}"


@pytest.mark.parametrize(
    ("wanted", "protocol"), [("53", "tcp"), ("53/udp", "udp"), ("53/UDP", "udp"), (53, "tcp"), ("53/", "tcp")]
)
def test_one_port_can_be_asked_for(engine: Engine, web: str, wanted: str | int, protocol: str) -> None:
    """The protocol is tcp if none is given."""
    frame = port(engine, web, wanted)
    assert list(frame["container_port"].unique()) == [53]
    assert list(frame["protocol"].unique()) == [protocol]
    assert list(frame["host_port"]) == [{"udp": 5353, "tcp": 5354}[protocol]]


@pytest.mark.parametrize("wanted", ["81", "7000", "80/udp", "80/none"])
def test_a_port_that_is_not_published_is_an_error_as_dockers(engine: Engine, web: str, wanted: str) -> None:
    """Exposed is not published."""
    name = wanted if "/" in wanted else f"{wanted}/tcp"
    with pytest.raises(NotFound, match=f"no public port '{name}' published for dmt-ports") as caught:
        port(engine, web, wanted)
    assert caught.value.hint.startswith("%dport dmt-ports lists what is published")


@pytest.mark.parametrize("wanted", ["", "http", "80-81", "-1", "65536", "80/tcp/udp", "80/t c", "٨٠", "9" * 30])
def test_what_is_no_port_is_refused_before_any_request(wanted: str) -> None:
    """With how one is written."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError, match="a port is written 80 or 80/udp, not "):
            port(engine, "web", wanted)
    assert asked == []


def test_a_container_that_publishes_nothing_gives_the_same_columns_and_dtypes(
    engine: Engine, docker_cli: DockerCli, web: str, label: str
) -> None:
    """Such as one that does not run."""
    docker_cli("create", "--label", label, "--name", "dmt-rests", "-p", "8081:80", "bb:1")
    none, some = port(engine, "dmt-rests"), port(engine, web)
    assert len(none) == 0
    assert list(none.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())


def test_a_container_that_is_missing_is_told_with_the_nearest_one(engine: Engine, web: str) -> None:
    """On which engine, and how to see them all."""
    with pytest.raises(NotFound, match='no container "dmt-port" on') as caught:
        port(engine, "dmt-port", 80)
    assert "Did you mean dmt-ports?" in caught.value.hint


@pytest.mark.parametrize("name", ["", " ", "..", "a/../b", None, {"name": "web"}])
def test_what_can_be_no_name_is_refused_before_any_request(name: Any) -> None:
    """An empty name would be the list of all."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            port(engine, name)
    assert asked == []


def test_the_magic_is_the_same(shell: InteractiveShell, engine: Engine, web: str) -> None:
    """`container port` is docker's long form."""
    dockmagic.load_ipython_extension(shell)
    for magic, line in (("dport", web), ("dcontainer", f"port {web}")):
        assert list(shell.run_line_magic(magic, f"{line} 53/udp --host {engine.host}")["host_port"]) == [5353]


@pytest.mark.parametrize(
    ("settings", "rows"),
    [
        ({}, 0),
        ({"Ports": None}, 0),
        ({"Ports": {"80/tcp": None, "81/tcp": [], "82/tcp": "x"}}, 0),
        ({"Ports": {"80": [{}, None, {"HostIp": 5, "HostPort": "http"}], "x/y": [{"HostPort": 1, "New": 1}]}}, 3),
    ],
)
def test_one_request_whose_fields_may_be_missing_null_or_of_another_type(settings: Any, rows: int) -> None:
    """What is missing is NA."""
    for reply in ({"NetworkSettings": settings}, {"NetworkSettings": None}):
        with engine_that_says(reply) as (engine, asked):
            assert len(port(engine, "web")) == (rows if reply["NetworkSettings"] else 0)
        assert asked == ["GET /containers/web/json"]
