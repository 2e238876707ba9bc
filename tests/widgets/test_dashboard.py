"""Dashboard: an engine at a glance, as a front end that only keeps what it is sent comes to know it."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic.errors import EngineUnreachable
from tests.conftest import REASON, require
from tests.engine.scripted import PROMPT, eventually
from tests.engines.dockerd import Dockerd
from tests.engines.images import import_image
from tests.widgets.dashboards import Host, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic.widgets.logs_view import LogsView


@pytest.fixture(scope="module")
def engine_of_module(pytestconfig: pytest.Config) -> Iterator[Host]:
    """Run an engine for this module: its prunes remove what anybody made."""
    require(pytestconfig.stash[REASON])
    with Dockerd() as process:
        import_image(process.socket, "bb:1")
        host = Host(process)
        yield host
        host.empty()


@pytest.fixture
def host(engine_of_module: Host) -> Host:
    """Return that engine, without containers."""
    engine_of_module.empty()
    return engine_of_module


@pytest.fixture
def seen(host: Host) -> Iterator[Seen]:
    """Return a dashboard of it, with a container that runs, and one that does not."""
    host.run("web", "-p", "8080:80")
    host.docker("create", "--name", "old", "bb:1", "true")
    seen = Seen(host.dockerd.host)
    yield seen
    seen.dashboard.stop()
    assert seen.sees(lambda: not threads())


def threads() -> list[str]:
    """Those of dashboards that run."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dockmagic-dash")]


def test_it_shows_what_there_is_at_once_and_the_rest_soon(seen: Seen, host: Host) -> None:
    """The containers when it starts; then the engine, images, volumes, networks, and what takes room."""
    assert [seen.rows[each]["name"] for each in seen.order] == ["old", "web"]
    assert list(seen.dashboard.frame["name"]) == ["old", "web"]
    assert seen.sees(lambda: {"engine", "tables", "disk", "feed"} <= seen.sections.keys())
    assert seen.sees(lambda: seen.sections["engine"].get("version"))
    assert seen.sections["engine"]["version"] == host.docker("version", "--format", "{{.Server.Version}}").strip()
    assert seen.sections["counts"] == {"running": 1, "paused": 0, "stopped": 1, "unhealthy": 0}
    assert [row["name"] for row in seen.sections["tables"]["images"]] == ["bb:1"]
    assert seen.sections["tables"]["images"][0]["used"] == 2
    assert seen.sees(lambda: seen.sections["feed"]["name"] == "connected")


def test_what_is_shown_is_what_the_patches_add_up_to(seen: Seen, host: Host) -> None:
    """A page that comes later gets the whole, and knows no more and no less."""
    host.run("second")
    assert seen.sees(lambda: seen.row("second").get("state") == "running")
    host.docker("rm", "-f", "second")
    assert seen.sees(lambda: not seen.row("second"))
    assert seen.sees(lambda: seen.dashboard.page.whole()["seq"] == len(seen.patches))
    whole = seen.dashboard.page.whole()
    assert (whole["rows"], whole["order"], whole["sections"]) == (seen.rows, seen.order, seen.sections)
    assert json.loads(json.dumps(whole)) == whole | {"samples": {}}


def test_a_container_that_somebody_else_starts_appears_and_one_that_ends_says_so(seen: Seen, host: Host) -> None:
    """By itself; a new one in front, the others where they were."""
    host.run("fresh")
    assert seen.sees(lambda: seen.row("fresh").get("state") == "running")
    assert [seen.rows[each]["name"] for each in seen.order] == ["fresh", "old", "web"]
    host.docker("stop", "web")
    assert seen.sees(lambda: (seen.row("web")["state"], seen.row("web")["exit_code"]) == ("exited", 137))
    assert [seen.rows[each]["name"] for each in seen.order] == ["fresh", "old", "web"]


