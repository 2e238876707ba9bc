"""Which containers' rows an event makes old, and when they are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from dockmagic.feeds.marks import LOOKS, Marks, marked

ID, OTHER = "a" * 64, "b" * 64


def container_event(action: str, identity: object = ID) -> dict[str, Any]:
    """What happened to a container."""
    return {"Type": "container", "Action": action, "Actor": {"ID": identity, "Attributes": {"name": "web"}}}


@pytest.mark.parametrize("action", ["create", "start", "die", "destroy", "rename", "health_status: healthy", "newer"])
def test_what_happens_to_a_container_makes_its_row_old(action: str) -> None:
    """Also what we do not know."""
    assert marked(container_event(action)) == ID


@pytest.mark.parametrize("action", ["exec_create: /bin/sh -c true", "exec_die", "attach", "top", "archive-path"])
def test_what_happens_inside_a_container_does_not(action: str) -> None:
    """Health checks, for one, every few seconds."""
    assert marked(container_event(action)) == ""


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"Type": "network", "Action": "connect", "Actor": {"Attributes": {"container": ID}}}, ID),
        ({"Type": "network", "Action": "disconnect", "Actor": {"Attributes": {"container": ID}}}, ID),
        ({"Type": "network", "Action": "create", "Actor": {"ID": OTHER, "Attributes": {}}}, ""),
        ({"Type": "volume", "Action": "mount", "Actor": {"ID": "data"}}, ""),
        ({"Type": "image", "Action": "untag", "Actor": {"ID": OTHER}}, None),
        ({"Type": "gap", "Action": "gap: restarted", "timeNano": 1}, None),
        ({}, ""),
    ],
)
def test_events_of_other_things_make_one_row_old_or_none_or_all(event: dict[str, Any], expected: str | None) -> None:
    """A network's tells of its container; an image's may be about any of them, and so may a gap."""
    assert marked(event) == expected


@pytest.mark.parametrize("identity", [None, 7, [], "web", "A" * 64, "a" * 64 + "\n"])
def test_a_container_that_cannot_be_told_makes_all_old(identity: object) -> None:
    """What an engine sends is not to be trusted: no request is made of it."""
    assert marked(container_event("start", identity)) is None
    assert marked({"Type": "container", "Action": "start", "Actor": identity}) is None


def test_a_container_is_asked_for_at_once_and_twice_later() -> None:
    """Until nothing can have changed any more; another event begins that anew."""
    marks = Marks()
    marks.add([container_event("pause"), container_event("start", OTHER)], 100.0)
    asked = []
    for now in (100.0, 100.1, 100.0 + LOOKS[1], 100.9, 100.0 + LOOKS[2], 105.0):
        if due := marks.due(now):
            asked.append((now, sorted(due)))
            marks.looked(due, now)
    assert asked == [(100.0 + after, [ID, OTHER]) for after in LOOKS]
    marks.add([container_event("unpause")], 106.0)
    assert marks.due(106.0) == [ID]


def test_one_late_look_is_the_last_one() -> None:
    """Nobody looked for an hour."""
    marks = Marks()
    marks.add([container_event("die")], 100.0)
    marks.looked(marks.due(3700.0), 3700.0)
    assert marks.due(9999.0) == []
