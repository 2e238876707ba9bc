"""The dashboard and the buttons in a notebook that nobody looks at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from notebooks.run_tour import TOUR

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

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


def executed() -> NotebookNode:
    """The notebook, run from top to bottom by a program."""
    notebook: NotebookNode = nbformat.read(DASHBOARD, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def outputs(notebook: NotebookNode, source: str) -> list[dict[str, Any]]:
    """What the cell with this in it has shown, as MIME types."""
    (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and source in cell.source]
    return [output.get("data", {}) for output in cell.outputs]


def test_the_notebook_shows_what_there_is_and_does_nothing_to_it(
    here: Dockerd, docker_cli: DockerCli, label: str
) -> None:
    """Its dashboard is a table in the saved notebook, without a widget that nobody could draw there."""
    docker_cli("run", "-d", "--stop-signal", "KILL", "--name", "dmt-n1", "--label", label, "bb:1", "sleep", "1000")
    docker_cli("run", "--name", "dmt-n2", "--label", label, "bb:1", "true")
    mine = ("ps", "-a", "--filter", f"label={label}", "--format", "{{.ID}} {{.State}}")
    before = docker_cli(*mine)
    notebook = executed()
    (board,) = outputs(notebook, "%dashboard")
    assert set(board) == {"text/plain", "text/html"}
    assert board["text/plain"].startswith(f"<dashboard of {here.host}: ")
    for name in ("dmt-n1", "dmt-n2"):
        assert f">{name}</td>" in board["text/html"]
    (connected,) = outputs(notebook, "%dconnect")
    assert here.host in connected["text/plain"]
    (counted,) = outputs(notebook, "groupby")
    assert re.search(r"running +[1-9]", counted["text/plain"])
    assert outputs(notebook, "prune")[0]["text/plain"] == "<button: Remove containers that do not run…>"
    assert docker_cli(*mine) == before


def test_without_an_engine_it_shows_the_demo_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only wants to look needs no Docker, and finds a shop in which something happens."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    notebook = executed()
    said = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "stream"]
    assert any("nothing is real" in output.text for output in said)
    (board,) = outputs(notebook, "%dashboard")
    assert board["text/plain"].startswith("<dashboard of ")
    assert "connected" in board["text/plain"]
    assert ">shop-web-1</td>" in board["text/html"]