def test_volumes_and_networks_that_somebody_else_makes_appear(seen: Seen, host: Host) -> None:
    """With how many containers have them."""
    host.docker("volume", "create", "data")
    host.docker("network", "create", "shop")
    assert seen.sees(lambda: "data" in {row["name"] for row in seen.sections.get("tables", {}).get("volumes", ())})
    host.run("user", "-v", "data:/data", "--network", "shop")
    for table, name in (("volumes", "data"), ("networks", "shop")):
        assert seen.sees(
            lambda table=table, name=name: (
                (name, 1)  # type: ignore[misc]
                in {(row["name"], row["used"]) for row in seen.sections["tables"][table]}
            )
        )


def test_stop_says_that_it_is_at_it_and_then_that_it_is_done(seen: Seen) -> None:
    """The handler returns at once; the worker does it."""
    started = time.perf_counter()
    seen.press("stop", "web")
    returned = time.perf_counter()
    identity = seen.row("web")["id"]
    assert seen.sees(lambda: seen.sections["notes"][identity]["kind"] == "done")
    assert returned - started < (time.perf_counter() - started) / 2
    notes = [patch["sections"]["notes"] for patch in seen.patches if "notes" in patch.get("sections", {})]
    assert notes[0] == {identity: {"text": "stopping…", "kind": "busy"}}
    assert notes[1][identity]["text"].startswith("stopped in ")
    assert seen.sees(lambda: seen.messages("done") == ["Stopped web."])
    assert seen.sees(lambda: seen.row("web")["state"] == "exited")


@pytest.mark.parametrize(
    ("acts", "state"), [(["pause"], "paused"), (["pause", "unpause"], "running"), (["restart"], "running")]
)
def test_the_other_buttons_do_what_they_say(seen: Seen, host: Host, acts: list[str], state: str) -> None:
    """One after the other, in the order in which they were pressed."""
    for act in acts:
        seen.press(act, "web")
    assert seen.sees(lambda: len(seen.messages("done")) == 1 and acts[-1][:5] in seen.messages("done")[0].lower())
    assert host.docker("inspect", "--format", "{{.State.Status}}", "web").strip() == state
    assert seen.sees(lambda: seen.row("web")["state"] == state)


def test_what_fails_stays_until_it_is_dismissed_and_the_others_are_done(seen: Seen, host: Host) -> None:
    """An error of the engine, in its words, beside what went well."""
    host.docker("create", "--name", "broken", "bb:1", "no-such-program")
    assert seen.sees(lambda: seen.row("broken"))
    seen.press("start", "broken", "old")
    assert seen.sees(lambda: seen.messages("error"))
    (said,) = seen.messages("error")
    assert said.startswith("broken was not started: ")
    assert "no-such-program" in said
    assert seen.messages("done") == ["Started old."]
    assert seen.sections["notes"][seen.row("broken")["id"]]["kind"] == "error"
    seen.press("stop", "web")
    assert seen.sees(lambda: seen.messages("done") == ["Stopped web."])
    assert seen.messages("error") == [said]
    (number,) = [each["id"] for each in seen.sections["messages"] if each["kind"] == "error"]
    seen.dashboard.take({"kind": "dismiss", "id": number})
    assert seen.messages("error") == []
    assert seen.row("broken")["id"] not in seen.sections["notes"]


def test_several_that_all_fail_are_each_told(seen: Seen, host: Host) -> None:
    """With the engine's reason for each."""
    seen.press("pause", "web")
    assert seen.sees(lambda: seen.row("web")["state"] == "paused")
    seen.press("pause", "web", "old")
    assert seen.sees(lambda: len(seen.messages("error")) == 2)
    assert [said.partition(" ")[0] for said in seen.messages("error")] == ["web", "old"]


def test_remove_removes_those_that_are_selected_and_no_others(seen: Seen, host: Host) -> None:
    """Also one that runs: the page has asked before."""
    host.run("stays")
    assert seen.sees(lambda: seen.row("stays"))
    seen.press("remove", "web", "old")
    assert seen.sees(lambda: seen.messages("done") == ["Removed web and old."])
    assert host.names() == {"stays"}
    assert seen.sees(lambda: [row["name"] for row in seen.rows.values()] == ["stays"])


