"""Notebooks as nbclient and papermill run them: ours on the demo and on a real engine, and cells that fail.

The dashboard's is in tests/widgets/test_dashboard_notebook.py.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Place(NamedTuple):
    """Where a notebook runs: on the demo engine, where no other answers, or on a real one."""

    demo: bool
    docker: DockerCli | None = None

    def left(self, label: str) -> str:
        """What carries the label after it has run; the demo is gone with the kernel."""
        if self.docker is None:
            return ""
        kinds = ("ps -a", "volume ls", "images -a")
        return "".join(self.docker(*kind.split(), "-q", "--filter", f"label={label}") for kind in kinds)


@pytest.fixture(params=["demo", "dockerd"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Place:
    """Return the demo, and then a real engine: whoever opens a notebook has one or the other."""
    if request.param == "demo":
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
        return Place(demo=True)
    for name in ("here", "registry"):
        request.getfixturevalue(name)
    return Place(demo=False, docker=request.getfixturevalue("docker_cli"))


def executed(name: str) -> NotebookNode:
    """A notebook of the repository, run from top to bottom; raises CellExecutionError where a cell fails."""
    notebook: NotebookNode = nbformat.read(TOUR.with_name(f"{name}.ipynb"), as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def errors(notebook: NotebookNode) -> list[NotebookNode]:
    """The errors that its text announces."""
    return [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]


def pictures(notebook: NotebookNode) -> int:
    """How many it shows."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def test_the_tour_runs_from_top_to_bottom(place: Place) -> None:
    """Its frames show what the text says, and nothing that carries its label is left."""
    notebook = executed("tour")
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == 15
    shown = dict(zip(code, texts(notebook), strict=True))
    states = next(text for source, text in shown.items() if "assign(role=" in source)
    assert "running" in states
    assert "exited" in states
    (error,) = errors(notebook)
    assert error.ename == "NotFound"
    assert "Did you mean tour-worker?" in error.evalue
    assert pictures(notebook) == 1
    assert "hunter2" not in "".join(shown.values())
    assert ("this is the demo engine instead" in "".join(shown.values())) == place.demo
    assert place.left(LABEL) == ""


def test_the_cleanup_removes_its_own_mess_and_nothing_else(place: Place) -> None:
    """First shown, then removed; and what it says that it freed is what it made."""
    untouched = place.docker("create", "--name", "dmt-untouched", "bb:1").strip() if place.docker else ""
    try:
        notebook = executed("cleanup")
        if place.docker:
            assert place.docker("ps", "-aq", "--no-trunc", "--filter", "name=dmt-untouched").strip() == untouched
    finally:
        if place.docker:
            place.docker("rm", "dmt-untouched")
    shown = "\n".join(texts(notebook))
    assert "Would remove 2 containers and free up to 5.243 MB. Nothing has been removed" in shown
    assert "Removed 2 containers; the engine freed 5.243 MB." in shown
    assert "Removed 1 volume; the engine freed 2.097 MB." in shown
    assert "Removed 2 images; the engine freed 5.243 MB." in shown
    assert "5+0 records out" in shown
    assert pictures(notebook) == 1
    assert place.left("dockmagic.cleanup") == ""


def test_the_notebook_of_builds_runs_from_top_to_bottom(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache, the cell, the secret, the failure and the timeline are what the text says; nothing is left.

    The secret's value occurs nowhere in the executed notebook. Its cell is skipped on the demo, and says so.
    """
    secret = uuid.uuid4().hex
    monkeypatch.setenv("API_TOKEN", secret)
    notebook = executed("build")
    assert secret not in nbformat.writes(notebook)
    said = "\n".join(texts(notebook))
    for expected in ("index.html", "checked", "3 of 3 came from the cache", "Hello from a cell"):
        assert expected in said
    assert ("skipped: secrets need BuildKit, and the demo engine has none\n" in said) == place.demo
    assert ("    32\n" in said) != place.demo
    assert ("    the token is ********\n" in said) != place.demo
    assert ("    it is gone\n" in said) != place.demo
    assert "notes.txt" not in said
    (error,) = errors(notebook)
    assert error.ename == "BuildError"
    assert "ended with exit code 1" in error.evalue
    assert pictures(notebook) == 1
    assert place.left("dockmagic.build") == ""


def test_the_incident_is_told_from_the_complaint_to_the_remedy(place: Place) -> None:
    """Who is ill, since when, why, and that a restart helped; four pictures, and nothing is left."""
    notebook = executed("incident")
    shown = dict(
        zip([cell.source for cell in notebook.cells if cell.cell_type == "code"], texts(notebook), strict=True)
    )

    def said(source: str) -> Any:
        return next(text for code, text in shown.items() if source in code)

    assert "unhealthy" in said("health=unhealthy")
    assert "KeyError: price" in said("%dlogs {job}")
    assert "stderr" in said("complaints = ")
    assert re.search(r"first complaint [\d:]+, unhealthy [\d:]+: nobody knew for \d+ s", said("unknown = "))
    assert "running" in said("well = ")
    assert "unhealthy" not in said("well = ")
    assert ("nothing was real" in said("%drm")) == place.demo
    assert pictures(notebook) == 4
    assert errors(notebook) == []
    assert place.left("dockmagic.incident") == ""


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
