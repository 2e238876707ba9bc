"""The dashboard and the buttons in a notebook that nobody looks at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient

from notebooks.run_tour import TOUR

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry

DASHBOARD = TOUR.with_name("dashboard.ipynb")

# ipykernel's and pyzmq's own: a kernel's sockets are closed by the garbage collector
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def here(engine_process: Dockerd, monkeypatch: pytest.MonkeyPatch) -> Dockerd:
    """Make the test engine the one that docker would use."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    return engine_process


def texts(notebook: NotebookNode) -> str:
    """What all cells printed and showed as text."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in outputs)


def test_the_notebook_runs_from_top_to_bottom(here: Dockerd, registry: Registry, docker_cli: DockerCli) -> None:
    """Its dashboard is a table in the saved notebook; nothing that carries its label is left."""
    notebook = nbformat.read(DASHBOARD, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (board,) = [output for cell in notebook.cells if cell.source.endswith("\nboard") for output in cell.outputs]
    assert "dash-web" in board.data["text/html"]
    assert "<table>" in board.data["text/html"]
    assert board.data["text/plain"].startswith("<dashboard of unix://")
    said = texts(notebook)
    for expected in (
        r"dash-job +exited +3\n",
        r"dash-busy +paused\n",
        r"container +pause +dash-busy\n",
        "<button: Stop dash-web>",
        "'stopped'",
    ):
        assert re.search(expected, f"{said}\n"), expected
    assert docker_cli("ps", "-aq", "--filter", "label=dockmagic.dashboard") == ""
