"""`with_json`: lines that are objects of JSON become columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dockmagic.frames.log_json import MORE, MOST, with_json
from dockmagic.frames.log_lines import log_frame, log_lines
from dockmagic.frames.logs import LOG_LINES
from tests.frames.test_log_lines import STAMP, frame

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = [column.name for column in LOG_LINES]


def parsed(lines: Sequence[str]) -> pd.DataFrame:
    """What becomes of these lines of a container."""
    body = b"".join(frame(1, f"{STAMP} {line}\n") for line in lines)
    return with_json(log_frame([("web", log_lines(bytearray(body), terminal=False))]))


def test_keys_are_columns_behind_the_others() -> None:
    """In the order of their appearance; a line that is an object is NA, every other one stays."""
    found = parsed(['{"level": "info", "n": 1}', "plain", ' {"msg": "x", "level": "warn"}', "[1]", '"text"', "{broken"])
    assert list(found.columns) == [*OWN, "level", "n", "msg"]
    assert list(found["line"].fillna("NA")) == ["NA", "plain", "NA", "[1]", '"text"', "{broken"]
    assert list(found["level"].fillna("NA")) == ["info", "NA", "warn", "NA", "NA", "NA"]
    assert list(found["time"].notna()) == [True] * 6
    assert set(found["name"]) == {"web"}


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, None, 3], "Int64"),
        ([1, 2.5, None], "float64"),
        ([True, None, False], "boolean"),
        (["a", None, "b"], "str"),
        ([1, "a", None], "object"),
        ([{"a": 1}, [2], None], "object"),
        ([None, None, None], "object"),
        ([2**70, 1, None], "float64"),
        ([2**63, 1, None], "object"),
    ],
)
def test_a_column_has_the_type_of_its_values(values: list[Any], dtype: str) -> None:
    """Where they have one; null is missing."""
    found = parsed([json.dumps({"key": value}) for value in values])
    assert str(found["key"].dtype) == dtype
    got = [None if value is None or value is pd.NA or value != value else value for value in found["key"].tolist()]  # noqa: PLR0124 - NaN
    assert got == values


def test_a_key_that_is_the_name_of_a_column_gets_another() -> None:
    """The line's own time and name stay what they are."""
    found = parsed(['{"time": "then", "line": "l", "json_time": 1}'])
    assert list(found.columns) == [*OWN, "json_time", "json_line", "json_json_time"]
    assert found.loc[0, "json_time"] == "then"
    assert found["line"].isna().all()


def test_of_too_many_keys_the_rest_is_together() -> None:
    """A program that writes another key in each line makes no frame of a million columns."""
    lines = [json.dumps({"common": number, f"key{number}": number}) for number in range(2 * MOST)]
    found = parsed(lines)
    assert len(found.columns) == len(OWN) + MOST + 1
    assert found["common"].tolist() == list(range(2 * MOST))
    assert found[MORE].iloc[-1] == {f"key{2 * MOST - 1}": 2 * MOST - 1}
    assert found[MORE].iloc[0] == {}


def test_without_json_nothing_changes() -> None:
    """No column more; of no line neither."""
    for lines in ([], ["plain", ""]):
        found = parsed(lines)
        assert list(found.columns) == OWN
        assert list(found["line"]) == list(lines)
        assert str(found["line"].dtype) == "str"
