"""README: its examples run, and its table is the registry's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic import registry
from dockmagic.options import usage

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
TABLE = re.findall(r"^\| `(%d[^`]*)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)


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


def test_the_table_lists_every_command_as_its_help_does() -> None:
    """Written twice, tested for equality."""
    written = [line.replace("\\|", "|") for line in TABLE]
    assert sorted(written) == sorted(usage(registry.load(name)).replace(" [OPTIONS]", "") for name in registry.COMMANDS)
