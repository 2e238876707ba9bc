"""Frames that follow what they show are what `to_frame` makes of the same rows."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd

from dockmagic.frames.containers import CONTAINERS
from dockmagic.frames.events import EVENTS
from dockmagic.frames.patched import extended, from_columns, patched, replaced, updated
from dockmagic.frames.schema import to_columns, to_frame


def container(number: int, **other: Any) -> dict[str, Any]:
    """A container as engines list it, with every type of column."""
    row = {
        "Id": f"{number:064x}",
        "Names": [f"/c{number}"],
        "Image": "bb:1",
        "Created": 1_700_000_000 + number,
        "State": "running",
        "Status": "Up 3 hours (healthy)",
        "Labels": {"number": str(number)},
        "Ports": [{"PrivatePort": number, "Type": "tcp"}],
        "SizeRw": number,
    }
    return row | other


def test_rows_replaced_moved_added_and_left_out_are_as_if_made_anew() -> None:
    """In any order, whatever their values are."""
    generator = random.Random(1)
    rows = [container(number) for number in range(20)]
    for _ in range(50):
        fresh = [container(generator.randrange(1000), State=generator.choice(["exited", None])) for _ in range(3)]
        both = [*rows, *fresh]
        order = generator.sample(range(len(both)), generator.randrange(1, len(both)))
        columns = patched(to_columns(rows, CONTAINERS), fresh, CONTAINERS, order=order)
        assert columns is not None
        rows = [both[place] for place in order]
        pd.testing.assert_frame_equal(from_columns(columns, {}), to_frame(rows, CONTAINERS))
        rows += [container(generator.randrange(1000)) for _ in range(20 - len(rows))]


def test_rows_in_their_places_change_only_the_columns_that_differ() -> None:
    """The arrays of the others are the same ones; the old columns stay what they were."""
    rows = [container(number) for number in range(5)]
    old = to_columns(rows, CONTAINERS)
    fresh = [container(3, Names=["/renamed"]), container(1, Labels={}, SizeRw=None)]
    columns = replaced(old, [3, 1], [rows[3], rows[1]], fresh, CONTAINERS)
    assert columns is not None
    expected = [rows[0], fresh[1], rows[2], fresh[0], rows[4]]
    pd.testing.assert_frame_equal(from_columns(columns, {}), to_frame(expected, CONTAINERS))
    assert {name for name in columns if columns[name] is not old[name]} == {"name", "labels", "size_rw"}
    pd.testing.assert_frame_equal(from_columns(old, {}), to_frame(rows, CONTAINERS))


def test_a_frame_with_other_columns_is_as_if_made_anew_and_the_old_one_stays() -> None:
    """Of any dtype; what a person does to the old one, or to the new one, the other does not show."""
    rows = [container(number) for number in range(5)]
    old = to_columns(rows, CONTAINERS)
    frame = from_columns(old, {"host": "here"})
    fresh = [container(3, Names=["/renamed"], State="exited", Created=5, Labels={}, SizeRw=None, Ports=[])]
    columns = replaced(old, [3], [rows[3]], fresh, CONTAINERS)
    assert columns is not None
    new = updated(frame, old, columns, {"host": "there"})
    expected = to_frame([*rows[:3], fresh[0], rows[4]], CONTAINERS)
    pd.testing.assert_frame_equal(new, expected)
    pd.testing.assert_frame_equal(frame, to_frame(rows, CONTAINERS))
    assert (frame.attrs, new.attrs) == ({"host": "here"}, {"host": "there"})
    frame.loc[0, "name"] = new.loc[1, "name"] = "mine"
    assert new.loc[0, "name"] == "c0"
    assert frame.loc[1, "name"] == "c1"


def test_a_state_that_was_unknown_so_far_cannot_be_patched_in() -> None:
    """The column becomes another type, so that all of it has to be made anew."""
    rows = [container(number) for number in range(3)]
    odd = [container(1, State="frozen")]
    columns = to_columns(rows, CONTAINERS)
    assert patched(columns, odd, CONTAINERS, order=[0, 3, 2]) is None
    assert replaced(columns, [1], [rows[1]], odd, CONTAINERS) is None


def test_rows_behind_a_frame_are_as_if_made_at_once_and_the_first_ones_go() -> None:
    """An index from 0 on, and the same types."""
    rows = [{"Type": "image", "Action": "tag", "timeNano": 10**18 + number} for number in range(7)]
    frame = extended(None, [], EVENTS, limit=5)
    pd.testing.assert_frame_equal(frame, to_frame([], EVENTS))
    for first, last in ((0, 3), (3, 3), (3, 4), (4, 7)):
        frame = extended(frame, rows[first:last], EVENTS, limit=5)
    pd.testing.assert_frame_equal(frame, to_frame(rows[2:], EVENTS))
    pd.testing.assert_frame_equal(extended(None, rows, EVENTS, limit=5), to_frame(rows[2:], EVENTS))
