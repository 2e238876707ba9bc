"""Thousands of events at once in the page of a kernel that is busy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.dashboard_lab import opened
from tests.engine.scripted import serving
from tests.feeds.teller import Teller

if TYPE_CHECKING:
    from tests.browser.servers import Server

BUILD = Path(__file__).parent.parent.parent / "build"
BURST = 5000
ROWS = "count => document.querySelectorAll('.dm-events tbody tr').length === count"

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(180),
]


def test_a_burst_while_the_kernel_is_busy_leaves_the_page_usable(jupyter: Server) -> None:
    """All are counted, the last 500 are there, buttons do what they say; then a gap is marked as one."""
    teller = Teller()
    with serving(teller.script, kind="unix") as server:
        cell = f"import dockmagic\nseen = dockmagic.live_events(dockmagic.connect('unix://{server.path}'))\nseen"
        try:
            with opened(jupyter, cell, name="burst") as lab:
                events = lab.page.locator(".dm-events")
                events.locator(".dm-state").get_by_text("live").wait_for()
                lab.execute("import time; time.sleep(15)")
                for _ in range(50):
                    teller.happen(BURST // 50)
                events.get_by_text(f"{BURST:,} seen").wait_for()
                lab.page.wait_for_function(ROWS, arg=500)
                assert f"e{BURST - 1}" in events.locator("tbody tr").first.inner_text()
                events.get_by_role("button", name="Pause").click()
                events.get_by_role("searchbox").fill(f"e{BURST - 1}")
                lab.page.wait_for_function(ROWS, arg=1)
                events.get_by_role("searchbox").fill("")
                lab.page.wait_for_function(ROWS, arg=500)
                events.get_by_role("button", name="Resume").click()
                teller.remembered.clear()
                teller.hang_up()
                events.locator("tr.dm-gap").get_by_text("may be missing").wait_for()
                lab.shoot(BUILD / "live-burst-gap.png", width=1600, theme="Light", height=800)
                assert lab.errors == []
        finally:
            teller.hang_up()
