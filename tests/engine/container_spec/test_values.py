from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dockmagic.engine.container_spec.values import Here, flag, named, one_of, text, texts
from dockmagic.errors import UsageError


@pytest.mark.parametrize(("value", "expected"), [("a", "a"), ("", ""), (5, "5"), (1.5, "1.5"), (Path("/x"), "/x")])
def test_a_text_is_what_can_be_written(value: Any, expected: str) -> None:
    """Numbers and paths too."""
    assert text(value) == expected


@pytest.mark.parametrize("value", [None, True, [], ["a", "b"], {}, b"a", pd.NA, float("nan")])
def test_what_is_no_text_is_refused(value: Any) -> None:
    """NA would be somebody's name."""
    with pytest.raises(UsageError):
        text(value)


@pytest.mark.parametrize("value", ["a", ["a"], ("a",), {"a"}, pd.Series(["a"])])
def test_one_text_may_stand_alone(value: Any) -> None:
    """And several in whatever holds several."""
    assert texts(value) == ["a"]


def test_a_flag_is_a_truth_and_nothing_like_one() -> None:
    """init="no" would be an init."""
    for truth in (True, False):
        assert flag(truth) is truth
    for value in ("no", 1, 0, None):
        with pytest.raises(UsageError, match="is either True or False"):
            flag(value)


def test_a_choice_is_told() -> None:
    """Those that there are."""
    with pytest.raises(UsageError, match="--x is one of a, b, not 'c'"), named("--x"):
        one_of("a", "b")("c")


def test_versions_are_compared_as_numbers() -> None:
    """1.9 is older than 1.41."""
    assert Here({}, lambda: "1.9").older_than((1, 41))
    assert not Here({}, lambda: "1.41").older_than((1, 41))
