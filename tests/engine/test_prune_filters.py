"""Filters of a prune: what is typed, what docker's config.json adds, and which objects they take."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dockmagic.engine.prune_filters import PruneFilters, prune_filters, seconds_of
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_795_475_720_250_000_000
SECOND = NOW // 10**9


def filters(typed: Any, directory: Path, *, accepted: tuple[str, ...] = ("label", "label!", "until")) -> PruneFilters:
    """What is typed, with docker's settings in `directory`, at NOW."""
    environ = {"DOCKER_CONFIG": str(directory)}
    return prune_filters(typed, command="container prune", accepted=accepted, environ=environ, now_ns=NOW)


def configured(directory: Path, *texts: str) -> Path:
    """A config.json with these pruneFilters."""
    (directory / "config.json").write_text(json.dumps({"auths": {}, "pruneFilters": texts}))
    return directory


def test_nothing_typed_takes_everything(tmp_path: Path) -> None:
    """And sends no filter."""
    none = filters((), tmp_path)
    assert none == PruneFilters()
    assert none.take(None, None)
    assert none.encoded() == {}
    assert none.encoded(dangling="true") == {"dangling": {"true": True}}


@pytest.mark.parametrize(
    ("typed", "labels", "taken"),
    [
        (["label=a"], {"a": "1"}, True),
        (["label=a"], {"b": "1"}, False),
        (["label=a"], None, False),
        (["label=a=1"], {"a": "1"}, True),
        (["label=a=1"], {"a": "2"}, False),
        (["label=a="], {"a": ""}, True),
        (["label=a=b=c"], {"a": "b=c"}, True),
        (["label=a", "label=b"], {"a": "1"}, False),
        (["label=a", "label=b"], {"a": "1", "b": "2"}, True),
        (["label!=a"], {"a": "1"}, False),
        (["label!=a"], {"b": "1"}, True),
        (["label!=a"], {}, True),
        (["label!=a=1"], {"a": "2"}, True),
        (["label!=a", "label!=b"], {"a": "1"}, True),
        (["label!=a", "label!=b"], {"a": "1", "b": "2"}, False),
        ({"label": ["a", "b"], "label!": "c"}, {"a": "", "b": "", "c": ""}, False),
    ],
)
def test_labels_are_those_of_engines(typed: Any, labels: Any, taken: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a value among others
    """All of `label`, and not all of `label!`: two of the latter spare only what has both."""
    assert filters(typed, tmp_path).take(labels, None) is taken


@pytest.mark.parametrize(
    ("until", "before"),
    [
        ("1h", SECOND - 3600),
        ("0s", SECOND),
        ("-1h", SECOND + 3600),
        (str(SECOND), SECOND),
        (f"{SECOND}.999999999", SECOND),
        ("2026-11-23T10:00:00Z", int(datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp())),
        ("2026-11-23T10:00:00.7+01:00", int(datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp())),
        (SECOND - 5, SECOND - 5),
        (timedelta(days=1), SECOND - 86400),
        (pd.Timedelta("90min"), SECOND - 5400),
        (pd.Timestamp("2026-11-23 10:00", tz="Europe/Paris"), int(datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp())),
        (datetime(2026, 11, 23, 10, tzinfo=UTC), int(datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp())),
    ],
)
def test_until_is_a_whole_second_before_which_things_were_made(until: Any, before: int, tmp_path: Path) -> None:
    """Engines tell the second only: what they are asked for is what was made up to the last nanosecond before it."""
    found = filters({"until": until}, tmp_path)
    assert found.before == before
    assert found.encoded() == {"until": {f"{before - 1}.999999999": True}}
    assert found.take({}, before - 1)
    assert not found.take({}, before)
    assert not found.take({}, None)
    assert not found.take({}, "yesterday")


@pytest.mark.parametrize(
    ("created", "seconds"),
    [
        (7, 7),
        (True, None),
        ("1970-01-01T00:00:07.999999999Z", 7),
        ("1970-01-01T01:00:07+01:00", 7),
        ("0001-01-01T00:00:00Z", -62135596800),
        ("1970-01-01T00:00:07", 7),
        ("", None),
        ("soon", None),
        (None, None),
        ([], None),
    ],
)
def test_when_a_thing_was_made_is_a_number_or_a_text(created: Any, seconds: int | None) -> None:
    """Containers and images tell it in seconds, all else as text."""
    assert seconds_of(created) == seconds


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["until=soon"], r"'soon' is no time: 10m and 1h30m are ago"),
        (["until="], "until is empty"),
        ({"until": None}, "until is empty"),
        (["until=1h", "until=2h"], "until is one time, not 2: 1h, 2h"),
        (["until=1969-12-31T00:00:00Z"], "is before 1970 or after the year 9999"),
        ([f"until={NOW}"], "is before 1970 or after the year 9999"),
        (["colour=blue"], "there is no filter 'colour' of container prune. There are: label, label!, until"),
        (["lable=a"], "there is no filter 'lable' of container prune. Did you mean label"),
        (["label"], "a filter is written key=value, not 'label'"),
    ],
)
def test_what_is_no_filter_is_refused_before_anything_is_asked(typed: Any, message: str, tmp_path: Path) -> None:
    """A preview asks the engine for lists, and could not hear from it that a filter is none."""
    with pytest.raises(UsageError, match=message.replace("!", r"\!")):
        filters(typed, tmp_path)


