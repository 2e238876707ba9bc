"""Notebooks as nbclient and papermill run them: the tour from top to bottom, and cells that fail."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from notebooks.run_tour import LABEL, TOUR

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry

BUILD = TOUR.with_name("build.ipynb")
CLEANUP = TOUR.with_name("cleanup.ipynb")

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


def test_the_cleanup_removes_its_own_mess_and_nothing_else(
    here: Dockerd, registry: Registry, docker_cli: DockerCli
) -> None:
    """First shown, then removed; and what it says that it freed is what it made."""
    untouched = docker_cli("create", "--name", "dmt-untouched", "bb:1").strip()
    notebook = nbformat.read(CLEANUP, as_version=4)
    try:
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
        assert docker_cli("ps", "-aq", "--no-trunc", "--filter", "name=dmt-untouched").strip() == untouched
    finally:
        docker_cli("rm", "dmt-untouched")
    shown = "\n".join(texts(notebook))
    assert "Would remove 2 containers and free up to 5.243 MB. Nothing has been removed" in shown
    assert "Removed 2 containers; the engine freed 5.243 MB." in shown
    assert "Removed 1 volume; the engine freed 2.097 MB." in shown
    assert "Removed 2 images; the engine freed 5.243 MB." in shown
    for kind in ("ps -a", "volume ls", "images -a"):
        assert docker_cli(*kind.split(), "-q", "--filter", "label=dockmagic.cleanup") == ""


def test_the_notebook_of_builds_runs_from_top_to_bottom(
    here: Dockerd, registry: Registry, docker_cli: DockerCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache, the cell, the secret, the failure and the timeline are what the text says; nothing is left.

    The secret's value occurs nowhere in the executed notebook.
    """
    secret = uuid.uuid4().hex
    monkeypatch.setenv("API_TOKEN", secret)
    notebook = nbformat.read(BUILD, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert secret not in nbformat.writes(notebook)
    said = "\n".join(texts(notebook))
    for expected in ("index.html", "checked", "3 of 3 came from the cache", "Hello from a cell"):
        assert expected in said
    assert "    32\n" in said
    assert "it is gone" in said
    assert "notes.txt" not in said
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [output for output in outputs if output.output_type == "error"]
    assert [error.ename for error in errors] == ["BuildError"]
    assert "ended with exit code 1" in errors[0].evalue
    assert len([output for output in outputs if "image/png" in output.get("data", {})]) == 1
    assert docker_cli("images", "-aq", "--filter", "label=dockmagic.build") == ""


def test_a_build_is_one_output_with_html_and_lines_and_no_widget(here: Dockerd, label: str) -> None:
    """As a summary, also where nothing could show it live; the frame is the other output."""
    notebook = execute(
        "%load_ext dockmagic",
        f"%%dbuild -t dmt-nb:1 --label {label}\nFROM bb:1\nRUN echo from {label}; sleep 1; echo '<b>end</b>'\n",
    )
    view, result = notebook.cells[1].outputs
    assert (view.output_type, result.output_type) == ("display_data", "execute_result")
    assert set(view.data) == {"text/html", "text/plain"}
    lines = view.data["text/plain"].splitlines()
    assert lines[0] == "dmt-nb:1: building with BuildKit"
    assert f"    from {label}" in lines
    assert lines[-1].startswith("image ")
    assert "built with BuildKit" in view.data["text/html"]
    assert "<b>end</b>" not in view.data["text/html"]
    assert "widgets" not in notebook.metadata


@pytest.mark.parametrize("path", sorted(TOUR.parent.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    """What it shows belongs to the machine it ran on."""
    notebook = nbformat.read(path, as_version=4)
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
