"""`%config DockMagic.table = "itables"`: frames as tables that can be searched, where itables is installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

EVIL = "</script><img src=x onerror='window.__xss = 1'>"
FRAME = pd.DataFrame({"name": [EVIL, "web"], "labels": [{"a": EVIL}, {}], EVIL: [[EVIL], []]})


@pytest.fixture
def loaded(shell: InteractiveShell) -> InteractiveShell:
    """Return a shell with dockmagic."""
    dockmagic.load_ipython_extension(shell)
    return shell


def html(shell: InteractiveShell, value: Any) -> str:
    """What a notebook would show."""
    assert shell.display_formatter is not None
    data: dict[str, str] = shell.display_formatter.format(value)[0]
    return data["text/html"]


def test_frames_are_tables_until_it_is_taken_back(loaded: InteractiveShell) -> None:
    """Every frame, also what was made of one of ours; by the setting, and by unloading."""
    plain = html(loaded, FRAME)
    assert "itables" not in plain
    for undo in ("%config DockMagic.table = ''", "dockmagic.unload_ipython_extension(get_ipython())"):
        loaded.run_cell("import dockmagic\n%config DockMagic.table = 'itables'").raise_error()
        assert "itables" in html(loaded, FRAME[["name"]])
        loaded.run_cell(undo).raise_error()
        assert html(loaded, FRAME) == plain


def test_it_is_a_setting_for_every_session_too(shell: InteractiveShell) -> None:
    """In ipython_config.py."""
    shell.config.DockMagic.table = "itables"
    dockmagic.load_ipython_extension(shell)
    assert "itables" in html(shell, FRAME)


def test_nothing_of_a_frame_is_markup(loaded: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever itables is told elsewhere: names and labels are an engine's, or anybody's who makes a container."""
    import itables.options  # noqa: PLC0415 - what is set here is put back

    monkeypatch.setattr(itables.options, "allow_html", True)
    loaded.run_cell("%config DockMagic.table = 'itables'").raise_error()
    shown = html(loaded, FRAME)
    assert "<img" not in shown
    assert "onerror" in shown


def test_a_hundred_containers_are_all_there(loaded: InteractiveShell) -> None:
    """A search in a choice of them would find nothing."""
    loaded.run_cell("%config DockMagic.table = 'itables'").raise_error()
    shown = html(loaded, pd.DataFrame({"name": [f"c{n:04d}-" + "x" * 300 for n in range(1000)]}))
    assert "c0999-" in shown
    assert "downsampled" not in shown


def test_what_is_no_table_is_refused(loaded: InteractiveShell, caplog: pytest.LogCaptureFixture) -> None:
    """And what there is is told."""
    loaded.run_cell("%config DockMagic.table = 'fancy'")
    assert "['', 'itables']" in caplog.text
    assert loaded.run_line_magic("config", "DockMagic.table") == ""


def test_without_itables_it_is_named(
    loaded: InteractiveShell, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how to get it; frames stay as they were."""
    monkeypatch.setitem(sys.modules, "itables", None)
    loaded.run_cell("%config DockMagic.table = 'itables'")
    assert "need itables, which is not installed: %pip install itables" in caplog.text
    assert loaded.run_line_magic("config", "DockMagic.table") == ""
    assert "itables" not in html(loaded, FRAME)
