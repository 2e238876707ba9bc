from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from dockmagic.arguments import arguments
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
        ("//web", "'/web' is no name of a container"),
        ("/", "'' is no name of a container"),
    ],
)
def test_what_can_be_no_name_is_refused_before_any_request(value: Any, complaint: str) -> None:
    """In a path of the API it would be another endpoint."""
    with pytest.raises(UsageError) as caught:
        object_names(value, "a container")
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (range(2), "int"),
        (5, "int"),
        (["web", 5], "int"),
        (2.5, "float"),
        (True, "bool"),
        (np.int64(5), "int"),
        ([np.int64(5)], "int64"),
        ([np.True_], "bool"),
        (FRAME.index, "int"),
        (FRAME["exit_code"].head(2), "int"),
    ],
)
def test_a_number_is_no_name(value: Any, kind: str) -> None:
    """A frame's index would be ids that begin with 0, 1, 2, and their objects be gone."""
    with pytest.raises(UsageError, match=rf"is {kind}, and a name of a container is text") as caught:
        object_names(value, "a container")
    assert 'df["name"]' in caught.value.hint


def test_a_number_stays_one_on_its_way_through_a_command_line() -> None:
    """It is an option's value as any text; digits that are text may be an id."""
    assert arguments("-t {n} {n}", {"n": 5}) == ["-t", "5", "5"]
    for line, names in (("{n}", {"n": 5}), ("{ns}", {"ns": [1, 2]}), ("{df.index}", {"df": FRAME})):
        with pytest.raises(UsageError, match="is text"):
            object_names(arguments(line, names), "a container")
    for line in ("5", "{text}", "{texts}", "w{n}"):
        assert object_names(arguments(line, {"n": 5, "text": "5", "texts": ["5"]}), "a container") in (["5"], ["w5"])


def test_a_container_may_be_named_as_the_engine_lists_it() -> None:
    """With one slash in front, as docker takes it too; a name is one name however it is written."""
    assert object_names(["/web", "web", "/web/db"], "a container") == ["web", "web/db"]
    with pytest.raises(UsageError, match="is no name of a volume"):
        object_names("/web", "a volume")


@pytest.mark.parametrize("value", ["web", ["web"], pd.Series(["web", "web"]), pd.DataFrame({"id": ["web"]})])
def test_where_one_name_is_wanted_a_frame_of_one_row_will_do(value: Any) -> None:
    """As everywhere a name goes in."""
    assert object_name(value, "a container") == "web"


@pytest.mark.parametrize(("value", "complaint"), [([], "not 0"), (FRAME, "not 2"), ("", "no name"), (None, "NoneType")])
def test_none_or_several_are_refused_where_one_name_is_wanted(value: Any, complaint: str) -> None:
    """Which of them was meant is not for us to say."""
    with pytest.raises(UsageError, match=complaint):
        object_name(value, "a container")
