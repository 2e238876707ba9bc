"""Pictures of a dashboard with a crowd of containers, kept in build/ to be looked at, and what can be told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.boards import BUILD, row, select
from tests.browser.crowd import LONG, crowd
from tests.browser.dashboard_lab import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.dashboard_lab import Lab
    from tests.browser.servers import Server
    from tests.widgets.dashboards import Host

WIDTH = "box => box.getBoundingClientRect().width"
CHANGED = "before => document.querySelector('.dm-dash').getBoundingClientRect().width !== before"
WIDER = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => box.className)"

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def lab(host: Host, jupyter: Server) -> Iterator[Lab]:
    """Open a notebook with a dashboard of that host."""
    crowd(host)
    cells = (f"%load_ext dockmagic\n%dconnect {host.dockerd.host};", "board = %dashboard\nboard")
    with opened(jupyter, *cells, name="pictures") as lab:
        board = lab.page.locator(".dm-dash")
        row(board, "shop-worker-1").get_by_text("%").wait_for()
        board.get_by_text("1 unhealthy").wait_for()
        yield lab
    host.docker("unpause", "backup")


@pytest.fixture
def board(lab: Lab) -> Locator:
    """Return the dashboard."""
    return lab.page.locator(".dm-dash")


@pytest.mark.parametrize("width", [800, 1600])
@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_nothing_is_cut_off_whatever_the_width_and_the_theme(lab: Lab, board: Locator, width: int, theme: str) -> None:
    """No part of it is wider than its place."""
    lab.shoot(BUILD / f"dashboard-{width}-{theme.lower()}.png", width=width, theme=theme, height=1400)
    parts = board.locator(".dm-dash-scroll:visible, .dm-dash-tools:visible, .dm-dash-bar:visible, .dm-dash-tabs")
    assert parts.evaluate_all(WIDER) == []


def test_health_checks_do_not_fill_the_events(lab: Lab) -> None:
    """Three of them come with each check; whoever wants them shows them."""
    events = lab.page.locator(".dm-events")
    toggle = events.get_by_role("button", name="exec")
    assert toggle.get_attribute("aria-pressed") == "false"
    assert events.get_by_text("exec_start").count() == 0
    toggle.click()
    events.get_by_text("exec_start").first.wait_for()
    toggle.click()
    events.get_by_text("exec_start").first.wait_for(state="detached")


def test_in_a_narrow_page_the_lines_go_first_then_the_ports_then_the_age(lab: Lab, board: Locator) -> None:
    """And never anything else, nor is there a scroll bar to the right."""
    web = row(board, "shop-web-1")
    parts = {"lines": web.locator("svg").first, "ports": web.get_by_text("8080→80"), "age": web.locator(".dm-dash-age")}
    lab.page.set_viewport_size({"width": 1600, "height": 1200})
    web.locator("svg").first.wait_for()
    gone: list[str] = []
    for width in range(1540, 640, -60):
        before = board.evaluate(WIDTH)
        lab.page.set_viewport_size({"width": width, "height": 1200})
        lab.page.wait_for_function(CHANGED, arg=before)  # JupyterLab lays its parts out in its own time
        gone += [name for name, part in parts.items() if name not in gone and not part.is_visible()]
        assert board.locator(".dm-dash-scroll:visible").evaluate_all(WIDER) == [], width
        assert web.get_by_text("healthy").is_visible()
    assert gone == ["lines", "ports", "age"]


def test_what_is_asked_and_what_is_told_is_in_the_picture_too(lab: Lab, board: Locator) -> None:
    """A question, an error, a note, what a clean-up would remove, and the other tables."""
    from playwright.sync_api import expect  # noqa: PLC0415 - may be missing

    lab.page.set_viewport_size({"width": 1600, "height": 1200})
    select(board, "backup", "grafana", LONG)
    board.get_by_role("button", name="Remove…").click()
    board.get_by_text("are killed").wait_for()
    board.get_by_role("button", name="Stopped containers").click()
    board.get_by_role("button", name="Remove 2 containers").wait_for()
    board.get_by_role("columnheader", name="memory").get_by_role("button").click()
    for width in (800, 1600):
        lab.shoot(BUILD / f"dashboard-asking-{width}.png", width=width, theme="Light", height=1500)
    cancel = board.get_by_role("button", name="Cancel")
    for left in (1, 0):  # the question's, and the clean-up's
        cancel.first.click()
        expect(cancel).to_have_count(left)
    for name in ("Images", "Volumes", "Networks"):
        board.get_by_role("tab", name=name).click()
        board.get_by_role("tabpanel", name=name).locator("tbody tr").first.wait_for()
        lab.shoot(BUILD / f"dashboard-{name.lower()}.png", width=1200, theme="Dark", height=800)
    board.get_by_role("tab", name="Containers").click()
