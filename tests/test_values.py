from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from dockmagic.errors import UsageError
from dockmagic.values import object_name, object_names, words

FRAME = pd.DataFrame({"id": ["0a1b", "2c3d", "0a1b"], "exit_code": pd.array([0, 137, None], dtype="Int64")})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("web", ["web"]),
        ("two words", ["two words"]),
        (5, ["5"]),
        (True, ["True"]),
        (PurePosixPath("/srv"), ["/srv"]),
        (UUID(int=1), ["00000000-0000-0000-0000-000000000001"]),
        (["web", 5], ["web", "5"]),
        (("web", "db"), ["web", "db"]),
        ({"web", "db"}, ["db", "web"]),
        ((name for name in ("web", "db")), ["web", "db"]),
        ({"web": 1, "db": 2}.keys(), ["web", "db"]),
        (np.array(["web", "db"]), ["web", "db"]),
        (np.int64(5), ["5"]),
        (FRAME, ["0a1b", "2c3d", "0a1b"]),
        (FRAME["id"], ["0a1b", "2c3d", "0a1b"]),
        (FRAME["exit_code"].head(2), ["0", "137"]),
        (FRAME.head(0), []),
        ([], []),
    ],
)
def test_a_value_is_the_words_of_what_is_in_it(value: Any, expected: list[str]) -> None:
    """Whatever can be gone through is several words, a frame the ones in its column id; a set's order is sorted."""
    assert words(value, "{it}") == expected


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (None, "{it} is NoneType, which is no argument"),
        ([None], "{it} is NoneType, which is no argument"),
        (b"web", "{it} is bytes, which is no argument"),
        ({"id": "web"}, "{it} is dict, which is no argument"),
        ([["web"]], "{it} is list, which is no argument"),
        (FRAME.iloc[0].index.str.upper, "{it} is method, which is no argument"),
        (FRAME.rename(columns={"id": "Id"}), "{it} is a frame without a column id"),
        (FRAME["exit_code"], "{it} has a missing value (NA)"),
        ([float("nan")], "{it} has a missing value (NA)"),
        ([pd.NaT], "{it} has a missing value (NA)"),
    ],
)
def test_what_has_no_words_is_refused(value: Any, complaint: str) -> None:
    """Else the word None or nan would be taken for somebody's name."""
    with pytest.raises(UsageError) as caught:
        words(value, "{it}")
    assert str(caught.value) == complaint


def test_names_are_each_once_and_in_order() -> None:
    """A frame of images has an id as often as the image has tags."""
    assert object_names(FRAME, "a container") == ["0a1b", "2c3d"]


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("", "'' is no name of a container"),
        ([" "], "' ' is no name of a container"),
        ("..", "'..' is no name of a container"),
        ("a/../../info", "'a/../../info' is no name of a container"),
        ("/web", "'/web' is no name of a container"),
    ],
)
def test_what_can_be_no_name_is_refused_before_any_request(value: Any, complaint: str) -> None:
    """In a path of the API it would be another endpoint."""
    with pytest.raises(UsageError) as caught:
        object_names(value, "a container")
    assert str(caught.value) == complaint


@pytest.mark.parametrize("value", ["web", ["web"], pd.Series(["web", "web"]), pd.DataFrame({"id": ["web"]})])
def test_where_one_name_is_wanted_a_frame_of_one_row_will_do(value: Any) -> None:
    """As everywhere a name goes in."""
    assert object_name(value, "a container") == "web"


@pytest.mark.parametrize(("value", "complaint"), [([], "not 0"), (FRAME, "not 2"), ("", "no name"), (None, "NoneType")])
def test_none_or_several_are_refused_where_one_name_is_wanted(value: Any, complaint: str) -> None:
    """Which of them was meant is not for us to say."""
    with pytest.raises(UsageError, match=complaint):
        object_name(value, "a container")
