from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.frames.arrays import array
from dockmagic.frames.schema import Category

US, NS = "datetime64[us, UTC]", "datetime64[ns, UTC]"


def values(found: list[Any], dtype: str | Category) -> list[Any]:
    """The array as a list, with None for what is missing."""
    made = array(found, dtype)
    return [None if missing else value for value, missing in zip(made, pd.isna(made), strict=True)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1700000000, "2023-11-14T22:13:20Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (253402300799, "9999-12-31T23:59:59Z"),
        ("2024-05-01T10:20:30Z", "2024-05-01T10:20:30Z"),
        ("2024-05-01T10:20:30.123456789Z", "2024-05-01T10:20:30.123456Z"),
        ("2024-05-01T10:20:30.5+02:00", "2024-05-01T08:20:30.5Z"),
        ("2024-05-01T10:20:30", "2024-05-01T10:20:30Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999Z"),
        ("0002-01-01T00:00:00Z", "0002-01-01T00:00:00Z"),
    ],
)
def test_seconds_and_rfc_3339_are_times_in_utc(value: Any, expected: str) -> None:
    """0 is 1970: images that are built reproducibly are as old as that, and docker says so."""
    assert values([value], US) == [pd.Timestamp(expected)]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1.5,
        "",
        "yesterday",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.000000000Z",
        "0001-01-01T00:00:00+01:00",
        -62135596800,
        253402300800,
        10**30,
        -(10**30),
        "2024-02-30T00:00:00Z",
        "10000-01-01T00:00:00Z",
        [1],
        {},
    ],
)
def test_what_is_no_time_is_missing(value: Any) -> None:
    """Go's zero time means never, as text and as seconds, in whichever zone."""
    assert values([value, 0], US) == [None, pd.Timestamp(0, tz="UTC")]
    assert values([value], NS) == [None]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-01T10:20:30.123456789Z", 1714558830_123456789),
        ("2024-05-01T10:20:30.1234567Z", 1714558830_123456700),
        ("2024-05-01T12:20:30.000000001+02:00", 1714558830_000000001),
        ("1969-12-31T23:59:59.999999999Z", -1),
        (1714558830, 1714558830_000000000),
    ],
)
def test_nanoseconds_are_kept_where_the_column_has_them(value: Any, expected: int) -> None:
    """The times of events and of lines of a log."""
    assert values([value], NS) == [pd.Timestamp(expected, unit="ns", tz="UTC")]


@pytest.mark.parametrize("value", ["1600-01-01T00:00:00Z", "2300-01-01T00:00:00Z", 10**11])
def test_what_nanoseconds_cannot_reach_is_missing_there_only(value: Any) -> None:
    """One such row does not change how the others are read."""
    assert values([value, "2024-05-01T10:20:30.5Z"], NS) == [None, pd.Timestamp("2024-05-01T10:20:30.5Z")]
    assert values([value], US) != [None]


@given(st.datetimes(min_value=datetime(2, 1, 2), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_every_time_comes_back(moment: datetime) -> None:
    """Written as Go writes it."""
    assert values([moment.isoformat().replace("+00:00", "Z")], US) == [pd.Timestamp(moment)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (-(2**63), -(2**63)),
        (2**63 - 1, 2**63 - 1),
        (5.0, 5),
        (2**63, None),
        (10**400, None),
        (0.5, None),
        (float("inf"), None),
        (True, None),
        ("5", None),
        ([5], None),
        (None, None),
    ],
)
def test_a_whole_number_is_one_of_64_bits_or_missing(value: Any, expected: int | None) -> None:
    """What is too large is not cut off."""
    assert values([value, 1], "Int64") == [expected, 1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.5, 0.5), (5, 5.0), (10**400, None), (True, None), ("0.5", None), (None, None), ({}, None)],
)
def test_a_number_is_a_float_or_missing(value: Any, expected: float | None) -> None:
    """An integer is one too."""
    assert values([value], "float64") == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), ("", ""), (None, None), (5, "5"), (["a"], '["a"]'), ({"a": None}, '{"a": null}')],
)
def test_text_is_text_and_anything_else_its_json(value: Any, expected: str | None) -> None:
    """So that nothing is lost where an engine sends a list in place of a text."""
    assert values([value, "b"], "str") == [expected, "b"]


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), (None, False), (1, False), ("true", False)]
)
def test_a_truth_is_true_or_not(value: Any, expected: bool) -> None:  # noqa: FBT001 - a value among others
    """Missing is not."""
    assert values([value], "bool") == [expected]


def test_a_category_appends_what_it_does_not_know() -> None:
    """Known values in their natural order, new ones behind them as they come; the next frame knows only its own."""
    kind = Category(("created", "running"))
    found = array(["running", "weird", None, "created", "odd", "weird"], kind)
    assert found.tolist()[:2] == ["running", "weird"]
    assert found.categories.to_list() == ["created", "running", "weird", "odd"]
    assert found.isna().tolist() == [False, False, True, False, False, False]
    assert array([], kind).dtype == array(["running"], kind).dtype
    assert array([], kind).categories.to_list() == ["created", "running"]


@pytest.mark.parametrize(("dtype", "empty"), [("list", []), ("dict", {})])
def test_lists_and_dicts_stay_what_they_are(dtype: str, empty: Any) -> None:
    """And what is none is an empty one."""
    full = {"list": ["a"], "dict": {"a": "b"}}[dtype]
    assert array([full, None, "text", 5], dtype).tolist() == [full, empty, empty, empty]
