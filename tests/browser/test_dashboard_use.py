"""A dashboard in JupyterLab, used with a mouse and without, in two tabs, while a cell runs, and after a reload."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.boards import row, select
from tests.browser.dashboard_lab import opened
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.dashboard_lab import Lab
    from tests.browser.servers import Server
    from tests.widgets.dashboards import Host

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # playwright's own
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def lab(host: Host, jupyter: Server) -> Iterator[Lab]:
    """Open a notebook with a dashboard of an engine with two containers."""
    host.run("web")
    host.run("ended", command=("true",))
    cells = (f"%load_ext dockmagic\n%dconnect {host.dockerd.host};", "board = %dashboard\nboard")
    with opened(jupyter, *cells, name="use") as lab:
        row(lab.page.locator(".dm-dash"), "web").wait_for()
        yield lab


@pytest.fixture
def board(lab: Lab) -> Iterator[Locator]:
    """Return the dashboard, with nothing selected and no filter; no error of a script may have come."""
    board = lab.page.locator(".dm-dash")
    yield board
    board.get_by_role("searchbox").fill("")
    while (checked := board.locator("tbody input:checked")).count():
        checked.first.uncheck()
    assert lab.errors == []
    assert lab.elsewhere == []


def names(board: Locator, *expected: str) -> None:
    """Wait until the table shows these containers, in this order."""
    from playwright.sync_api import expect  # noqa: PLC0415 - may be missing

    expect(board.get_by_role("tabpanel", name="Containers").locator("tbody td:nth-child(2)")).to_have_text([*expected])


def title(board: Locator, name: str) -> Locator:
    """The title of a column of the containers."""
    return board.get_by_role("tabpanel", name="Containers").get_by_role("columnheader", name=name, exact=True)


def sorting(board: Locator, name: str) -> str | None:
    """How the column says that it is sorted."""
    return title(board, name).get_attribute("aria-sort")


def test_remove_asks_in_place(board: Locator, host: Host) -> None:
    """Cancel leaves everything, and the focus where it was. The focus never falls out of the dashboard."""
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
    assert board.get_by_role("searchbox").evaluate("box => document.activeElement === box")


def test_it_can_be_used_without_a_mouse(lab: Lab, board: Locator, host: Host) -> None:
    """A slash goes to the filter, tab on from there, space selects, and the notebook's own keys stay out of it."""
    host.run("by-keys")
    board.get_by_role("tab", name="Containers").focus()
    lab.page.keyboard.press("/")
    lab.page.keyboard.type("by-keysdd")  # one word: by itself dd is found in one id of twenty
    board.get_by_text("No container matches.").wait_for()
    for _ in range(2):
        lab.page.keyboard.press("Backspace")
    row(board, "by-keys").wait_for()
    title(board, "age").get_by_role("button").focus()
    for key in ("Tab", "Space"):  # the titles are before the only row
        lab.page.keyboard.press(key)
    assert row(board, "by-keys").get_by_role("checkbox").is_checked()
    board.get_by_role("searchbox").fill("")
    row(board, "web").wait_for()
    assert row(board, "by-keys").get_by_role("checkbox").is_checked()


def test_a_title_sorts_and_rows_keep_their_places_until_they_are_sorted_again(
    lab: Lab, board: Locator, host: Host
) -> None:
    """By click and by key; a new row takes its place among the others."""
    for name in ("sort-10", "sort-b", "sort-9"):
        host.run(name)
    board.get_by_role("searchbox").fill("sort-")
    names(board, "sort-9", "sort-b", "sort-10")
    title(board, "name").get_by_role("button").click()
    names(board, "sort-9", "sort-10", "sort-b")
    assert (sorting(board, "name"), sorting(board, "cpu")) == ("ascending", "none")
    host.run("sort-a")
    names(board, "sort-9", "sort-10", "sort-a", "sort-b")
    lab.page.keyboard.press("Enter")
    names(board, "sort-b", "sort-a", "sort-10", "sort-9")
    assert sorting(board, "name") == "descending"
    title(board, "state").get_by_role("button").click()
    host.docker("stop", "sort-9")
    row(board, "sort-9").get_by_text("exited").wait_for()
    names(board, "sort-a", "sort-9", "sort-b", "sort-10")
    title(board, "state").get_by_title("Values have changed: sort by state again").click()
    names(board, "sort-9", "sort-a", "sort-b", "sort-10")
    for expected in ("descending", "none"):
        title(board, "state").get_by_role("button").click()
        assert eventually(lambda expected=expected: sorting(board, "state") == expected)  # type: ignore[misc]
    names(board, "sort-a", "sort-9", "sort-b", "sort-10")


