"""The dashboard as a person uses it: JupyterLab in a browser, and somebody else with docker's command line."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.dashboard_lab import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.dashboard_lab import Lab
    from tests.browser.servers import Server
    from tests.widgets.dashboards import Host

BUILD = Path(__file__).parent.parent.parent / "build"
SCRIPT = "<img src=x onerror=window.injected=1>"

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(180),
]


@pytest.fixture(scope="module")
def lab(host: Host, jupyter: Server) -> Iterator[Lab]:
    """Open a notebook with a dashboard of an engine with some containers."""
    host.run("web", "-p", "8080:80", "--label", f"a={SCRIPT}")
    host.run("busy", command=("sh", "-c", "while :; do :; done"))
    host.run("sick", "--health-cmd", "false", "--health-interval", "1s", "--health-retries", "1")
    host.run("failed", command=("sh", "-c", "exit 3"))
    host.run("big", command=("dd", "if=/dev/zero", "of=/x", "bs=1M", "count=7"))
    host.docker("wait", "failed", "big")
    cells = (f"%load_ext dockmagic\n%dconnect {host.dockerd.host};", "board = %dashboard\nboard")
    with opened(jupyter, *cells, name="dashboard") as lab:
        lab.page.locator(".dm-dash tbody tr").first.wait_for()
        yield lab


@pytest.fixture
def board(lab: Lab) -> Iterator[Locator]:
    """Return the dashboard, with nothing selected; no error of a script may have come."""
    board = lab.page.locator(".dm-dash")
    yield board
    while (checked := board.locator("tbody input:checked")).count():
        checked.first.uncheck()
    assert lab.errors == []
    assert lab.page.evaluate("window.injected") is None


def row(board: Locator, name: str) -> Locator:
    """The row of a container."""
    return board.locator(f".dm-dash-panel tbody tr:has(td:text-is('{name}'))")


def select(board: Locator, *names: str) -> None:
    """Tick the boxes of these containers."""
    for name in names:
        board.get_by_role("checkbox", name=f"Select {name}", exact=True).check()


def test_it_says_at_a_glance_what_there_is(board: Locator) -> None:
    """Whether it is connected, what is unhealthy, what ended how, and what uses the processors."""
    board.locator(".dm-dash-state").get_by_text("live").wait_for()
    board.get_by_text("1 unhealthy").wait_for()
    row(board, "failed").get_by_text("exited 3").wait_for()
    row(board, "web").get_by_text("8080→80").wait_for()
    row(board, "busy").get_by_text("%").wait_for()
    board.get_by_text("reclaimable").wait_for()
    board.get_by_role("tab", name="Networks").click()
    board.get_by_role("tabpanel", name="Networks").get_by_text("bridge").first.wait_for()
    board.get_by_role("tab", name="Containers").click()


@pytest.mark.parametrize("width", [800, 1600])
@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_nothing_is_cut_off_whatever_the_width_and_the_theme(lab: Lab, board: Locator, width: int, theme: str) -> None:
    """The pictures are in build/, to be looked at."""
    lab.shoot(BUILD / f"dashboard-{width}-{theme.lower()}.png", width=width, theme=theme)
    wider = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => box.className)"
    assert (
        board.locator(".dm-dash-scroll:visible, .dm-dash-tools:visible, .dm-dash-bar:visible").evaluate_all(wider) == []
    )


def test_stop_changes_the_row(board: Locator, host: Host) -> None:
    """And says what it does to what, and what it did."""
    host.run("stop-me")
    host.run("stop-me-too")
    select(board, "stop-me", "stop-me-too")
    board.get_by_role("button", name="Stop 2 containers").click()
    for name in ("stop-me", "stop-me-too"):
        row(board, name).get_by_text("exited 137").wait_for()
        row(board, name).get_by_text("stopped in ").wait_for()
        assert row(board, name).get_by_role("checkbox").is_checked()
    board.get_by_text("Stopped stop-me").wait_for()
    board.get_by_role("button", name="Start 2 containers", exact=True).click()
    row(board, "stop-me").get_by_text("running").wait_for()


def test_a_container_that_somebody_else_starts_appears_by_itself(board: Locator, host: Host) -> None:
    """In less than 300 ms behind the engine's answer, with some time for the test itself."""
    host.run("by-itself")
    started = time.perf_counter()
    row(board, "by-itself").get_by_text("running").wait_for()
    assert time.perf_counter() - started < 1
    host.docker("rm", "-f", "by-itself")
    row(board, "by-itself").wait_for(state="detached")


