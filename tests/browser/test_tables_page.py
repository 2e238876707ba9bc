"""Frames as tables that can be searched, in a page that a browser opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from tests.browser.dashboard_lab import browsing

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "</script><img src=x onerror='window.__xss = 1'>"


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_page_of_it_can_be_searched_and_runs_nothing_of_an_engines(browser: None, tmp_path: Path) -> None:
    """Without a network: the library is in the notebook."""
    cells = (
        "%load_ext dockmagic\n%config DockMagic.table = 'itables'",
        "%dconnect demo",
        f"import dockmagic\nevil = {EVIL!r}\nengine = dockmagic.current()",
        (
            "for number in range(12):\n"
            "    dockmagic.create(engine, 'busybox', [evil], name=f'web-{number}', labels={'evil': evil})"
        ),
        "%dps -a",
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    page_file = tmp_path / "page.html"
    exporter = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="", mermaid_js_url="")
    page_file.write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
    from playwright.sync_api import expect  # noqa: PLC0415 - may be missing

    with browsing(tmp_path / "profile") as context:
        page = context.new_page()
        page.goto(page_file.as_uri())
        table = page.locator("table.dataTable").last
        expect(table).to_contain_text(EVIL)
        page.get_by_role("searchbox").last.fill("web-11")
        expect(table.locator("tbody tr")).to_have_count(1)
        assert page.evaluate("window.__xss") is None
