"""`%dashboard`: what a cell starts goes on, until it is run again or the extension is unloaded."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import dockmagic
from dockmagic.magics import loaded
from dockmagic.presenting import cell_key
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from typing import Any

    from IPython.core.interactiveshell import InteractiveShell

    from tests.engines.dockerd import Dockerd


def ours() -> list[str]:
    """The threads of dashboards and their feeds that run."""
    return [each.name for each in threading.enumerate() if each.name.startswith(("dockmagic-dash", "dockmagic-feed"))]


def test_a_line_that_is_run_again_stops_what_it_started_before(
    shell: InteractiveShell, engine_process: Dockerd
) -> None:
    """And unloading stops the last one: no thread is left."""
    dockmagic.load_ipython_extension(shell)
    shell.run_cell(f"%dconnect {engine_process.host}").raise_error()
    first = shell.run_cell("%dashboard").result
    assert first.state.name == "connected"
    second = shell.run_cell("%dashboard").result
    assert str(first.state) == "stopped"
    magics = loaded(shell)
    assert magics is not None
    assert list(magics.live.frame()["kind"]) == ["dashboard"]
    shell.run_cell("%dconnect").raise_error()
    assert second.state.name == "connected"
    dockmagic.unload_ipython_extension(shell)
    assert str(second.state) == "stopped"
    assert eventually(lambda: not ours())


def test_it_has_connections_of_its_own(engine_process: Dockerd) -> None:
    """It goes on when the engine that it was made with is closed; a terminal shows it as text."""
    engine = dockmagic.connect(engine_process.host)
    with dockmagic.dashboard(engine) as board:
        engine.close()
        assert eventually(lambda: board.state.name == "connected")
        assert repr(board).startswith(f"<dashboard of {engine_process.host}: ")
        assert board.rows == len(board.frame)
        with dockmagic.connect(engine_process.host) as other:
            assert list(board.frame.columns) == list(dockmagic.ps(other).columns)
    assert eventually(lambda: not ours())


def test_a_cell_is_known_by_its_id_where_there_is_one() -> None:
    """Its text may have been edited in between."""

    class Kernel:
        def get_parent(self, channel: str) -> dict[str, Any]:
            return {"metadata": {"cellId": "c1"}} if channel == "shell" else {}

    class Shell:
        kernel = Kernel()

    assert cell_key(Shell(), "ashboard", "-H a") == cell_key(Shell(), "ashboard", "-H b")
    assert cell_key(None, "ashboard", "-H a") != cell_key(None, "ashboard", "-H b")
