"""README: its examples run, and its table is the registry's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import dockmagic
from docs.readme_table import README, renewed

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry

EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_runs(
    number: int,
    shell: InteractiveShell,
    engine_process: Dockerd,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pasted as it stands, on an engine that docker would use."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    example = EXAMPLES[number].replace("unix:///var/run/docker.sock", engine_process.host)
    dockmagic.load_ipython_extension(shell)
    for statement in example.replace("%load_ext dockmagic\n", "").strip().split("\n\n"):
        shell.run_cell(statement).raise_error()
    assert "unix:///" not in EXAMPLES[number] or "unix:///var/run/docker.sock" in EXAMPLES[number]


def test_the_table_is_what_the_commands_declare() -> None:
    """Written twice, tested for equality; `make readme` writes it."""
    assert README.read_text(encoding="utf-8") == renewed(README.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "binder/README.md"])
def test_what_a_page_links_to_is_there(page: str) -> None:
    """Files of the repository; and headings of the page, as GitHub names them."""
    path = README.parent / page
    text = path.read_text(encoding="utf-8")
    headings = [
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall("^#+(.*)", text, re.MULTILINE)
    ]
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, heading = target.partition("#")
        if not target.startswith("https://"):
            assert (path.parent / file).exists(), target
            assert file or heading in headings, target


def test_the_picture_is_small_enough_to_be_loaded_by_everybody() -> None:
    """A notebook at the first glance, in a moment."""
    assert 20_000 < (README.parent / "docs" / "static" / "notebook.png").stat().st_size < 200_000


def test_a_readme_without_the_table_is_refused() -> None:
    """The two comments say where it goes."""
    with pytest.raises(ValueError, match="made by make readme"):
        renewed("# dockmagic")