def test_what_makes_no_sense_is_passed_over(seen: Seen, host: Host) -> None:
    """A page may send anything."""
    messages: tuple[Any, ...] = (
        None,
        [],
        {},
        {"kind": "act"},
        {"kind": "act", "act": "stop", "ids": "web"},
        {"kind": "act", "act": "explode", "ids": [seen.row("web")["id"]]},
        {"kind": "act", "act": "stop", "ids": ["nobody", None, 3]},
        {"kind": "prune", "prune": "everything"},
        {"kind": "prune-do"},
        {"kind": "logs", "ids": []},
        {"kind": "dismiss"},
    )
    for message in messages:
        seen.dashboard.take(message)
    assert not threads_of_workers()
    assert host.names() == {"web", "old"}


def threads_of_workers() -> list[str]:
    """Those that do what a person has asked for."""
    return [name for name in threads() if name.endswith("worker")]


def test_a_prune_shows_first_and_removes_exactly_that(seen: Seen, host: Host) -> None:
    """With the words of the engine behind it."""
    host.run("big", command=("dd", "if=/dev/zero", "of=/x", "bs=1M", "count=3"))
    host.docker("wait", "big")
    seen.dashboard.take({"kind": "prune", "prune": "containers"})
    assert seen.sections["prune"] == {"kind": "containers", "state": "looking"}
    assert seen.sees(lambda: seen.sections["prune"]["state"] == "asking")
    offered = seen.sections["prune"]
    assert {row["name"] for row in offered["rows"]} == {"old", "big"}
    assert offered["question"] == "Remove 2 containers, free up to 3.146 MB"
    assert host.names() == {"web", "old", "big"}
    seen.dashboard.take({"kind": "prune-do"})
    assert seen.sees(lambda: seen.messages("done") == ["Removed 2 containers; the engine freed 3.146 MB."])
    assert host.names() == {"web"}
    assert seen.sections["prune"] is None


def test_a_prune_that_has_become_another_one_is_shown_again_and_removes_nothing(seen: Seen, host: Host) -> None:
    """What was confirmed is what goes."""
    seen.dashboard.take({"kind": "prune", "prune": "containers"})
    assert seen.sees(lambda: seen.sections["prune"].get("question") == "Remove 1 container")
    host.docker("create", "--name", "later", "bb:1", "true")
    seen.dashboard.take({"kind": "prune-do"})
    assert seen.sees(lambda: seen.sections["prune"].get("question") == "Remove 2 containers")
    assert "nothing has been removed" in seen.sections["prune"]["changed"]
    assert host.names() == {"web", "old", "later"}
    seen.dashboard.take({"kind": "prune-cancel"})
    assert seen.sections["prune"] is None
    assert host.names() == {"web", "old", "later"}


@pytest.mark.parametrize("prune", ["untagged", "images", "volumes", "networks", "cache"])
def test_every_prune_can_be_looked_at(seen: Seen, prune: str) -> None:
    """With nothing to remove there is no question."""
    seen.dashboard.take({"kind": "prune", "prune": prune})
    assert seen.sees(lambda: (seen.sections["prune"] or {}).get("state") == "asking")
    assert bool(seen.sections["prune"]["rows"]) == bool(seen.sections["prune"]["question"])
    assert seen.messages("error") == []


