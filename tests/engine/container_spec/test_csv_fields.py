from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.engine.container_spec.csv_fields import fields, truth
from dockmagic.errors import UsageError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a=1,b=2", ["a=1", "b=2"]),
        ("a", ["a"]),
        ("a,", ["a", ""]),
        ('"device=0,1",driver=x', ["device=0,1", "driver=x"]),
        ('"a ""b"" c"', ['a "b" c']),
        ({"type": "bind", "readonly": True}, ["type=bind", "readonly=true"]),
        ({"volume-opt": {"a": 1, "b": 2}}, ["volume-opt=a=1", "volume-opt=b=2"]),
        ({"alias": ["a", "b"], "ip": "1.2.3.4"}, ["alias=a", "alias=b", "ip=1.2.3.4"]),
        ({"source": "/a,b"}, ["source=/a,b"]),
    ],
)
def test_fields_are_split_at_commas_outside_quotes(value: Any, expected: list[str]) -> None:
    """As by Go's encoding/csv; a dict needs no quotes."""
    assert fields(value) == expected


@pytest.mark.parametrize("value", ["", 'a"b', '"a', '"a"b', "a\nb", {"a": None}, {"a": [None]}, None, True])
def test_what_are_no_fields_is_refused(value: Any) -> None:
    """Docker would refuse it too, or cut it off at the end of the line."""
    with pytest.raises(UsageError):
        fields(value)


@given(st.lists(st.text(alphabet='a,"= ', max_size=6), min_size=1, max_size=4))
def test_whatever_is_put_in_quotes_comes_back(parts: list[str]) -> None:
    """Each field as it was."""
    assert fields(",".join('"' + part.replace('"', '""') + '"' for part in parts)) == parts


def test_a_truth_is_one_of_gos() -> None:
    """1, t, T, true, True, TRUE and their opposites."""
    assert (truth("ro", "1"), truth("ro", "F")) == (True, False)
    with pytest.raises(UsageError, match="ro is either true or false, not 'yes'"):
        truth("ro", "yes")
