"""Live events and live stats as a person uses them: JupyterLab in a browser, and somebody else with docker."""

from __future__ import annotations

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
WIDER = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => box.className)"
BOXES = ".dm-scroll, .dm-head, .dm-tools, .dm-foot, .dm-dash-scroll, .dm-dash-tools, .dm-dash-bar, .dm-dash-head"

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(180),
]


@pytest.fixture(scope="module")
def lab(host: Host, jupyter: Server) -> Iterator[Lab]:
    """Open a notebook with live events and stats of an engine on which something happens."""
    host.run("web", "--label", f"a={SCRIPT}")
    host.run("busy", command=("sh", "-c", "while :; do :; done"))
    cells = (
        f"%load_ext dockmagic\n%dconnect {host.dockerd.host};",
        "usage = %dstats --live\nusage",
        "seen = %devents --live\nseen",
    )
    with opened(jupyter, *cells, name="live") as lab:
        lab.page.locator(".dm-events .dm-state").get_by_text("live").wait_for()
        lab.page.locator(".dm-stats tbody tr").first.wait_for()
        yield lab


@pytest.fixture
def events(lab: Lab) -> Iterator[Locator]:
    """Return the events, with nothing chosen; no error of a script may have come."""
    yield lab.page.locator(".dm-events")
    assert_sound(lab)


@pytest.fixture
def stats(lab: Lab) -> Iterator[Locator]:
    """Return the stats; no error of a script may have come."""
    yield lab.page.locator(".dm-stats")
    assert_sound(lab)


def assert_sound(lab: Lab) -> None:
    """No script of an engine has run, none of ours has failed, and nothing was fetched from elsewhere."""
    assert lab.errors == []
    assert lab.elsewhere == []
    assert lab.page.evaluate("window.injected") is None


def event(events: Locator, *words: str) -> Locator:
    """The rows of events that have all these words."""
    rows = events.locator("tbody tr")
    for word in words:
        rows = rows.filter(has_text=word)
    return rows


def usage(stats: Locator, name: str) -> Locator:
    """The row of a container."""
    return stats.locator(f"tbody tr:has(td > span:text-is('{name}'))")


def test_what_happens_appears_by_itself_the_newest_on_top(events: Locator, host: Host) -> None:
    """Those that failed are marked."""
    host.docker("run", "-d", "--name", "fails", "bb:1", "sh", "-c", "exit 3")
    event(events, "die", "fails", "exit code 3").wait_for()
    assert "dm-failed" in (event(events, "die", "fails").get_attribute("class") or "")
    host.docker("rm", "fails")
    event(events, "destroy", "fails").wait_for()
    actions = events.locator("tbody tr td.dm-action").all_inner_texts()
    assert actions.index("destroy") < actions.index("die") < actions.index("start")


def test_events_are_filtered_by_words_and_by_type(lab: Lab, events: Locator, host: Host) -> None:
    """By the keyboard alone: a slash, words, escape; tab and space."""
    host.docker("volume", "create", "filtered")
    host.docker("network", "create", "filtered")
    event(events, "volume", "filtered").wait_for()
    event(events, "network", "filtered").wait_for()
    events.get_by_role("button", name="container").focus()
    lab.page.keyboard.press("/")
    lab.page.keyboard.type("filtered volume")
    event(events, "network").first.wait_for(state="detached")
    assert event(events, "volume", "filtered").count() == 1
    lab.page.keyboard.press("Escape")
    event(events, "network", "filtered").wait_for()
    events.get_by_role("button", name="network").focus()
    lab.page.keyboard.press("Space")
    event(events, "network", "filtered").wait_for(state="detached")
    event(events, "volume", "filtered").wait_for()
    lab.page.keyboard.press("Space")
    event(events, "network", "filtered").wait_for()
    host.docker("volume", "rm", "filtered")
    host.docker("network", "rm", "filtered")


def test_pause_holds_what_is_shown_and_loses_nothing(events: Locator, host: Host) -> None:
    """What comes meanwhile is counted, and appears on Resume."""
    events.get_by_role("button", name="Pause").click()
    host.docker("volume", "create", "meanwhile")
    events.get_by_role("button", name="Resume (1 new)").wait_for()
    assert event(events, "meanwhile").count() == 0
    events.get_by_role("button", name="Resume").click()
    event(events, "meanwhile", "create").wait_for()
    host.docker("volume", "rm", "meanwhile")