def test_the_filters_of_config_json_are_added(tmp_path: Path) -> None:
    """As docker does: labels to keep, say, for everybody who prunes here."""
    found = filters(["label=team"], configured(tmp_path, "label!=keep", "label=team", "until=1h", "no filter"))
    assert found == PruneFilters(("team",), ("keep",), SECOND - 3600)


def test_a_label_that_is_typed_beats_its_contrary_in_config_json(tmp_path: Path) -> None:
    """Source: `PruneFilters` of docker/cli."""
    settings = configured(tmp_path, "label!=keep", "label=old")
    assert filters(["label=keep"], settings) == PruneFilters(("keep", "old"), ())
    assert filters(["label!=old"], settings) == PruneFilters((), ("old", "keep"))
    assert filters(["label=keep=yes"], settings) == PruneFilters(("keep=yes", "old"), ("keep",))


def test_a_filter_of_config_json_that_does_not_fit_says_where_it_stands(tmp_path: Path) -> None:
    """Docker's engine refuses it too, after it has removed what came before."""
    settings = configured(tmp_path, "until=1h")
    with pytest.raises(UsageError, match=r"no filter 'until' of container prune \(pruneFilters in .*config.json\)"):
        filters((), settings, accepted=("label", "label!"))
    with pytest.raises(UsageError, match="until is one time, not 2: 2h, 1h"):
        filters(["until=2h"], settings)


@pytest.mark.parametrize("text", ["{", "[]", '{"pruneFilters": {}}', '{"pruneFilters": [1]}'])
def test_a_config_json_that_cannot_be_understood_stops_the_prune(text: str, tmp_path: Path) -> None:
    """It may say what to keep; docker warns and goes on without it."""
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(UsageError, match=r"config.json cannot be understood") as caught:
        filters((), tmp_path)
    assert caught.value.hint == "Its pruneFilters may say what to keep: repair it, then try again."


def test_a_config_json_that_cannot_be_read_stops_the_prune(tmp_path: Path) -> None:
    """A directory in its place, say."""
    (tmp_path / "config.json").mkdir()
    with pytest.raises(UsageError, match=r"config.json cannot be read: Is a directory"):
        filters((), tmp_path)


@pytest.mark.parametrize(("text", "named"), [("all=1", True), ("all=false", False), ("label=a", None)])
def test_volumes_have_a_filter_all(text: str, named: bool | None, tmp_path: Path) -> None:  # noqa: FBT001 - a value among others
    """Engines take it from API 1.42 on."""
    assert filters([text], tmp_path, accepted=("label", "all")).all is named


@pytest.mark.parametrize("typed", [["all=yes"], ["all=1", "all=0"]])
def test_the_filter_all_is_true_or_false(typed: list[str], tmp_path: Path) -> None:
    """In Go's words."""
    with pytest.raises(UsageError, match="the filter all is either true or false, not"):
        filters(typed, tmp_path, accepted=("all",))
