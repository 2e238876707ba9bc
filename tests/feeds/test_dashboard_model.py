"""What a dashboard shows: rows, counts and lines, from values to JSON."""

from __future__ import annotations

import json
import time
from typing import Any

import pandas as pd
import pytest

from dockmagic.feeds.dashboard_model import (
    changes,
    container_rows,
    counts,
    disk,
    engine_line,
    image_rows,
    network_rows,
    offer,
    outcome,
    state_line,
    volume_rows,
)
from dockmagic.feeds.feed_state import FeedState
from dockmagic.frames.prune_sentence import would_remove_sentence
from dockmagic.frames.records import records


def container(name: str, state: str = "running", **more: Any) -> dict[str, Any]:
    """A row of `ps`."""
    row: dict[str, Any] = {
        "id": name,
        "name": name,
        "image": "bb:1",
        "state": state,
        "health": None,
        "exit_code": None,
        "ports": [],
    }
    return {**row, "created": 1_000, **more}


def test_a_container_is_a_row_of_json_under_its_id() -> None:
    """In the order of the list."""
    found = container_rows([container("web", ports=["0.0.0.0:80->80/tcp"]), container("db", "exited", exit_code=3)])
    assert list(found) == ["web", "db"]
    assert found["db"] == container("db", "exited", exit_code=3, health="")
    assert json.loads(json.dumps(found)) == found


def test_what_an_engine_names_is_fit_to_be_shown() -> None:
    """No control characters, no directions of writing, and an end."""
    (row,) = container_rows([container("\x1b[31mred\u202e\n" + "x" * 500)]).values()
    assert row["name"].startswith("[31mred x")
    assert len(row["name"]) == 200


def test_containers_are_counted_by_what_they_do() -> None:
    """One that restarts runs; one that is created does not."""
    rows = [container(state, state) for state in ("running", "restarting", "paused", "created", "exited", "dead")]
    rows.append(container("sick", health="unhealthy"))
    assert counts(rows) == {"running": 3, "paused": 1, "stopped": 3, "unhealthy": 1}
    assert counts([]) == {"running": 0, "paused": 0, "stopped": 0, "unhealthy": 0}


def test_the_engine_is_a_line_also_where_it_tells_little() -> None:
    """What is missing is None, or no text."""
    line = engine_line("unix:///s", "1.45", {"Name": "lab", "ServerVersion": "26.1", "NCPU": 8, "MemTotal": 1})
    assert line == {"host": "unix:///s", "name": "lab", "version": "26.1", "api": "1.45", "cpus": 8, "memory": 1}
    assert engine_line("unix:///s", "1.45", {})["cpus"] is None


def test_a_state_tells_in_how_many_seconds_it_tries_again() -> None:
    """Of which the page counts down by itself."""
    waiting = state_line(FeedState("reconnecting", "refused", time.monotonic() + 4))
    assert (waiting["name"], waiting["reason"]) == ("reconnecting", "refused")
    assert 3.5 < waiting["retry_in"] <= 4
    assert state_line(FeedState("connected"))["retry_in"] == 0


def test_the_disk_is_told_by_kind_and_in_all() -> None:
    """`idle` are those that a prune of all could remove."""
    told = disk(
        [
            {"type": "Images", "total": 4, "active": 1, "size": 100, "reclaimable": 60},
            {"type": "Containers", "total": 2, "active": 2, "size": 5, "reclaimable": 0},
            {"type": "Build Cache", "total": None, "active": None, "size": None, "reclaimable": None},
            {"type": "Something New", "total": 1, "active": 1, "size": 7, "reclaimable": 7},
        ]
    )
    assert told["images"] == {"total": 4, "idle": 3, "size": 100, "reclaimable": 60}
    assert told["cache"]["idle"] is None
    assert (told["size"], told["reclaimable"]) == (105, 60)


