"""`kill`, `pause` and `unpause`: what they cannot be done to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import kill, pause, unpause
from dockmagic.errors import BadRequest, Conflict, EngineFault, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli


@pytest.fixture
def runs(docker_cli: DockerCli, label: str) -> str:
    """Make a container that runs; return its name."""
    docker_cli("run", "-d", "--label", label, "--name", "dmt-runs", "--network", "none", "bb:1", "sleep", "1000")
    return "dmt-runs"


@pytest.fixture
def rests(docker_cli: DockerCli, label: str) -> str:
    """Make a container that does not run; return its name."""
    docker_cli("create", "--label", label, "--name", "dmt-rests", "bb:1")
    return "dmt-rests"


@pytest.mark.parametrize("signal", ["NOSUCH", "SIGNOSUCH", "99", 99])
def test_a_signal_that_there_is_not_is_the_engines_to_complain_about(
    engine: Engine, runs: str, signal: str | int
) -> None:
    """The container goes on."""
    with pytest.raises((BadRequest, EngineFault), match=f"signal:? {signal}") as caught:
        kill(engine, runs, signal=signal)
    assert caught.value.hint == "A signal is a name such as TERM, HUP or USR1, or a number."
    assert list(dockmagic.ps(engine, filter={"name": runs})["state"]) == ["running"]


@pytest.mark.parametrize("signal", ["", " ", True, None, 1.5, ["TERM"]])
def test_what_can_be_no_signal_is_refused_at_once(signal: Any) -> None:
    """An empty one would be KILL."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError, match="a signal is a name such as TERM, or a number, not"):
            kill(engine, "web", signal=signal)
    assert asked == []


def test_what_does_not_run_cannot_be_killed_nor_paused(engine: Engine, rests: str) -> None:
    """The error says what can be done."""
    with pytest.raises(Conflict, match="is not running") as caught:
        kill(engine, rests)
    assert caught.value.hint == "%dstart dmt-rests starts what does not run; %dps lists what runs."
    with pytest.raises(Conflict, match="is not running") as caught:
        pause(engine, rests)
    assert caught.value.hint == "%dps lists what runs."


def test_a_pause_has_one_beginning_and_one_end(engine: Engine, runs: str) -> None:
    """A second one is docker's error too."""
    assert pause(engine, runs)["changed"].all()
    with pytest.raises(Conflict, match="already paused") as caught:
        pause(engine, runs)
    assert caught.value.hint == "%dunpause dmt-runs lets them go on."
    assert unpause(engine, runs)["changed"].all()
    with pytest.raises(EngineFault, match="is not paused") as refused:
        unpause(engine, runs)
    assert refused.value.hint == "%dps --filter status=paused lists what is paused."


@pytest.mark.parametrize(
    ("line", "query"), [("", "KILL"), ("-s HUP", "HUP"), ("--signal=SIGUSR1", "SIGUSR1"), ("-s 15", "15")]
)
def test_the_flags_are_dockers(shell: InteractiveShell, line: str, query: str) -> None:
    """KILL if nothing else is said."""
    dockmagic.load_ipython_extension(shell)
    with engine_that_says({"Id": "0" * 64}, None) as (engine, asked):
        shell.run_line_magic("dkill", f"{line} web --host {engine.host}")
    assert asked == ["GET /containers/web/json", f"POST /containers/web/kill?signal={query}"]