def test_it_goes_on_while_a_cell_runs(lab: Lab, board: Locator, host: Host) -> None:
    """What happens is shown meanwhile. What is pressed is done meanwhile too, or it says that it waits."""
    host.run("pressed-meanwhile")
    select(board, "pressed-meanwhile")
    go_on = lab.server.home / "go-on"
    lab.execute(f"import pathlib, time\nwhile not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.05)")
    lab.busy()
    board.get_by_role("button", name="Stop 1 container").click()
    host.run("seen-meanwhile")
    row(board, "seen-meanwhile").wait_for()
    stopped = row(board, "pressed-meanwhile").get_by_text("exited 137")
    board.get_by_text("The kernel has not answered yet").or_(stopped).first.wait_for()
    go_on.touch()
    stopped.wait_for()
    board.get_by_text("The kernel has not answered yet").wait_for(state="hidden")
    lab.idle()


def test_a_page_that_is_loaded_anew_shows_what_is_now(lab: Lab, board: Locator, host: Host) -> None:
    """The saved output comes to life: it is current, goes on, and its buttons work."""
    lab.save()
    lab.page.goto("about:blank")
    host.run("while-nobody-looked")
    lab.open(anew=False)
    row(board, "while-nobody-looked").get_by_text("running").wait_for()
    board.locator(".dm-dash-state").get_by_text("live").wait_for()
    select(board, "while-nobody-looked")
    board.get_by_role("button", name="Stop 1 container").click()
    row(board, "while-nobody-looked").get_by_text("exited 137").wait_for()
    lab.page.locator(".dm-events").get_by_text("while-nobody-looked").first.wait_for()


def test_a_second_tab_shows_the_same_and_the_first_one_goes_on(lab: Lab, board: Locator, host: Host) -> None:
    """What is pressed in one is seen in both; what is selected is each tab's own."""
    host.run("in-both")
    row(board, "in-both").wait_for()
    lab.save()
    other = lab.second()
    there = other.page.locator(".dm-dash")
    select(there, "in-both")
    there.get_by_role("button", name="Stop 1 container").click()
    for each in (there, board):
        row(each, "in-both").get_by_text("exited 137").wait_for()
        each.get_by_text("Stopped in-both.").wait_for()
    assert not row(board, "in-both").get_by_role("checkbox").is_checked()
    assert other.errors == []
    other.page.close()
    host.run("after-it-was-closed")
    row(board, "after-it-was-closed").wait_for()


def threads(lab: Lab) -> set[str]:
    """What runs in the kernel, by the names up to the number of a dashboard."""
    found = lab.server.home / "threads.json"
    lab.execute(
        "import json, pathlib, threading\n"
        f"pathlib.Path({str(found)!r}).write_text(json.dumps([each.name for each in threading.enumerate()]))",
        wait=True,
    )
    ours = [name for name in json.loads(found.read_text(encoding="utf-8")) if name.startswith("dockmagic-")]
    return {"-".join(name.split("-")[:3]) for name in ours}


def test_a_cell_that_is_run_again_replaces_its_dashboard(lab: Lab, board: Locator) -> None:
    """The one before has stopped: each has threads that bear its number."""
    (before,) = [name for name in threads(lab) if name.startswith("dockmagic-dashboard")]
    lab.run_again()
    row(board, "web").wait_for()
    assert board.count() == 1
    assert eventually(lambda: len(threads(lab)) == 2 and before not in threads(lab))  # it, and its feed


def test_what_is_closed_is_gone_and_nothing_runs(lab: Lab, board: Locator) -> None:
    """Neither in the page nor in the kernel."""
    lab.execute("board.close()", wait=True)
    board.wait_for(state="detached")
    assert eventually(lambda: threads(lab) == set())
    lab.run_again()
    row(board, "web").wait_for()
    lab.execute("get_ipython().run_line_magic('unload_ext', 'dockmagic')", wait=True)
    board.locator(".dm-dash-state").get_by_text("stopped").wait_for()
    assert eventually(lambda: threads(lab) == set())
    lab.run_again()
    board.locator(".dm-dash-state").get_by_text("live").wait_for()


def test_a_kernel_that_ends_takes_everything_with_it(lab: Lab, board: Locator) -> None:
    """The page says so, and still shows how it was."""
    pid = lab.server.home / "pid"
    lab.execute(f"import os, pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))", wait=True)
    process = Path("/proc") / pid.read_text(encoding="utf-8")
    assert process.exists()
    lab.restart()
    assert eventually(lambda: not process.exists())
    row(board, "web").wait_for()
    said = "element => getComputedStyle(element, '::after').content"
    assert eventually(lambda: "the kernel has gone" in board.locator(".dm-dash-head").evaluate(said))
    assert not board.locator(".dm-dash-state").is_visible()
