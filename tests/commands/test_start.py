"""`start`: what keeps a container from it, and what to do then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic import ps, start
from dockmagic.errors import BadRequest, Conflict, EngineFault, NotFound
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli


@pytest.fixture
def made(docker_cli: DockerCli, label: str) -> Callable[..., str]:
    """Return a function that creates a container with some flags and returns its name."""

    def create(name: str, *flags: str, command: tuple[str, ...] = ("sleep", "1000")) -> str:
        docker_cli("create", "--label", label, "--name", name, *flags, "bb:1", *command)
        return name

    return create


def test_a_port_in_use_is_told_with_the_container_that_has_it(engine: Engine, made: Callable[..., str]) -> None:
    """It starts as soon as the other one is stopped."""
    first = made("dmt-port-1", "-p", "127.0.0.1:8730:80")
    second = made("dmt-port-2", "-p", "127.0.0.1:8730:80")
    start(engine, first)
    with pytest.raises(EngineFault, match="port is already allocated") as caught:
        start(engine, second)
    assert caught.value.hint == "Port 8730 is that of dmt-port-1: %dstop dmt-port-1, or make it with another port."


def test_a_command_that_is_not_there(engine: Engine, made: Callable[..., str]) -> None:
    """Nothing but another container helps."""
    made("dmt-command", command=("no-such-program",))
    with pytest.raises(BadRequest, match="executable file not found") as caught:
        start(engine, "dmt-command")
    assert caught.value.hint == "It was made so, and has to be made anew: %dinspect dmt-command tells how."


def test_a_container_that_is_paused(engine: Engine, made: Callable[..., str], docker_cli: DockerCli) -> None:
    """It is another command that it needs."""
    docker_cli("start", made("dmt-paused"))
    docker_cli("pause", "dmt-paused")
    with pytest.raises(Conflict, match="paused") as caught:
        start(engine, "dmt-paused")
    assert caught.value.hint == "%dunpause dmt-paused lets it go on."


def test_a_network_that_is_gone_is_not_told_as_a_container_that_is(
    engine: Engine, made: Callable[..., str], docker_cli: DockerCli, label: str
) -> None:
    """Both are a 404."""
    docker_cli("network", "create", "--label", label, "--subnet", "10.96.50.0/24", "dmt-gone")
    made("dmt-stranded", "--network", "dmt-gone")
    docker_cli("network", "rm", "dmt-gone")
    with pytest.raises(NotFound, match=r"nothing was started on .*: dmt-stranded: network .* not found") as caught:
        start(engine, "dmt-stranded")
    assert caught.value.hint.startswith("Make it, then start again: %dnetwork create ")


def test_what_fails_beside_what_starts_is_a_row(engine: Engine, made: Callable[..., str], label: str) -> None:
    """With the engine's reason."""
    frame = start(engine, [made("dmt-good"), made("dmt-bad", command=("no-such-program",))])
    assert list(frame["ok"]) == list(frame["changed"]) == [True, False]
    assert "executable file not found" in frame["error"][1]
    assert list(ps(engine, filter=[f"label={label}"])["name"]) == ["dmt-good"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-a web", "docker has -a, dockmagic has not .*%dlogs"),
        ("--attach web", "docker has --attach, dockmagic has not .*%dlogs"),
        ("-ai web", "docker has -a, dockmagic has not"),
        ("--interactive web", "docker has --interactive, dockmagic has not"),
        ("--checkpoint one web", "docker has --checkpoint, dockmagic has not .*experiment"),
    ],
)
def test_what_it_cannot_do_is_refused_with_a_reason(shell: InteractiveShell, line: str, said: str) -> None:
    """Nothing is asked."""
    dockmagic.load_ipython_extension(shell)
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(Exception, match=said):
            shell.run_line_magic("dstart", f"{line} --host {engine.host}")
    assert asked == []
