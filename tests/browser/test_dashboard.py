"""The dashboard's notebook as a person uses it, in JupyterLab and as a page of Voila's; somebody else uses docker."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.boards import BUILD, in_lab, in_voila, row, select
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.dashboard_lab import Watched
    from tests.browser.servers import Server
    from tests.widgets.dashboards import Host

SCRIPT = "<img src=x onerror=window.__xss=1>"
OF_VOILA = "https://cdn.jsdelivr.net/npm/@fortawesome/"
"""What Voila's own page asks for, and does without."""

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module", params=["JupyterLab", "Voila"])
def page(
    request: pytest.FixtureRequest, host: Host, jupyter: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    """Open the notebook, on an engine with some containers."""
    host.empty()
    host.run("web", "-p", "8080:80", "--label", f"a={SCRIPT}")
    host.run("busy", command=("sh", "-c", "while :; do :; done"))
    host.run("sick", "--health-cmd", "false", "--health-interval", "1s", "--health-retries", "1")
    host.run("failed", command=("sh", "-c", "exit 3"))
    host.run("big", command=("dd", "if=/dev/zero", "of=/x", "bs=1M", "count=7"))
    host.docker("wait", "failed", "big")
    lab = request.param == "JupyterLab"
    opening = (
        in_lab(jupyter, host.dockerd.host) if lab else in_voila(tmp_path_factory.mktemp("voila"), host.dockerd.host)
    )
    with opening as opened:
        yield opened


@pytest.fixture
def board(page: Watched) -> Iterator[Locator]:
    """Return the dashboard, with nothing selected; no script may have failed, or have come from an engine."""
    board = page.page.locator(".dm-dash")
    yield board
    while (checked := board.locator("tbody input:checked")).count():
        checked.first.uncheck()
    assert page.errors == []
    assert page.page.evaluate("window.__xss") is None
    assert [url for url in page.elsewhere if not url.startswith(OF_VOILA)] == []


def test_it_says_at_a_glance_what_there_is(page: Watched, board: Locator) -> None:
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
    page.page.get_by_role("button", name="Remove containers that do not run…").wait_for()


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
    """And goes when it is removed."""
    host.run("by-itself")
    row(board, "by-itself").get_by_text("running").wait_for()
    host.docker("rm", "-f", "by-itself")
    row(board, "by-itself").wait_for(state="detached")


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


def test_log_lines_and_labels_run_no_script(page: Watched, board: Locator, host: Host) -> None:
    """They are text; escape sequences are left out. Names and images are such text as well, and their titles."""
    host.run("talker", command=("sh", "-c", f"echo '{SCRIPT}'; printf '\\033[31mred\\033[0m\\n'; sleep 1000"))
    select(board, "talker")
    board.get_by_role("button", name="Logs").click()
    lines = page.page.get_by_text(SCRIPT)
    lines.first.wait_for()
    page.page.get_by_text("red").first.wait_for()
    assert "\x1b" not in page.page.locator("body").inner_text()
    host.docker("exec", "talker", "sh", "-c", "echo followed > /proc/1/fd/1")
    logs = page.page.locator(".dm-logs")
    logs.get_by_text("followed").wait_for()
    logs.get_by_text("board.logs.frame").wait_for()
    page.page.screenshot(path=BUILD / f"dashboard-logs-{type(page).__name__.lower()}.png")
    logs.get_by_role("button", name="Close").click()
    logs.wait_for(state="detached")


@pytest.mark.parametrize("page", ["Voila"], indirect=True)
def test_each_visitor_of_voila_has_a_kernel_which_ends_when_they_go(page: Watched, board: Locator) -> None:
    """And the dashboard of somebody else goes on."""
    (first,) = kernels(page.server.pid)
    other = page.page.context.new_page()
    other.goto(page.server.url("/"), wait_until="domcontentloaded")
    other.locator(".dm-dash tbody tr").first.wait_for()
    assert len(kernels(page.server.pid)) == 2
    other.close(run_before_unload=True)
    assert eventually(lambda: kernels(page.server.pid) == [first])
    row(board, "web").wait_for()


def kernels(server: int) -> list[str]:
    """The processes of Jupyter's kernels that a server has started."""
    found = []
    for pid in Path(f"/proc/{server}/task/{server}/children").read_text(encoding="utf-8").split():
        with contextlib.suppress(OSError):  # it has just ended
            if b"ipykernel" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def test_a_killed_engine_leaves_what_was_known_and_afterwards_everything_goes_on(
    page: Watched, board: Locator, host: Host
) -> None:
    """It says when it tries again; a gap stands in the events."""
    host.dockerd.halt(hard=True)
    board.locator(".dm-dash-state").get_by_text("reconnecting").wait_for()
    row(board, "web").get_by_text("running").wait_for()
    assert board.get_by_role("button", name="Stopped containers").get_attribute("aria-disabled") == "true"
    page.page.screenshot(path=BUILD / f"dashboard-reconnecting-{type(page).__name__.lower()}.png")
    host.dockerd.start()
    board.locator(".dm-dash-state").get_by_text("live").wait_for()
    row(board, "web").get_by_text("exited").wait_for()
    page.page.get_by_text("may be missing").wait_for()
    host.run("after")
    row(board, "after").get_by_text("running").wait_for()