def test_clear_empties_the_table_and_not_the_frame(lab: Lab, events: Locator, host: Host) -> None:
    """What happens afterwards appears."""
    events.get_by_role("button", name="Clear").click()
    events.get_by_text("Cleared. What happens from now on appears here.").wait_for()
    host.docker("volume", "create", "afterwards")
    event(events, "afterwards").wait_for()
    assert events.locator("tbody tr").count() == 1
    host.docker("volume", "rm", "afterwards")
    events.get_by_text("seen.frame").wait_for()
    lab.execute("assert len(seen.frame) > 1; import os; os.mkdir('frame-kept')")
    lab.page.wait_for_function(
        "async () => (await fetch('/api/contents/frame-kept?content=0')).status === 200", polling=200
    )


def test_names_and_commands_of_an_engine_run_no_script(events: Locator, host: Host) -> None:
    """They are text: of a network, of a process."""
    host.docker("network", "create", SCRIPT)
    event(events, "network", SCRIPT).first.wait_for()
    host.docker("network", "rm", SCRIPT)
    host.docker("exec", "web", "echo", SCRIPT)
    event(events, "exec_start", SCRIPT).wait_for()


def test_what_containers_use_is_shown_as_it_changes(stats: Locator, host: Host) -> None:
    """One that starts appears by itself; one that has ended says so, and then its figures are gone."""
    usage(stats, "busy").get_by_text("%").first.wait_for()
    usage(stats, "busy").locator("polyline[points*=',']").first.wait_for(state="attached")
    host.run("comes")
    usage(stats, "comes").get_by_text("KiB").or_(usage(stats, "comes").get_by_text("MiB")).first.wait_for()
    host.docker("rm", "-f", "comes")
    usage(stats, "comes").get_by_text("ended").wait_for()
    assert "%" not in usage(stats, "comes").inner_text()


def test_stats_are_sorted_by_mouse_and_by_keyboard(lab: Lab, stats: Locator) -> None:
    """By what uses most; once more the other way round; names from a to z."""
    head = stats.get_by_role("columnheader", name="cpu")
    head.get_by_role("button").click()
    stats.locator("tbody tr").first.filter(has_text="busy").wait_for()
    assert head.get_attribute("aria-sort") == "descending"
    names = stats.get_by_role("columnheader", name="name")
    names.get_by_role("button").focus()
    lab.page.keyboard.press("Enter")
    stats.locator("th[aria-sort=ascending]").filter(has_text="name").wait_for()
    found = stats.locator("tbody td:first-child > span:first-child").all_inner_texts()
    assert found == sorted(found)
    lab.page.keyboard.press("Space")
    stats.locator("th[aria-sort=descending]").filter(has_text="name").wait_for()
    stats.get_by_role("searchbox").fill("web")
    usage(stats, "busy").wait_for(state="detached")
    stats.get_by_role("searchbox").fill("")
    usage(stats, "busy").wait_for()


@pytest.mark.parametrize("width", [800, 1600])
@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_nothing_is_cut_off_whatever_the_width_and_the_theme(lab: Lab, width: int, theme: str) -> None:
    """The pictures are in build/, to be looked at."""
    lab.shoot(BUILD / f"live-{width}-{theme.lower()}.png", width=width, theme=theme)
    assert lab.page.locator(BOXES).evaluate_all(WIDER) == []
    assert_sound(lab)


def test_a_second_tab_shows_the_same(lab: Lab, events: Locator, host: Host) -> None:
    """What was there before it was opened, and what happens then; the first one goes on."""
    host.docker("volume", "create", "before-it")
    event(events, "before-it").wait_for()
    lab.save()
    other = lab.second()
    there = other.page.locator(".dm-events")
    event(there, "before-it").wait_for()
    usage(other.page.locator(".dm-stats"), "busy").get_by_text("%").first.wait_for()
    host.docker("volume", "rm", "before-it")
    for each in (there, events):
        event(each, "destroy", "before-it").wait_for()
    assert_sound(other)
    other.page.close()


def test_closing_takes_a_view_out_of_the_page(lab: Lab) -> None:
    """The other one stays."""
    lab.execute("seen.close()")
    lab.page.locator(".dm-events").wait_for(state="detached")
    lab.page.locator(".dm-stats").wait_for()
    lab.execute("%dlive --stop all")
    lab.page.locator(".dm-stats .dm-dash-state").get_by_text("stopped").wait_for()
