from __future__ import annotations

import itertools
from typing import Any

import pytest

from dockmagic.frames.order import by_name

LESS = [
    ("0", "00"),
    ("0-", "00"),
    ("0", "a"),
    ("00", "01"),
    ("2", "02"),
    ("ab", "ab1"),
    ("ab", "abc"),
    ("abc", "abd"),
    ("a1a01", "a01a1"),
    ("a1", "a1a"),
    ("ab01", "ab2"),
    ("ab1", "ab-2"),
    ("abc2", "abc12"),
    ("ab01b01", "ab01b001"),
    ("abc1", "bbc1"),
    ("0", "1"),
    ("9" * 5000, "1" + "0" * 5000),
]


@pytest.mark.parametrize(("smaller", "larger"), LESS)
def test_numbers_in_names_count_as_numbers(smaller: str, larger: str) -> None:
    """And stand before all other characters; of two that are equal the one with fewer zeros in front is first."""
    for names in itertools.permutations((smaller, larger)):
        assert [row["Name"] for row in by_name({"Name": name} for name in names)] == [smaller, larger]


def test_rows_of_one_name_or_none_keep_their_order() -> None:
    """A name that is missing, or no text, is no error."""
    rows: list[dict[str, Any]] = [
        {"Name": "b", "Id": 1},
        {},
        {"Name": "b", "Id": 2},
        {"Name": None, "Id": 3},
        {"Name": 7},
    ]
    assert by_name(rows) == [{}, {"Name": None, "Id": 3}, {"Name": 7}, {"Name": "b", "Id": 1}, {"Name": "b", "Id": 2}]
