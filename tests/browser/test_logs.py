"""Live logs as a person uses them: JupyterLab in a browser, and containers that write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.dashboard_lab import opened
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.dashboard_lab import Lab
    from tests.browser.servers import Server
    from tests.widgets.dashboards import Host

BUILD = Path(__file__).parent.parent.parent / "build"
SCRIPT = "<img src=x onerror=window.injected=1>"
FIFO = "[ -p /f ] || mkfifo /f; while :; do cat /f; done"
"""Writes what is written into /f."""
FLOOD = (
    "read go < /go; i=0; while [ $i -lt 40 ]; do seq 1 2000; usleep 100000; i=$((i+1)); done; echo the last; sleep 1000"
)
"""20,000 lines per second, 80,001 in all, when it is told to."""

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(180),
]


def say(host: Host, name: str, text: str) -> None:
    """Let a container of FIFO write this, a format of printf."""
    host.docker("exec", name, "sh", "-c", 'while ! [ -p /f ]; do :; done; printf "$0" > /f', text)


@pytest.fixture(scope="module")
def lab(host: Host, jupyter: Server) -> Iterator[Lab]:
    """Open a notebook with the logs of two containers, and one of its own for the flood."""
    host.run("web", command=("sh", "-c", FIFO))
    host.run("worker-with-a-long-name", command=("sh", "-c", f"echo starting >&2; {FIFO}"))
    host.run("flood", command=("sh", "-c", f"mkfifo /go; {FLOOD}"))
    cells = (
        f"%load_ext dockmagic\n%dconnect {host.dockerd.host};",
        "both = %dlogs -f web worker-with-a-long-name\nboth",
        "flood = %dlogs -f flood\nflood",
    )
    with opened(jupyter, *cells, name="logs") as lab:
        lab.page.locator(".dm-logs").nth(1).locator(".dm-state").get_by_text("live").wait_for()
        yield lab


@pytest.fixture
def logs(lab: Lab) -> Iterator[Locator]:
    """Return the view of two containers; no error of a script may have come."""
    view = lab.page.locator(".dm-logs").first
    view.scroll_into_view_if_needed()
    yield view
    assert lab.errors == []
    assert lab.page.evaluate("window.injected") is None


def test_lines_appear_as_they_are_written(logs: Locator, host: Host) -> None:
    """Of both containers, each with its name, and stderr said in words."""
    logs.locator(".dm-state").get_by_text("live").wait_for()
    say(host, "web", "GET / 200\\n")
    say(host, "worker-with-a-long-name", "job 1 done\\n")
    logs.locator(".dm-line:has-text('web'):has-text('GET / 200')").wait_for()
    logs.locator(".dm-line:has-text('worker-with-a-long-name'):has-text('job 1 done')").wait_for()
    logs.locator(".dm-stderr:has-text('err'):has-text('starting')").wait_for()
    logs.get_by_text("both.frame").wait_for()


def test_the_filter_leaves_what_has_all_words(logs: Locator, host: Host) -> None:
    """Of the name too; / goes there, Escape empties it."""
    say(host, "web", "needle one\\nhay\\n")
    logs.get_by_text("needle one").wait_for()
    logs.locator(".dm-scroll").focus()
    logs.page.keyboard.press("/")
    logs.page.keyboard.type("WEB needle")
    logs.get_by_text("hay", exact=True).wait_for(state="detached")
    assert logs.locator(".dm-line").all_inner_texts()[0].endswith("needle one")
    say(host, "web", "needle two\\nmore hay\\n")
    logs.get_by_text("needle two").wait_for()
    assert logs.get_by_text("more hay").count() == 0
    logs.page.keyboard.press("Escape")
    logs.get_by_text("more hay").wait_for()


def test_a_pause_holds_what_is_there(logs: Locator, host: Host) -> None:
    """What comes meanwhile is counted, and there afterwards."""
    logs.get_by_role("button", name="Pause").click()
    say(host, "web", "meanwhile 1\\nmeanwhile 2\\n")
    logs.get_by_role("button", name="Resume (2 new)").click()
    logs.get_by_text("meanwhile 2").wait_for()


def test_whoever_has_scrolled_up_stays_there(logs: Locator, host: Host) -> None:
    """Until they go to the end again; then it stays at the end."""
    loop = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo filler $i; done > /f"
    host.docker("exec", "web", "sh", "-c", loop)
    logs.get_by_text("filler 200").wait_for()
    scroll = logs.locator(".dm-scroll")
    at_end = "e => e.scrollHeight - e.scrollTop - e.clientHeight < 2"
    assert scroll.evaluate(at_end)
    scroll.evaluate("e => { e.scrollTop = 300; }")
    logs.get_by_role("button", name="newest").wait_for()
    say(host, "web", "far below\\n")
    logs.get_by_role("button", name="1 new").wait_for()
    assert scroll.evaluate("e => e.scrollTop") == 300
    logs.get_by_role("button", name="1 new").click()
    logs.get_by_text("far below").wait_for()
    assert scroll.evaluate(at_end)
    logs.get_by_role("button", name="Clear").click()
    logs.get_by_text("Cleared.").wait_for()


def test_what_a_container_writes_is_text(logs: Locator, host: Host) -> None:
    """No script runs, no escape sequence colours or clears anything, and what hides text is gone."""
    say(host, "web", f"{SCRIPT}\\n")
    say(host, "web", "\\033[31mred\\033[0m \\033]0;title\\007 \\033[2Jcleared \\342\\200\\256kcab\\n")
    say(host, "web", "  50 %%\\r 100 %%\\n")
    logs.get_by_text(SCRIPT).wait_for()
    logs.get_by_text("red  cleared  kcab").wait_for()
    assert logs.locator(".dm-text:has-text('100 %')").text_content() == " 100 %"
    assert logs.locator("img").count() == 0


def test_a_restart_is_told(logs: Locator, host: Host, lab: Lab) -> None:
    """Between the lines, and in the frame."""
    host.docker("restart", "-t", "0", "worker-with-a-long-name")
    note = ".dm-note:has-text('worker-with-a-long-name')"
    logs.locator(f"{note}:has-text('started again') + .dm-line:has-text('starting')").wait_for()


def test_twenty_thousand_lines_per_second_are_all_there_and_the_page_is_usable(lab: Lab, host: Host) -> None:
    """Its buttons answer meanwhile; it has the last thousand lines, and the frame all."""
    view = lab.page.locator(".dm-logs").nth(1)
    view.scroll_into_view_if_needed()
    host.docker("exec", "flood", "sh", "-c", "echo > /go")
    view.locator(".dm-line").nth(500).wait_for()
    view.get_by_role("button", name="Pause").click()
    view.get_by_role("button", name="Resume").click()
    view.get_by_role("button", name="Pause").wait_for()
    view.locator(".dm-filter").fill("the last")
    view.locator(".dm-line:has-text('the last')").wait_for()
    view.get_by_text("80,001 seen").wait_for()
    view.locator(".dm-filter").fill("")
    view.locator(".dm-line:has-text('1999')").wait_for()
    assert view.locator(".dm-line").count() == 1000
    told = lab.server.home / "told"
    lab.execute("whole = 40 * [str(number) for number in range(1, 2001)] + ['the last']")
    lab.execute(f"open({str(told)!r}, 'w').write(str(list(flood.frame['line']) == whole))")
    assert eventually(lambda: told.exists() and told.read_text(encoding="utf-8") == "True")
    view.get_by_text("all 80,001 as a DataFrame: flood.frame").wait_for()


@pytest.mark.parametrize("width", [800, 1600])
@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_nothing_is_cut_off_whatever_the_width_and_the_theme(
    lab: Lab, logs: Locator, host: Host, width: int, theme: str
) -> None:
    """The pictures are in build/, to be looked at."""
    say(host, "web", f"10.0.0.7 GET /shop/items/17 HTTP/1.1 200 {'wide ' * 40}\\n")
    say(host, "worker-with-a-long-name", "job done\\n")
    lab.shoot(BUILD / f"logs-{width}-{theme.lower()}.png", width=width, theme=theme)
    wider = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => box.className)"
    assert logs.locator(".dm-scroll, .dm-tools, .dm-head, .dm-foot").evaluate_all(wider) == []
