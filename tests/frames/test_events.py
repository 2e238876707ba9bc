from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dockmagic.frames.events import EVENTS, event_columns
from dockmagic.frames.schema import to_frame

CONTAINER = "1f" * 32
IMAGE = "sha256:" + "2e" * 32

EXEC_DIE: dict[str, Any] = {
    "status": "exec_die",
    "id": CONTAINER,
    "from": "bb:1",
    "Type": "container",
    "Action": "exec_die",
    "Actor": {
        "ID": CONTAINER,
        "Attributes": {"execID": "ab" * 32, "exitCode": "3", "image": "bb:1", "name": "web", "a.label": "x"},
    },
    "scope": "local",
    "time": 1795470319,
    "timeNano": 1795470319736682066,
}


def one(event: dict[str, Any], *, no_trunc: bool = False) -> dict[Any, Any]:
    """The row of `event`."""
    return to_frame([event], event_columns(no_trunc=no_trunc)).iloc[0].to_dict()


def test_an_event_is_a_row() -> None:
    """Name, image and exit code are among the attributes, which stay whole."""
    assert one(EXEC_DIE) == {
        "time": pd.Timestamp(1795470319736682066, unit="ns", tz="UTC"),
        "type": "container",
        "action": "exec_die",
        "name": "web",
        "id": "1f" * 6,
        "image": "bb:1",
        "exit_code": 3,
        "detail": pytest.approx(float("nan"), nan_ok=True),
        "scope": "local",
        "attributes": EXEC_DIE["Actor"]["Attributes"],
    }


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("start", ("start", None)),
        ("exec_start: sh -c 'echo a: b'", ("exec_start", "sh -c 'echo a: b'")),
        ("health_status: healthy", ("health_status", "healthy")),
        ("exec_create: ", ("exec_create", "")),
        ("odd:er", ("odd:er", None)),
        (None, (None, None)),
        (5, ("5", None)),
    ],
)
def test_what_follows_in_an_action_has_a_column(action: Any, expected: tuple[str | None, str | None]) -> None:
    """So that health_status and exec_start can be grouped."""
    row = one({**EXEC_DIE, "Action": action})
    assert tuple(None if pd.isna(row[name]) else row[name] for name in ("action", "detail")) == expected


@pytest.mark.parametrize(
    ("kind", "identity", "short"),
    [
        ("container", CONTAINER, "1f" * 6),
        ("image", IMAGE, "2e" * 6),
        ("image", "busybox:latest", "busybox:latest"),
        ("network", "3d" * 32, "3d" * 6),
        ("volume", "4c" * 32, "4c" * 32),
        ("volume", "data", "data"),
        ("daemon", "b3dd5b7b-4d3f-4d49-a9a5-3d2a2ee2d1ba", "b3dd5b7b-4d3f-4d49-a9a5-3d2a2ee2d1ba"),
        ("service", "9mnpnzenvg8p8tdbtq4wvbkcz", "9mnpnzenvg8p8tdbtq4wvbkcz"),
        ("network", "", None),
    ],
)
def test_ids_have_twelve_digits_where_they_are_hashes(kind: str, identity: str, short: str | None) -> None:
    """A pull's id is a name, a volume's name may look like a hash; --no-trunc leaves all as they are."""
    event = {"Type": kind, "Actor": {"ID": identity}}
    found = one(event)["id"]
    assert (None if pd.isna(found) else found) == short
    assert not identity or one(event, no_trunc=True)["id"] == identity


def test_the_name_of_a_volume_is_its_id() -> None:
    """It has no other."""
    assert one({"Type": "volume", "Actor": {"ID": "data", "Attributes": {"driver": "local"}}})["name"] == "data"
    assert pd.isna(one({"Type": "image", "Actor": {"ID": IMAGE}})["name"])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"timeNano": 1, "time": 5}, "1970-01-01T00:00:00.000000001Z"),
        ({"timeNano": -1}, "1969-12-31T23:59:59.999999999Z"),
        ({"timeNano": 2**63 - 1}, "2262-04-11T23:47:16.854775807Z"),
        ({"time": 5}, "1970-01-01T00:00:05Z"),
        ({"timeNano": 0, "time": 5}, "1970-01-01T00:00:05Z"),
        ({"timeNano": 2**63, "time": 5}, "1970-01-01T00:00:05Z"),
        ({"timeNano": "1", "time": 5}, "1970-01-01T00:00:05Z"),
        ({"timeNano": True, "time": "x"}, None),
        ({}, None),
    ],
)
def test_the_time_is_in_nanoseconds_where_they_are_told(event: dict[str, Any], expected: str | None) -> None:
    """Else in seconds."""
    time = one(event)["time"]
    assert time is pd.NaT if expected is None else time == pd.Timestamp(expected)


@pytest.mark.parametrize(
    ("code", "expected"), [("0", 0), ("-1", -1), ("137", 137), ("", None), ("x", None), (None, None), ("9" * 40, None)]
)
def test_an_exit_code_is_a_number_or_missing(code: Any, expected: int | None) -> None:
    """Engines write it as text."""
    found = one({"Actor": {"Attributes": {"exitCode": code}}})["exit_code"]
    assert pd.isna(found) if expected is None else found == expected


def test_both_schemas_have_the_same_columns() -> None:
    """With --no-trunc or without."""
    assert [column.name for column in EVENTS] == [column.name for column in event_columns(no_trunc=True)]
