"""Which object a name means, as the engine takes it."""

from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.identities import container_ids, container_names, image_ids, network_id, network_ids
from dockmagic.errors import NotFound, ProtocolError
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


def test_images_are_asked_for_one_by_one() -> None:
    """What a name without a tag, a digest or an id means, the engine knows; what is missing or no name has no id."""
    with engine_that_says({"message": "invalid reference"}, {"Id": WEB}, {}, status="400 Bad Request") as (
        engine,
        asked,
    ):
        assert image_ids(engine, ["A", "b", "c"]) == {"b": WEB}
    assert asked == ["GET /images/A/json", "GET /images/b/json", "GET /images/c/json"]


def test_a_network_to_act_in_has_to_be_there() -> None:
    """It is looked for before anything is done; a name like it is offered."""
    with engine_that_says({"Id": WEB}) as (engine, _):
        assert network_id(engine, "front") == WEB
    missing = {"message": "network frnt not found"}
    with engine_that_says(missing, [{"Name": "front"}], status="404 Not Found") as (engine, _):
        with pytest.raises(NotFound, match='no network "frnt" on') as caught:
            network_id(engine, "frnt")
    assert caught.value.hint == "Did you mean front?  %dnetwork ls lists it."
    with engine_that_says({"Id": 5}) as (engine, _), pytest.raises(ProtocolError, match="without telling its id"):
        network_id(engine, "front")


@pytest.mark.parametrize(("names", "found"), [(["/web", "/a/b"], ["web", "a/b"]), (None, []), ([None, "/x"], ["x"])])
def test_the_names_of_a_container_have_no_slash_in_front(names: Any, found: list[str]) -> None:
    """As docker shows them; one that is linked to has several."""
    assert container_names({"Names": names}) == found
