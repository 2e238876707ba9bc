"""A dashboard in a page, as a person finds their way in it, and where such pages come from."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.dashboard_lab import Watched, browsing, opened
from tests.browser.servers import voila

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.dashboard_lab import Lab
    from tests.browser.servers import Server

__all__ = ["BUILD", "NOTEBOOK", "in_lab", "in_voila", "row", "select"]

BUILD = Path(__file__).parent.parent.parent / "build"
NOTEBOOK = Path(__file__).parent.parent.parent / "notebooks" / "dashboard.ipynb"


@contextmanager
def in_lab(server: Server, host: str) -> Iterator[Lab]:
    """The dashboard's notebook in JupyterLab, on the engine at `host`."""
    with opened(server, NOTEBOOK, name="dashboard", environ={"DOCKER_HOST": host}) as lab:
        lab.page.locator(".dm-dash").scroll_into_view_if_needed()  # containers are sampled while it can be seen
        yield lab


@contextmanager
def in_voila(home: Path, host: str) -> Iterator[Watched]:
    """The same as a page of Voila's."""
    with voila(home, NOTEBOOK, environ={"DOCKER_HOST": host}) as server, browsing(home / "browser") as context:
        watched = Watched(context.new_page(), server)
        watched.page.goto(server.url("/"), wait_until="domcontentloaded")
        watched.page.locator(".dm-dash").scroll_into_view_if_needed()  # containers are sampled while it can be seen
        yield watched


def row(board: Locator, name: str) -> Locator:
    """The row of a container."""
    return board.locator(f".dm-dash-panel tbody tr:has(td:text-is('{name}'))")


def select(board: Locator, *names: str) -> None:
    """Tick the boxes of these containers."""
    for name in names:
        board.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