def test_what_containers_have_is_counted_beside_it() -> None:
    """Images by their id, volumes and networks by their name."""
    image = {"id": "i", "repository": "shop/web", "tag": "2.1", "size": 9, "created": None}
    untagged = {**image, "id": "j", "repository": None, "tag": None}
    assert [(row["name"], row["used"]) for row in image_rows([image, untagged], used={"i": 2})] == [
        ("shop/web:2.1", 2),
        ("untagged", 0),
    ]
    (volume,) = volume_rows([{"name": "data", "driver": "local", "created": None}], used={"data": 1})
    assert (volume["id"], volume["used"]) == ("data", 1)
    told = {"id": "n", "name": "shop", "driver": "bridge", "subnets": ["10.0.0.0/8", "fd00::/8"], "created": None}
    (network,) = network_rows([told], used={})
    assert (network["subnets"], network["used"]) == ("10.0.0.0/8, fd00::/8", 0)


@pytest.mark.parametrize(
    ("kinds", "most", "question"),
    [
        (["image"] * 9, 18_800_000_000, "Remove 9 images, free up to 18.8 GB"),
        (["container", "network"], 5, "Remove 1 container and 1 network, free up to 5 B"),
        (["network"], 0, "Remove 1 network"),
        (["container"], 0, "Remove 1 container"),
    ],
)
def test_the_button_says_what_goes_and_what_that_frees(kinds: list[str], most: int, question: str) -> None:
    """In the words in which a prune says it."""
    rows = [{"kind": kind, "id": "i", "name": "n", "size": 1, "created": None} for kind in kinds]
    offered = offer("images", rows, said=would_remove_sentence(rows, most=most))
    assert (offered["question"], offered["note"], len(offered["rows"])) == (question, "", len(kinds))


def test_what_a_prune_notes_is_told_and_nothing_is_no_question() -> None:
    """So that there is no button for nothing."""
    rows = [{"kind": "image", "id": "i", "name": "n", "size": 1, "created": None}]
    assert (
        offer("x", rows, said=would_remove_sentence(rows, most=1, note="Cache goes too. "))["note"] == "Cache goes too."
    )
    nothing = offer("x", [], said=would_remove_sentence([], most=0))
    assert (nothing["question"], nothing["note"]) == ("", "There is nothing to remove.")


def test_an_action_is_told_with_how_long_it_took_or_why_it_failed() -> None:
    """And when it made no difference."""
    done = {"ok": True, "changed": True, "seconds": 0.42, "error": None}
    assert outcome(done, "stopped") == "stopped in 0.4 s"
    assert outcome({**done, "seconds": 0.04}, "stopped") == "stopped in under 0.1 s"
    assert outcome({**done, "changed": False}, "stopped") == "was stopped already"
    assert outcome({**done, "ok": False, "error": "no\x1bway"}, "stopped") == "not stopped: no way"


def test_a_change_is_the_rows_that_are_other_and_the_keys_that_are_gone() -> None:
    """Nothing, if nothing is."""
    old = {"a": {"x": 1}, "b": {"x": 2}}
    assert changes(old, {"b": {"x": 3}, "c": {"x": 4}}) == {"rows": {"b": {"x": 3}, "c": {"x": 4}}, "gone": ["a"]}
    assert changes(old, dict(old)) == {"rows": {}, "gone": []}


def test_a_frame_becomes_rows_of_json() -> None:
    """NA is None, times are milliseconds, lists stay lists."""
    frame = pd.DataFrame(
        {
            "text": pd.Series(["a", None], dtype="str"),
            "count": pd.array([3, None], dtype="Int64"),
            "when": pd.Series([pd.Timestamp("2026-01-01T00:00:01.5Z"), pd.NaT]),
            "many": [["x"], []],
        }
    )
    assert records(frame, ("text", "count", "when", "many")) == [
        {"text": "a", "count": 3, "when": 1767225601500, "many": ["x"]},
        {"text": None, "count": None, "when": None, "many": []},
    ]
    assert records(frame.iloc[:0], ("text", "when")) == []
