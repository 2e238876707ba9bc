"""Notebooks as nbclient and papermill run them: the tour from top to bottom, and cells that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from notebooks.run_tour import LABEL, TOUR

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry

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


def execute(*cells: str) -> NotebookNode:
    """Execute cells as a notebook of its own; raises CellExecutionError where one fails."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return NotebookClient(notebook, timeout=60, kernel_name="python3").execute()


def texts(notebook: NotebookNode) -> list[str]:
    """What each code cell printed and showed."""
    return [
        "".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_the_tour_runs_from_top_to_bottom(here: Dockerd, registry: Registry, docker_cli: DockerCli) -> None:
    """Its frames show what the text says, and nothing that carries its label is left."""
    notebook = nbformat.read(TOUR, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = dict(
        zip([cell.source for cell in notebook.cells if cell.cell_type == "code"], texts(notebook), strict=True)
    )
    states = next(text for source, text in shown.items() if "assign(role=" in source)
    assert "running" in states
    assert "exited" in states
    (error,) = [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert error.ename == "NotFound"
    assert "Did you mean tour-worker?" in error.evalue
    assert docker_cli("ps", "-aq", "--filter", f"label={LABEL}") == ""


def test_the_tour_is_committed_without_outputs() -> None:
    """What it shows belongs to the machine it ran on."""
    notebook = nbformat.read(TOUR, as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("%dconnect unix:///nowhere/docker.sock", "EngineUnreachable"),
        ("%drm dmt-nobody", "NotFound"),
        ("%dps --nonsense", "UsageError"),
        ("%dconnect tcp://192.0.2.1:2375", "InsecureConnection"),
    ],
)
def test_an_error_fails_the_notebook(here: Dockerd, cell: str, name: str) -> None:
    """nbclient, and thus papermill and nbconvert, stop at it."""
    with pytest.raises(CellExecutionError) as caught:
        execute("%load_ext dockmagic", cell, "print('reached')")
    assert caught.value.ename == name


def test_an_error_is_two_lines_in_the_notebook_too(here: Dockerd) -> None:
    """The traceback that is stored has no frames of our code."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("%load_ext dockmagic"), nbformat.v4.new_code_cell("%drm dmt-nobody")]
    )
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    (output,) = notebook.cells[1].outputs
    assert len(output.traceback) == 2
    assert output.traceback[0].startswith('NotFound: no container "dmt-nobody" on ')


def test_a_frame_is_shown_as_a_table(here: Dockerd) -> None:
    """As HTML, and as text for terminals."""
    notebook = execute("%load_ext dockmagic", "%dinfo")
    data = notebook.cells[1].outputs[0].data
    assert "<table" in data["text/html"]
    assert "engine_version" in data["text/html"]
    assert "engine_version" in data["text/plain"]