def test_remove_asks_in_place(board: Locator, host: Host) -> None:
    """Cancel leaves everything, and the focus where it was."""
    host.run("remove-me")
    select(board, "remove-me")
    board.get_by_role("button", name="Remove…").click()
    board.get_by_text("Remove remove-me? 1 runs and is killed.").wait_for()
    board.locator(".dm-dash-ask").get_by_role("button", name="Cancel").click()
    assert board.get_by_role("button", name="Remove…").evaluate("button => document.activeElement === button")
    assert "remove-me" in host.names()
    board.get_by_role("button", name="Remove…").click()
    board.get_by_role("button", name="Remove 1 container").click()
    row(board, "remove-me").wait_for(state="detached")
    assert "remove-me" not in host.names()


def test_it_can_be_used_without_a_mouse(lab: Lab, board: Locator, host: Host) -> None:
    """A slash goes to the filter, tab on from there, space selects, and the notebook's own keys stay out of it."""
    host.run("by-keys")
    board.get_by_role("tab", name="Containers").focus()
    lab.page.keyboard.press("/")
    lab.page.keyboard.type("by-keys dd")
    board.get_by_text("No container matches.").wait_for()
    for _ in range(3):
        lab.page.keyboard.press("Backspace")
    row(board, "by-keys").wait_for()
    for key in ("Tab", "Tab", "Tab", "Space"):  # show stopped, all, the only row
        lab.page.keyboard.press(key)
    assert row(board, "by-keys").get_by_role("checkbox").is_checked()
    board.get_by_role("searchbox").fill("")
    row(board, "web").wait_for()
    assert row(board, "by-keys").get_by_role("checkbox").is_checked()


def test_log_lines_and_labels_run_no_script(board: Locator, host: Host) -> None:
    """They are text; escape sequences are left out."""
    host.run("talker", command=("sh", "-c", f"echo '{SCRIPT}'; printf '\\033[31mred\\033[0m\\n'; sleep 1000"))
    select(board, "talker")
    board.get_by_role("button", name="Logs").click()
    lines = board.locator(".dm-dash-lines")
    lines.get_by_text(SCRIPT).wait_for()
    assert "\x1b" not in lines.inner_text()
    assert lines.inner_text().endswith("  red")
    board.locator(".dm-dash-logs").get_by_role("button", name="Close").click()


def test_it_goes_on_while_a_cell_runs(lab: Lab, board: Locator, host: Host) -> None:
    """What happens is shown meanwhile; what is pressed is done at the latest when the cell has ended."""
    host.run("pressed-meanwhile")
    select(board, "pressed-meanwhile")
    lab.execute("import time; time.sleep(4)")
    board.get_by_role("button", name="Stop 1 container").click()
    started = time.perf_counter()
    host.run("seen-meanwhile")
    row(board, "seen-meanwhile").wait_for()
    assert time.perf_counter() - started < 3
    row(board, "pressed-meanwhile").get_by_text("exited 137").wait_for()


def test_clean_up_shows_what_goes_asks_and_removes_exactly_that(board: Locator, host: Host) -> None:
    """Compared with the engine before and after."""
    ended = set(host.docker("ps", "-a", "--filter", "status=exited", "--format", "{{.Names}}").split())
    everything = host.names()
    assert {"failed", "big"} <= ended < everything
    board.get_by_role("button", name="Stopped containers").click()
    offered = board.locator(".dm-dash-offer tbody tr")
    offered.first.wait_for()
    assert set(offered.locator("td:nth-child(2)").all_inner_texts()) == ended
    assert host.names() == everything
    board.get_by_role("button", name=f"Remove {len(ended)} containers, free up to 7.34 MB").click()
    board.get_by_text(f"Removed {len(ended)} containers; the engine freed 7.34 MB.").wait_for()
    assert host.names() == everything - ended
    row(board, "big").wait_for(state="detached")


def test_a_killed_engine_leaves_what_was_known_and_afterwards_everything_goes_on(
    lab: Lab, board: Locator, host: Host
) -> None:
    """It says when it tries again; a gap stands in the events."""
    host.dockerd.halt(hard=True)
    board.locator(".dm-dash-state").get_by_text("reconnecting").wait_for()
    row(board, "web").get_by_text("running").wait_for()
    assert board.get_by_role("button", name="Stopped containers").get_attribute("aria-disabled") == "true"
    lab.shoot(BUILD / "dashboard-reconnecting.png", width=1600, theme="Light")
    host.dockerd.start()
    board.locator(".dm-dash-state").get_by_text("live").wait_for(timeout=60_000)
    row(board, "web").get_by_text("exited").wait_for()
    lab.page.get_by_text("may be missing").wait_for()
    host.run("after")
    row(board, "after").get_by_text("running").wait_for()
