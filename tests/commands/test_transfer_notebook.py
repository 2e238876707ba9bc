"""Transfers in a notebook: one place that shows how far it is, and the frame below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.transferred import make_image
from tests.test_notebooks import execute

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engines.dockerd import Dockerd

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # ipykernel's and pyzmq's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_a_save_and_a_load_are_shown_and_stay_in_the_notebook(
    engine_process: Dockerd, label: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As HTML and as text, without a widget; with -q nothing but the frame is shown."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    make_image(engine_process, "dmt/shown:1", label)
    path = tmp_path / "shown.tar"
    notebook = execute(
        "%load_ext dockmagic",
        f"%dsave -o {path} dmt/shown:1",
        f"%dload -i {path}",
        f"%dload -q -i {path}",
    )
    saved, loaded, quiet = ([output.data for output in cell.outputs] for cell in notebook.cells[1:])
    assert "saved · 00:0" in saved[0]["text/html"]
    assert saved[0]["text/plain"] == "save shown.tar"
    assert "loaded · 00:0" in loaded[0]["text/html"]
    assert loaded[0]["text/plain"].splitlines() == ["load shown.tar", "Loaded image: dmt/shown:1"]
    assert [len(saved), len(loaded), len(quiet)] == [2, 2, 1]
    assert all("dmt/shown:1" in outputs[-1]["text/plain"] for outputs in (saved, loaded, quiet))
