"""`StatsView`: what a feed of stats tells a page; without a page it is a feed all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic.errors import NotFound
from dockmagic.feeds.feed_state import FeedState
from dockmagic.feeds.stats_member import Member
from dockmagic.widgets.dashboard_page import Page
from dockmagic.widgets.stats_html import TABLE_ROWS, stats_html
from dockmagic.widgets.stats_rows import StatsRows
from tests.engine.scripted import eventually
from tests.feeds.stats_teller import LIMIT, MEMORY, RECEIVED, SHARE, StatsTeller
from tests.feeds.teller import telling
from tests.feeds.test_stats_feed import listens, threads
from tests.widgets.front_end import FrontEnd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic.widgets.stats_view import StatsView
    from tests.engines.dockerd import Dockerd

SCRIPT = "<img src=x onerror=alert(1)>"
IDENTITY = "a" * 64


@pytest.fixture
def teller() -> StatsTeller:
    """Return a scripted engine with two containers that run."""
    return StatsTeller("a", "b")


@pytest.fixture
def view(teller: StatsTeller) -> Iterator[StatsView]:
    """Return a live view of it, which listens to both."""
    with telling(teller) as engine:
        view = dockmagic.live_stats(engine)
        engine.close()
        with view:
            assert listens(teller, "a", "b")
            yield view
    assert eventually(lambda: threads() == [])


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> FrontEnd:
    """Return a front end for the widgets that are made."""
    return FrontEnd(monkeypatch)


def page(front_end: FrontEnd) -> dict[str, Any]:
    """What a page shows that listens: all it was told, and each change since."""
    shown: dict[str, Any] = {"seq": -1}
    for said in list(front_end.said):
        if "whole" in said:
            shown = {**said["whole"], "rows": dict(said["whole"]["rows"]), "sections": dict(said["whole"]["sections"])}
        elif said["patch"]["seq"] == shown["seq"] + 1:
            patch = said["patch"]
            shown["seq"] = patch["seq"]
            shown["rows"].update(patch.get("rows", {}))
            for identity in patch.get("gone", ()):
                del shown["rows"][identity]
            shown["sections"].update(patch.get("sections", {}))
    return shown


def row_of(front_end: FrontEnd, name: str) -> dict[str, Any]:
    """The row of a container in that page; empty if there is none."""
    return next((row for row in page(front_end).get("rows", {}).values() if row["name"] == name), {})


def test_it_has_frames_with_no_page_at_all(view: StatsView, teller: StatsTeller) -> None:
    """In a script: the newest figures and the series; they stay when it is closed."""
    teller.tick()
    assert eventually(lambda: not view.now["memory"].isna().any())
    teller.tick()
    assert eventually(lambda: view.rows == 2)
    assert repr(view).startswith(f"<live stats of {view.host}: 2 containers, connected; ")
    view.close()
    assert sorted(view.frame["name"]) == ["a", "b"]
    assert str(view.state) == "stopped"


def test_a_page_gets_figures_rates_and_what_goes_on(view: StatsView, teller: StatsTeller, front_end: FrontEnd) -> None:
    """Each change once, as JSON; of one that has ended no figures."""
    front_end.say(view.widget, {"kind": "all"})
    for tick in range(3):
        teller.tick()
        assert eventually(lambda: view.rows >= 2 * tick)  # noqa: B023 - is called at once
    assert eventually(lambda: row_of(front_end, "a").get("rx") is not None)
    row = row_of(front_end, "a")
    assert (row["state"], row["cpu"], row["memory"], row["limit"]) == ("running", SHARE * 100, MEMORY, LIMIT)
    assert (row["percent"], row["rx"], row["tx"], row["pids"]) == (25.0, RECEIVED, 0.0, 3)
    json.dumps(front_end.said)
    teller.begin("c")
    assert eventually(lambda: row_of(front_end, "c").get("state") == "running")
    teller.end("a")
    assert eventually(lambda: row_of(front_end, "a").get("state") == "ended")
    assert row_of(front_end, "a")["cpu"] is None
    assert page(front_end)["sections"]["view"]["host"] == view.host
    assert page(front_end)["sections"]["feed"]["name"] == "connected"


def test_a_page_hears_of_the_end(view: StatsView, front_end: FrontEnd) -> None:
    """What is shown stays."""
    front_end.say(view.widget, {"kind": "all"})
    view.stop()
    assert eventually(lambda: page(front_end)["sections"]["feed"]["name"] == "stopped")
    assert {row["name"] for row in page(front_end)["rows"].values()} == {"a", "b"}


@pytest.mark.parametrize("nonsense", [None, [], "all", {"kind": "more"}])
def test_what_a_page_says_that_means_nothing_does_nothing(
    view: StatsView, front_end: FrontEnd, nonsense: object
) -> None:
    """It may be anybody's page."""
    front_end.say(view.widget, nonsense)
    assert str(view.state) == "connected"


