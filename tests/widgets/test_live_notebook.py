"""Live views in a notebook that nobody looks at: tables, which stay in it as they were at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

if TYPE_CHECKING:
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

WIDGET = "application/vnd.jupyter.widget-view+json"
WAIT = """import time
end = time.monotonic() + 60
while not ({condition}):
    assert time.monotonic() < end
    time.sleep(0.05)
"""

# ipykernel's and pyzmq's own: a kernel's sockets are closed by the garbage collector
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def executed(*cells: str) -> list[list[dict[str, Any]]]:
    """Run a notebook of these cells as `jupyter execute` does; the MIME types that each cell shows."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [[dict(output["data"]) for output in cell.outputs if "data" in output] for cell in notebook.cells]


def test_live_views_are_tables_in_an_executed_notebook(
    engine_process: Dockerd, docker_cli: DockerCli, label: str
) -> None:
    """With the last of what was seen, and that they have ended; the kernel's end is not held up."""
    docker_cli("run", "-d", "--stop-signal", "KILL", "--name", "dmt-nb", "-l", label, "bb:1", "sleep", "1000")
    shown = executed(
        f"%load_ext dockmagic\n%dconnect {engine_process.host};",
        "seen = %devents --live -f type=volume\nseen",
        "usage = %dstats --live dmt-nb\nusage",
        WAIT.format(condition="seen.state.name == 'connected' and usage.rows > 1"),
        "made = %dvolume create dmt-nb-volume\n%dvolume rm dmt-nb-volume;",
        WAIT.format(condition="len(seen.frame) >= 2"),
        "assert list(seen.frame['name'])[:2] == ['dmt-nb-volume'] * 2\nlen(usage.now)",
        "%dlive --stop all",
    )
    (events,), (stats,) = shown[1], shown[2]
    assert WIDGET not in events
    assert WIDGET not in stats
    assert events["text/html"].count("dmt-nb-volume") == 2
    assert "(stopped)" in events["text/html"]
    assert events["text/plain"].startswith("<live events of unix://")
    assert ">dmt-nb<" in stats["text/html"]
    assert "(stopped)" in stats["text/html"]
    assert shown[6][0]["text/plain"] == "1"


def test_a_view_that_is_shown_twice_has_ended_in_both_places(engine_process: Dockerd) -> None:
    """None of them stays in the saved notebook as if it went on."""
    shown = executed(
        f"%load_ext dockmagic\n%dconnect {engine_process.host};", "seen = %devents --live\nseen", "seen", "seen.stop()"
    )
    assert ["(stopped)" in shown[cell][0]["text/html"] for cell in (1, 2)] == [True, True]


def test_a_kernel_ends_though_live_views_go_on(engine_process: Dockerd) -> None:
    """Nothing has to be stopped first."""
    shown = executed(
        f"%load_ext dockmagic\n%dconnect {engine_process.host};",
        "%devents --live -f type=image\nfor kind in ('volume', 'network'):\n    %devents --live -f type={kind}",
        "%dstats --live",
        "import dockmagic\nlen(dockmagic.running())",
    )
    assert shown[3][0]["text/plain"] == "4"


def test_what_python_functions_begin_in_a_notebook_is_listed_and_ended_too(engine_process: Dockerd) -> None:
    """Once each; unloading the extension leaves no thread of ours."""
    shown = executed(
        f"%load_ext dockmagic\n%dconnect {engine_process.host};\nimport dockmagic, threading",
        "views = [make(dockmagic.current()) for make in (dockmagic.live_events, dockmagic.live_stats)]",
        "board = %dashboard",
        "board = dockmagic.dashboard(dockmagic.current())",
        "list(dockmagic.live(dockmagic.running())['kind'])",
        "%unload_ext dockmagic",
        "ours = lambda: [each.name for each in threading.enumerate() if each.name.startswith('dockmagic-')]\n"
        + WAIT.format(condition="not ours()"),
    )
    assert shown[4][0]["text/plain"] == "['events', 'stats', 'dashboard', 'dashboard']"