def test_logs_are_followed_until_they_are_closed(seen: Seen, host: Host) -> None:
    """Those of the selected containers, by time; others take their place, and the end of the dashboard ends them."""
    script = "[ -p /f ] || mkfifo /f; echo $HOSTNAME; while :; do cat /f; done"
    for name in ("one", "two"):
        host.run(name, "--hostname", name, command=("sh", "-c", script))
        assert seen.sees(lambda name=name: seen.row(name))  # type: ignore[misc]
    pane = seen.dashboard.logs
    placed: list[LogsView | None] = []
    pane.placed = placed.append
    seen.dashboard.take({"kind": "logs", "ids": [seen.row("two")["id"], seen.row("one")["id"]]})
    assert seen.sees(lambda: placed)
    (first,) = placed
    assert first is not None
    assert seen.sees(lambda: list(first.frame["line"]) == ["one", "two"])
    host.docker("exec", "one", "sh", "-c", "echo later > /f")
    assert seen.sees(lambda: list(first.frame["line"]) == ["one", "two", "later"])
    seen.dashboard.take({"kind": "logs", "ids": [seen.row("two")["id"]]})
    assert seen.sees(lambda: len(placed) == 2 and str(first.state) == "stopped")
    pane.close()
    assert placed[2:] == [None]
    seen.dashboard.take({"kind": "logs", "ids": [seen.row("two")["id"]]})
    assert seen.sees(lambda: len(placed) == 4)
    seen.dashboard.stop()
    assert str(pane.view and pane.view.state) == "stopped"


def test_logs_that_cannot_be_followed_are_an_error_in_the_dashboard(seen: Seen, host: Host) -> None:
    """Nothing opens."""
    host.run("mute", "--log-driver", "none")
    assert seen.sees(lambda: seen.row("mute"))
    seen.dashboard.take({"kind": "logs", "ids": [seen.row("mute")["id"]]})
    assert seen.sees(lambda: seen.messages("error"))
    assert "keeps nothing that can be read" in seen.messages("error")[0]
    assert seen.dashboard.logs.view is None


def test_containers_are_sampled_while_somebody_looks(seen: Seen) -> None:
    """Not before, and not any more once the view is hidden."""
    identity = seen.row("web")["id"]
    assert seen.samples == {}
    seen.dashboard.take({"kind": "seen", "view": "v", "visible": True})
    assert seen.sees(lambda: len(seen.samples.get(identity, ())) >= 2)
    percent, memory = seen.samples[identity][-1]
    assert 0 <= percent < 400
    assert 10_000 < memory < 100_000_000
    seen.dashboard.take({"kind": "seen", "view": "v", "visible": False})
    assert not seen.dashboard._samples.wanted


def test_stopping_is_quick_and_leaves_no_thread(seen: Seen) -> None:
    """What was shown stays, and says that it is stopped."""
    frame = seen.dashboard.frame
    started = time.perf_counter()
    seen.dashboard.stop()
    assert time.perf_counter() - started < PROMPT
    assert seen.sees(lambda: not threads())
    assert seen.sees(lambda: seen.sections["feed"]["name"] == "stopped")
    assert seen.dashboard.frame.equals(frame)
    seen.press("stop", "web")  # nobody does it
    seen.dashboard.stop()


def test_an_engine_that_is_not_there_is_an_error_at_the_start() -> None:
    """And no thread is left."""
    with pytest.raises(EngineUnreachable):
        dockmagic.dashboard(dockmagic.connect("unix:///nowhere/docker.sock"))
    assert eventually(lambda: threads() == [])


def test_while_the_engine_is_away_the_last_state_stays_and_afterwards_it_is_current(own_engine: Dockerd) -> None:
    """It says that it is away; a killed engine comes back with its containers ended."""
    host = Host(own_engine)
    host.run("web")
    seen = Seen(own_engine.host)
    try:
        assert seen.row("web")["state"] == "running"
        own_engine.halt(hard=True)
        assert seen.sees(lambda: seen.sections["feed"]["name"] == "reconnecting")
        seen.press("stop", "web")
        assert seen.sees(lambda: seen.messages("error"))
        assert seen.row("web")["state"] == "running"
        own_engine.start()
        assert seen.sees(lambda: seen.sections["feed"]["name"] == "connected")
        assert seen.sees(lambda: seen.row("web")["state"] == "exited")
    finally:
        seen.dashboard.stop()
