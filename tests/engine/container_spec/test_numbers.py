from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.engine.container_spec.numbers import cpus, memory_swap, nanoseconds, size, whole
from dockmagic.errors import UsageError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("42", 42),
        ("1k", 1024),
        ("1K", 1024),
        ("1kb", 1024),
        ("1KiB", 1024),
        ("64m", 64 * 1024**2),
        ("1.5g", 3 * 512 * 1024**2),
        (".5m", 512 * 1024),
        ("5.k", 5 * 1024),
        ("2t", 2 * 1024**4),
        ("1p", 1024**5),
        ("32b", 32),
        ("32 B", 32),
        ("1 GiB", 1024**3),
        ("1e3", 1000),
        ("1.9", 1),
        ("+5", 5),
        (67108864, 67108864),
        (np.int64(5), 5),
        (5.0, 5),
    ],
)
def test_a_size_is_read_as_by_docker(value: Any, expected: int) -> None:
    """Powers of 1024, whatever the unit is called; what is less than a byte is cut off."""
    assert size(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "m",
        "-1",
        "-1m",
        "5  m",
        " 5",
        "1,5g",
        "64x",
        "64mm",
        "64mbb",
        "1_0",
        "0x10",
        "inf",
        "nan",
        "1e999",
        "9e18k",
        "\u0665m",
        2**63,
        -1,
        1.5,
        float("nan"),
        float("inf"),
        True,
        None,
        [1],
        b"1",
    ],
)
def test_what_is_no_size_is_refused(value: Any) -> None:
    """In words that show a size."""
    with pytest.raises(UsageError, match="size"):
        size(value)


@given(st.integers(min_value=0, max_value=2**53))
def test_a_number_of_bytes_stays_what_it_is(number: int) -> None:
    """As a number and as text."""
    assert size(number) == size(str(number)) == number


def test_swap_may_have_no_limit() -> None:
    """-1, and no other negative size."""
    assert (memory_swap("-1"), memory_swap(-1), memory_swap("1m")) == (-1, -1, 1024**2)
    with pytest.raises(UsageError):
        memory_swap("-2")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.5", 1_500_000_000),
        ("0.1", 100_000_000),
        ("3/2", 1_500_000_000),
        ("1e-9", 1),
        ("0.000000001", 1),
        (".5", 500_000_000),
        (2, 2_000_000_000),
        (0.1, 100_000_000),
        (0.29, 290_000_000),
    ],
)
def test_processors_are_counted_without_a_rounding_error(value: Any, expected: int) -> None:
    """0.29 * 10**9 would be 289999999.99999994."""
    assert cpus(value) == expected


@pytest.mark.parametrize(
    "value",
    ["", "x", "1/0", "1/3", "0.0000000001", "1e99", "1e9999999999", "nan", "1 ", "1_0", float("nan"), True, None, [1]],
)
def test_what_is_no_number_of_processors_is_refused(value: Any) -> None:
    """Also one that would keep Python busy for hours, and one between two billionths."""
    with pytest.raises(UsageError, match=r"processors|engines can tell"):
        cpus(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("12", 12),
        ("-1", -1),
        ("+3", 3),
        ("0x10", 16),
        ("0b11", 3),
        ("0o17", 15),
        ("017", 15),
        (7, 7),
        (2.0, 2),
    ],
)
def test_a_whole_number_may_be_in_gos_forms(value: Any, expected: int) -> None:
    """A 0 in front is octal, as in C."""
    assert whole(value) == expected


@pytest.mark.parametrize("value", ["", "1.5", "08", "x", " 1", "1 ", "\u0663", "--1", "9" * 20, 2**63, 1.5, True, None])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    """Those that an engine's 64 bits cannot hold, too."""
    with pytest.raises(UsageError, match=r"whole number|too large"):
        whole(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("1m30s", 90 * 10**9),
        ("500ms", 500 * 10**6),
        ("1.5h", 5400 * 10**9),
        ("1us", 1000),
        (timedelta(minutes=1, microseconds=1), 60 * 10**9 + 1000),
        (pd.Timedelta("1s 5ns"), 10**9 + 5),
    ],
)
def test_a_duration_is_nanoseconds(value: Any, expected: int) -> None:
    """Go's text, Python's and pandas' own."""
    assert nanoseconds(value) == expected


@pytest.mark.parametrize("value", ["", "5", "1d", "-1s", "s", 5, 1.5, None, timedelta(seconds=-1), "9999999h"])
def test_what_is_no_duration_is_refused(value: Any) -> None:
    """A number alone too: is it seconds, or nanoseconds as in the API?"""
    with pytest.raises(UsageError, match=r"duration|negative"):
        nanoseconds(value)
