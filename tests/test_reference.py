"""The reference's pages: every command is on one, and says nothing of who built them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, cast

import pytest

import dockmagic
from dockmagic.registry import COMMANDS, load
from docs.reference_pages import write_reference
from docs.signatures import signature

if TYPE_CHECKING:
    from pathlib import Path

APP = cast("Any", None)  # Sphinx's application, which a signature does not depend on
FUNCTIONS = [name for name in dockmagic.__all__ if name not in {"DockMagicError", "Engine"}]


def test_every_command_has_its_place_in_the_reference(tmp_path: Path) -> None:
    """Its heading, and its function below it."""
    write_reference(tmp_path)
    pages = "\n".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.rst"))
    for name in COMMANDS:
        assert f"\n%d{name}\n--" in pages
        assert f"autofunction:: dockmagic.{load(name).function.__name__}\n" in pages


def test_every_public_name_has_its_place_in_the_reference(tmp_path: Path) -> None:
    """What `__all__` promises is described somewhere."""
    write_reference(tmp_path)
    pages = "\n".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.rst"))
    assert [name for name in FUNCTIONS if f"autofunction:: dockmagic.{name}\n" not in pages] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_signature_can_be_read_and_tells_nothing_of_who_built_the_page(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Defaults stand there by name: os.environ as a value would be all the variables of this machine."""
    monkeypatch.setenv("DOCKMAGIC_CANARY", "not-to-be-seen")
    found = signature(APP, "function", name, getattr(dockmagic, name))
    assert found is not None
    parameters, returned = found
    ast.parse(f"def f{parameters}: ...")
    assert "Annotated" not in parameters
    assert "not-to-be-seen" not in parameters
    assert returned
