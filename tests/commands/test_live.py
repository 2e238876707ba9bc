"""`%dlive`: what goes on in a notebook, listed and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic.errors import UsageError
from dockmagic.feeds.live import Live
from dockmagic.frames.live import LIVE
from dockmagic.magics import loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def connected(shell: InteractiveShell, engine_process: Dockerd) -> InteractiveShell:
    """Return a shell with dockmagic loaded and connected to the test engine."""
    dockmagic.load_ipython_extension(shell)
    run(shell, f"%dconnect {engine_process.host}")
    return shell


@pytest.fixture
def engine(engine_process: Dockerd) -> Iterator[Engine]:
    """Return an Engine that talks to the test engine."""
    with dockmagic.connect(engine_process.host) as engine:
        yield engine


def run(shell: InteractiveShell, cell: str) -> Any:
    """Run a cell that must succeed; return its value."""
    done = shell.run_cell(cell)
    done.raise_error()
    return done.result


def stopped(*views: Any) -> list[bool]:
    """Which of them have ended."""
    return [str(view.state) == "stopped" for view in views]


def test_it_lists_what_magics_began(connected: InteractiveShell, engine_process: Dockerd) -> None:
    """One row each, the oldest first; -q gives the ids."""
    run(connected, "%devents --live")
    run(connected, "%dashboard")
    frame = run(connected, "%dlive")
    assert list(frame.columns) == [column.name for column in LIVE]
    assert frame[["id", "kind", "host"]].to_numpy().tolist() == [
        ["1", "events", engine_process.host],
        ["2", "dashboard", engine_process.host],
    ]
    assert run(connected, "%dlive -q") == ["1", "2"]


def test_one_is_stopped_by_its_id(connected: InteractiveShell) -> None:
    """Several too; the frame has what was stopped."""
    views = [run(connected, f"%devents --live -f type={kind}") for kind in ("image", "volume", "network")]
    frame = run(connected, "%dlive --stop 1 --stop 3")
    assert frame[["id", "state"]].to_numpy().tolist() == [["1", "stopped"], ["3", "stopped"]]
    assert stopped(*views) == [True, False, True]
    assert run(connected, "%dlive -q") == ["2"]


def test_all_are_stopped_by_a_word(connected: InteractiveShell) -> None:
    """Then nothing runs, which is a frame without rows."""
    views = [run(connected, "%devents --live"), run(connected, "%dashboard")]
    assert list(run(connected, "%dlive --stop all")["id"]) == ["1", "2"]
    assert stopped(*views) == [True, True]
    assert len(run(connected, "%dlive")) == len(run(connected, "%dlive --stop all")) == 0


@pytest.mark.parametrize("stop", ["--stop 7", "--stop 1 --stop 7", "--stop {seven}"])
def test_an_id_that_nothing_has_stops_nothing(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str], stop: str
) -> None:
    """A line says so, and which there are."""
    connected.user_ns["seven"] = "7"
    view = run(connected, "%devents --live")
    capsys.readouterr()
    assert not connected.run_cell(f"%dlive {stop}").success
    printed = "".join(capsys.readouterr()).strip()
    assert printed == "UsageError: %dlive: nothing that runs has the id '7'.  There are: 1  %dlive lists it."
    assert stopped(view) == [False]


def test_in_python_the_registry_is_handed_over(connected: InteractiveShell) -> None:
    """It is the one of the shell's magics."""
    magics = loaded(connected)
    assert magics is not None
    view = run(connected, "%devents --live")
    assert list(dockmagic.live(magics.live)["kind"]) == ["events"]
    assert list(dockmagic.live(magics.live, stop="1")["state"]) == ["stopped"]
    assert stopped(view) == [True]


def test_what_a_python_function_gave_is_its_callers_own(engine: Engine) -> None:
    """Where there is no notebook; a registry in which nothing was put has the same columns."""
    with dockmagic.live_events(engine) as view:
        assert len(dockmagic.live(Live())) == 0
        assert dockmagic.live(Live()).dtypes.astype(str).to_list() == [str(column.dtype) for column in LIVE]
        assert stopped(view) == [False]


def test_outside_of_a_notebook_there_is_nothing_to_list() -> None:
    """Which is said, as of `current`."""
    with pytest.raises(UsageError, match="no magic runs here"):
        dockmagic.running()
