"""Which object a name means, as the engine takes it."""

from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.identities import container_ids, network_ids
from tests.commands.scripted_engine import engine_that_says

WEB = "aa11" + "0" * 60
WORKER = "aa22" + "0" * 60
TRICK = "bb33" + "0" * 60
CONTAINERS = [
    {"Id": WEB, "Names": ["/web", "/proxy/web-alias"]},
    {"Id": WORKER, "Names": ["/worker"]},
    {"Id": TRICK, "Names": ["/aa1"]},
]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("web", WEB),
        ("proxy/web-alias", WEB),
        (WEB, WEB),
        ("aa2", WORKER),
        ("aa1", TRICK),  # a name goes before the first digits of an id
        ("aa", None),  # two begin like that
        ("nobody", None),
    ],
)
def test_a_container_is_meant_by_name_id_or_the_first_digits_of_it(name: str, meant: str | None) -> None:
    """In the order in which the engine looks; what is nobody's, or several's, has no id."""
    with engine_that_says(CONTAINERS) as (engine, asked):
        found = container_ids(engine, [name, "web"])
    assert found.get(name) == meant
    assert asked == ["GET /containers/json?all=true"]


def test_a_single_container_is_asked_for_alone() -> None:
    """However many there are beside it."""
    with engine_that_says({"Id": WEB}) as (engine, asked):
        assert container_ids(engine, ["web"]) == {"web": WEB}
    assert asked == ["GET /containers/web/json"]


def test_a_single_container_that_is_missing_has_no_id() -> None:
    """What to make of it is for the action to say."""
    with engine_that_says({"message": "No such container: web"}, status="404 Not Found") as (engine, _):
        assert container_ids(engine, ["web"]) == {}


def test_networks_are_meant_in_the_same_way() -> None:
    """From the list of all."""
    with engine_that_says([{"Id": WEB, "Name": "front"}, {"Id": WORKER, "Name": "back"}]) as (engine, asked):
        assert network_ids(engine, ["front", "aa2", "nobody"]) == {"front": WEB, "aa2": WORKER}
    assert asked == ["GET /networks"]


@pytest.mark.parametrize("reply", [[{}], [{"Id": None, "Names": None}], [{"Id": 7, "Names": [None, 1]}]])
def test_what_has_no_id_or_name_is_nobody(reply: Any) -> None:
    """A reply of a kind that no engine gives."""
    with engine_that_says(reply) as (engine, _):
        assert container_ids(engine, ["web", "worker"]) == {}
