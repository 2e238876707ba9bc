"""`--live`: a command's live view in place of its frame, registered so that it can be listed and stopped."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import registry
from dockmagic.magic_options import extra_parameters
from dockmagic.magics import loaded
from dockmagic.widgets.events_view import EventsView
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic.feeds.live import Live
    from tests.engines.dockerd import Dockerd

WITH_LIVE = [name for name in registry.COMMANDS if registry.load(name).live]


@pytest.fixture
def connected(shell: InteractiveShell, engine_process: Dockerd) -> InteractiveShell:
    """Return a shell with dockmagic loaded and connected to the test engine."""
    dockmagic.load_ipython_extension(shell)
    shell.run_cell(f"%dconnect {engine_process.host}").raise_error()
    return shell


def run(shell: InteractiveShell, cell: str) -> Any:
    """Run a cell that must succeed; return its value."""
    done = shell.run_cell(cell)
    done.raise_error()
    return done.result


def live(shell: InteractiveShell) -> Live:
    """What runs in a shell."""
    magics = loaded(shell)
    assert magics is not None
    return magics.live


def ours() -> list[str]:
    """The threads of feeds that run."""
    return [each.name for each in threading.enumerate() if each.name.startswith("dockmagic-feed")]


def complaint(shell: InteractiveShell, cell: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a cell that must fail; return what a person reads."""
    capsys.readouterr()
    assert not shell.run_cell(cell).success
    printed = capsys.readouterr()
    return (printed.out + printed.err).strip()


def test_a_live_view_comes_in_place_of_the_frame(connected: InteractiveShell, engine_process: Dockerd) -> None:
    """It is listed as what it is; unloading the extension stops it, and no thread is left."""
    view = run(connected, "%devents --live --since 1h -f type=image")
    assert isinstance(view, EventsView)
    assert eventually(lambda: view.state.name == "connected")
    listed = live(connected).frame()
    assert listed[["id", "kind", "host"]].to_numpy().tolist() == [["1", "events", engine_process.host]]
    dockmagic.unload_ipython_extension(connected)
    assert str(view.state) == "stopped"
    assert eventually(lambda: not ours())


def test_a_cell_that_is_run_again_stops_its_live_view_of_before(connected: InteractiveShell) -> None:
    """Others go on, those of the engine before too."""
    first, other = run(connected, "%devents --live"), run(connected, "%devents --live -f type=image")
    run(connected, "%dconnect")
    again = run(connected, "%devents --live")
    assert [str(each.state) == "stopped" for each in (first, other, again)] == [True, False, False]


def test_another_engine_can_be_followed(connected: InteractiveShell, plain_tcp: Dockerd) -> None:
    """With -H, for as long as it is looked at: with connections of its own."""
    view = run(connected, f"%devents --live -H {plain_tcp.host}")
    assert eventually(lambda: view.state.name == "connected")
    assert view.host == plain_tcp.host


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "%devents --live --until 5m",
            "UsageError: %devents: --live goes on until it is stopped: leave out --until",
        ),
        ("%devents --live -f what", "UsageError: %devents"),
    ],
)
def test_what_cannot_be_shown_live_is_a_line(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str], cell: str, said: str
) -> None:
    """And nothing runs."""
    printed = complaint(connected, cell, capsys)
    assert printed.startswith(said)
    assert "\n" not in printed
    assert len(live(connected)) == 0


def test_a_flag_that_says_no_changes_nothing(connected: InteractiveShell) -> None:
    """--live=false is the frame, and an option of its that is off is none."""
    assert list(run(connected, "%devents --live=false --since 1s").columns)[:2] == ["time", "type"]
    assert isinstance(run(connected, "%devents --live --no-trunc=false"), EventsView)


@pytest.mark.parametrize("name", WITH_LIVE)
def test_the_view_that_a_command_names_is_public_and_takes_the_engine(name: str) -> None:
    """Its flag is in the command's help; in Python it is a function of its own."""
    command = registry.load(name)
    function = command.live.rpartition(".")[2]
    assert function in dockmagic.__all__
    assert getattr(dockmagic, function).__module__ == f"dockmagic.widgets.{command.live.rpartition('.')[0]}"
    flags = [flag for each in extra_parameters(command) if each.name == "live" for flag in each.declared.flags]  # type: ignore[union-attr]
    assert set(flags) == set(command.live_flags)