@pytest.mark.parametrize("how", ["view", "widget", "page"])
def test_closing_ends_it(view: StatsView, teller: StatsTeller, front_end: FrontEnd, how: str) -> None:
    """The view, its widget, or in the page."""
    widget = view.widget
    {"view": view.close, "widget": widget.close, "page": lambda: front_end.close(widget)}[how]()
    assert str(view.state) == "stopped"
    assert eventually(lambda: threads() == [] and teller.streams == [])


def test_names_that_are_there_are_followed_and_others_are_an_error(engine_process: Dockerd) -> None:
    """With the name that is like it; nothing is left running."""
    with dockmagic.connect(engine_process.host) as engine, pytest.raises(NotFound, match="nobody-has-this"):
        dockmagic.live_stats(engine, "nobody-has-this")
    assert eventually(lambda: threads() == [])


def member(name: str, *, runs: bool = True, error: str = "") -> Member:
    """A container of a feed."""
    found = Member(IDENTITY, name, runs=runs)
    found.error = error
    return found


def figures(**other: Any) -> dict[str, Any]:
    """A row of stats."""
    known = {"cpu_percent": 1.0, "memory": 2, "memory_limit": 4, "memory_percent": 50.0, "pids": 1}
    counters = dict.fromkeys(("network_rx", "network_tx", "block_read", "block_write"), 0)
    return {"id": IDENTITY, "name": "a", "time": "2026-01-01T00:00:00Z", **known, **counters, **other}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {"time": "2026-01-01T00:00:02Z", "network_rx": 3000}, 1500.0),
        ({"network_rx": 5}, {"time": "2026-01-01T00:00:02Z", "network_rx": 4}, None),
        ({}, {"network_rx": 3000}, None),
        ({"network_rx": None}, {"time": "2026-01-01T00:00:02Z", "network_rx": 3000}, None),
        ({}, {"time": "2026-01-01T00:00:02Z", "network_rx": None}, None),
    ],
)
def test_a_rate_is_what_came_in_the_time_between(
    before: dict[str, Any], now: dict[str, Any], expected: float | None
) -> None:
    """None where a counter went back, where no time has passed, and where either is not known."""
    page = Page(lambda _: None)
    rows = StatsRows(page)
    for each in (before, now):
        rows.take([figures(**each)], [member("a")], FeedState("connected"))
    assert page.rows[IDENTITY[:12]]["rx"] == expected


def test_what_an_engine_says_is_text_in_the_page_and_in_the_table() -> None:
    """Single lines without controls; in HTML what looks like a script stays text."""
    page = Page(lambda _: None)
    StatsRows(page).take([], [member(f"{SCRIPT}\x1b[31m\n", error=f"no\n{SCRIPT}")], FeedState("connected"))
    (row,) = page.rows.values()
    assert "\n" not in row["name"] + row["error"]
    assert "\x1b" not in row["name"]
    html = stats_html([row], host=SCRIPT, state=SCRIPT)
    assert "<img" not in html
    assert html.count("&lt;img") == 3


def test_the_table_has_those_that_use_most() -> None:
    """With how many there are; sizes and rates in units."""
    page = Page(lambda _: None)
    StatsRows(page).take([figures(memory=3 * 2**20)], [member("a")], FeedState("connected"))
    (row,) = page.rows.values()
    rows = [{**row, "name": f"c{number}", "cpu": float(number)} for number in range(TABLE_ROWS + 5)]
    html = stats_html(rows, host="h", state="connected")
    assert f"{TABLE_ROWS + 5} containers, the {TABLE_ROWS} that use most" in html
    assert html.index(">c54<") < html.index(">c53<")
    assert ">c4<" not in html
    assert "3.146 MB" in html
    assert "<table" not in stats_html([], host="h", state="connected")


def test_an_engine_that_runs_containers_is_followed(engine_process: Dockerd, docker_cli: Any, label: str) -> None:
    """The figures are those of `docker stats`; later ones are there without a request."""
    docker_cli("run", "-d", "--stop-signal", "KILL", "--name", "dmt-live", "-l", label, "bb:1", "sleep", "1000")
    with dockmagic.connect(engine_process.host) as engine, dockmagic.live_stats(engine, ["dmt-live"]) as view:
        assert eventually(lambda: view.rows >= 2)
        (row,) = view.now.to_dict("records")
        assert row["name"] == "dmt-live"
        told = docker_cli("stats", "--no-stream", "--format", "{{.ID}} {{.PIDs}}", "dmt-live").split()
        assert told == [row["id"], str(row["pids"])]
        assert 0 < row["memory"] < row["memory_limit"]
        docker_cli("stop", "dmt-live")
        assert eventually(lambda: bool(view.now["memory"].isna().all()))
