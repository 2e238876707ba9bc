"""Errors: what they carry goes where they go, to another process too."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pandas as pd
import pytest

from dockmagic import errors
from dockmagic.errors import APIError, BuildError, DockMagicError, Interrupted

KINDS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, (DockMagicError, Interrupted))
]


def made(kind: type[BaseException]) -> BaseException:
    """An error of this kind with everything that it can carry."""
    frame = pd.DataFrame({"name": ["web"], "ok": [True]})
    error: BaseException
    if issubclass(kind, Interrupted):
        return kind(frame, total=3)
    if issubclass(kind, BuildError):
        error = kind("step 1/1 failed", hint="whole log", steps=frame, log="one\ntwo", exit_code=3)
    elif issubclass(kind, APIError):
        error = kind("no such image", status=404, hint="Did you mean web?")
    else:
        error = kind("it failed", hint="do this")  # type: ignore[call-arg]
    error.frame = frame  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickle", "copy"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_is_the_same_in_another_process(kind: type[BaseException], again: Any) -> None:
    """As a pool of processes, joblib or dask hand it on: its kind, its words and all that it carries."""
    error = made(kind)
    error.add_note("noted")
    other = again(error)
    assert type(other) is kind
    assert (str(other), other.args) == (str(error), error.args)
    assert other.__dict__.keys() == error.__dict__.keys()
    for name, value in vars(error).items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(getattr(other, name), value)
        else:
            assert getattr(other, name) == value, name


def test_a_build_error_keeps_its_steps_its_log_and_its_exit_code() -> None:
    """Which whoever built elsewhere wants to see."""
    again = pickle.loads(pickle.dumps(made(BuildError)))
    assert (again.log, again.exit_code, again.hint) == ("one\ntwo", 3, "whole log")
    assert list(again.steps["name"]) == ["web"]
