from __future__ import annotations

import os
import subprocess
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.engine.when import timestamp
from dockmagic.errors import UsageError
from tests.conftest import require
from tests.engine.scripted import serving
from tests.engines.programs import client_version, find, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.engine.scripted import Peer

SECOND = 10**9
NOW = 1_769_864_400 * SECOND + 987_654_321
"""2026-01-31T13:00:00.987654321Z."""

LIKE_DOCKER = (
    *("10m", "1h30m", "0s", "1.5h", "300ms", "-10m", "+5m", ".5s", "1.s", "1us", "1\u00b5s", "1\u03bcs", "1h1h1h"),
    *("2562047h47m16.854775807s", "999999999ns", "+0", "-0", "72h3m0.5s", "0h"),
    *("0", "10", "1.5", "10.5", "1769864400.000000001", "1.1234567891", "+5", "2024", "20240102"),
    *("9223372036854775807", "9223372036854775807.5"),
    *("2024-01-02", "2024-07-02", "2024-01-02Z", "2024-01-02+01:00", "2024-01-02-05:00", "0001-01-01", "9999-12-31"),
    *("2024-01-02T03", "2024-01-02T3", "2024-01-02T03:04", "2024-07-02T03:04:05", "2024-07-02T03:04:05.5"),
    *("2024-01-02T03Z", "2024-01-02T03:04Z", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.123456789Z"),
    *("2024-01-02T03:04:05.1234567899Z", "2024-01-02T03:04:05,5", "1969-12-31T23:59:59.25Z", "2024-02-29"),
    *("2024-01-02T03:04-02:00", "2024-01-02T03:04:05+02:00", "2024-01-02T03:04:05.5-02:00", "2024-01-02T3:04:05+24:60"),
)
NO_TIMES = (
    *("1d", "10m ", " 10m", " ", "abc", "now", "yesterday", ".s", "1h-5m", "1hour", "+", "-", "-5", "-5.5", "1e3"),
    *("0x10", "1.", ".5", "1_0", "1.5.5", "\u0661", "1h\uff11m", "1:2", "5z", "5Z", "9223372036854775808", "NaT"),
    *("2562047h47m16.854775808s", "99999999h", "2024-01", "2024-1-2", "2023-02-29", "2024-02-30", "2024-01-02.5"),
    *("2024-01-02T", "2024-01-02T03:4:05", "2024-01-02T24:00:00", "2024-01-02T03:04:60", "2024-01-02T03:04:"),
    *("2024-01-02t03:04:05z", "2024-01-02T03:04:05z", "2024-01-02T03:04:05+0200", "2024-01-02T03:04:05.Z"),
    *("2024-01-02T03:04:05.", "2024-01-02T03:04:05+25:00", "2024-01-02T03:04:05+02:61", "20240102T030405Z"),
    *("1.12345678901234567890123", "2024-01-02T03:04:05Z07:00"),
)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Return a function that sets the local zone, for this process and for docker's command line."""

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def docker_says(tmp_path: Path) -> Iterator[Callable[[str], str | None]]:
    """Return what docker's own command line makes of a --since: the text in its request, None if it refuses."""
    require(missing("docker"))
    asked: list[str] = []

    def engine(peer: Peer) -> None:
        """Say yes to everything, and note it."""
        while True:
            request = peer.request()
            asked.append(request.target)
            body = b'{"Id": "c0ffee", "Config": {}}' if request.method == "GET" and "/json" in request.target else b""
            peer.send(b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOstype: linux\r\nContent-Type: application/json\r\n")
            peer.send(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    with serving(engine) as server:

        def run(text: str) -> str | None:
            asked.clear()
            command = [find("docker"), "--host", f"unix://{server.path}", "logs", f"--since={text}", "web"]
            environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TZ": os.environ.get("TZ", "UTC")}
            subprocess.run(command, check=False, capture_output=True, env=environ, timeout=60)
            queries = [parse_qs(urlsplit(target).query) for target in asked if "/logs" in target]
            return queries[0]["since"][0] if queries else None

        yield run


def nanoseconds(wire: str) -> int:
    """What an engine reads: digits behind the point are filled with zeros, and cut off behind the ninth."""
    seconds, _, part = wire.partition(".")
    return int(seconds) * SECOND + int(part.ljust(9, "0")[:9])


@pytest.mark.parametrize("text", LIKE_DOCKER)
def test_it_says_to_the_engine_what_dockers_command_line_says(
    text: str, docker_says: Callable[[str], str | None], zone: Callable[[str], None]
) -> None:
    """In a zone with summer time too; docker drops what is less than a second of a duration."""
    zone("Europe/Berlin")
    before = time.time_ns()
    theirs = docker_says(text)
    if theirs is None and client_version() < (23,):
        pytest.skip("docker's client before 23 was built with a Go that refuses this")
    ours = [timestamp(text, now_ns=now) for now in (before, time.time_ns())]
    assert theirs is not None
    first, last = (nanoseconds(str(each)) for each in ours)
    if first == last:
        assert nanoseconds(theirs) == first
    else:
        assert first // SECOND * SECOND <= nanoseconds(theirs) <= last


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_docker_refuses_is_refused(text: str, docker_says: Callable[[str], str | None]) -> None:
    """With the forms that are right, before anything is sent."""
    if client_version() >= (23,):  # those before were built with a Go that let impossible zones pass
        assert docker_says(text) is None
    with pytest.raises(UsageError, match="is no time: 10m and 1h30m are ago, 2026-01-31T13:00 is local"):
        timestamp(text, now_ns=NOW)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("10m", "1769863800.987654321"),
        ("0s", "1769864400.987654321"),
        ("300ms", "1769864400.687654321"),
        ("-1ns", "1769864400.987654322"),
        ("1.5", "1.500000000"),
        ("1769864400.000000001", "1769864400.000000001"),
        ("1969-12-31T23:59:59.25Z", "-1.250000000"),
        ("2026-01-31", "1769817600.000000000"),
        (10, "10.000000000"),
        (np.int64(10), "10.000000000"),
        (1.1, "1.100000000"),
        (np.float64(1769864400.25), "1769864400.250000000"),
        (timedelta(minutes=10), "1769863800.987654321"),
        (timedelta(microseconds=-1), "1769864400.987655321"),
        (pd.Timedelta("10min 1ns"), "1769863800.987654320"),
        (pd.Timedelta(-1, unit="ns"), "1769864400.987654322"),
        (datetime(2026, 1, 31, 13, 0, 0, 1, tzinfo=UTC), "1769864400.000001000"),
        (datetime(2026, 1, 31, 13, tzinfo=timezone(timedelta(hours=2))), "1769857200.000000000"),
        (datetime.fromisoformat("2026-01-31T13:00"), "1769864400.000000000"),
        (date(2026, 1, 31), "1769817600.000000000"),
        (pd.Timestamp("2026-01-31T13:00:00.123456789Z"), "1769864400.123456789"),
        (pd.Timestamp("2026-01-31T13:00:00.123456789", tz="Asia/Kolkata"), "1769844600.123456789"),
        (pd.Timestamp("2026-01-31T13:00:00").as_unit("s"), "1769864400.000000000"),
        (datetime.max.replace(tzinfo=UTC), "253402300799.999999000"),
    ],
)
def test_a_time_is_seconds_and_nine_digits(value: Any, expected: str | None, zone: Callable[[str], None]) -> None:
    """Durations are before now; nothing is no limit; no float is in between, which has no room for nanoseconds."""
    zone("UTC")
    assert timestamp(value, now_ns=NOW) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(pd.NaT, pd.NA, float("nan"), float("inf"), 1e300, True, np.True_, b"10m", [], {}, object, -5, -5.5),
        *(
            2**63,
            10**5000,
            "9" * 5000,
            "9" * 5000 + "s",
            "1" * 30 + "h",
            "0000-01-01",
            "10m\0",
            "\ud800",
            "2024-01-02\n",
        ),
        np.datetime64("2026-01-31"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_refused(value: Any) -> None:
    """Also what docker would send, and engines take for another time or complain about."""
    with pytest.raises(UsageError, match="is no time"):
        timestamp(value, now_ns=NOW)


def test_text_without_a_zone_has_the_offset_of_today_and_a_datetime_that_of_its_day(
    zone: Callable[[str], None],
) -> None:
    """The first is docker's rule: in January 12:00 of a day in July is 13:00 by the clocks of that day."""
    zone("Europe/Berlin")
    noon = "2025-07-01T12:00"
    assert timestamp(noon, now_ns=NOW) == timestamp("2025-07-01T11:00Z", now_ns=NOW)
    found = [timestamp(value, now_ns=NOW) for value in (datetime.fromisoformat(noon), pd.Timestamp(noon))]
    assert found == [timestamp("2025-07-01T10:00Z", now_ns=NOW)] * 2


DAYS = [datetime.fromisoformat(text) for text in ("0001-01-02", "9999-12-30")]
MOMENTS = st.datetimes(*DAYS).map(lambda moment: moment.replace(tzinfo=UTC))
SPANS = st.timedeltas(min_value=timedelta(-(10**5)), max_value=timedelta(10**5))


@given(MOMENTS, st.integers(-23 * 60, 23 * 60))
def test_a_datetime_and_its_text_are_the_same_time(moment: datetime, minutes: int) -> None:
    """In any zone, with a T as in RFC 3339 or a blank as in Python: {name} in a command line becomes such text."""
    local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    expected = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    values: list[Any] = [moment, local, local.isoformat(), str(local), str(pd.Timestamp(local))]
    found = {nanoseconds_of(str(timestamp(value, now_ns=NOW))) for value in values}
    assert found == {expected}


@given(SPANS)
def test_a_timedelta_and_its_text_are_the_same_time(span: timedelta) -> None:
    """Python's text and that of pandas; forwards and backwards."""
    values: tuple[Any, ...] = (span, pd.Timedelta(span), str(span), str(pd.Timedelta(span)))
    assert {timestamp(value, now_ns=NOW) for value in values} == {timestamp(span, now_ns=NOW)}


@given(st.integers(0, 2**63 - 1), st.from_regex(r"\A[0-9]{0,9}\Z"))
def test_unix_seconds_go_through_unchanged(seconds: int, part: str) -> None:
    """But for zeros at the end."""
    wire = timestamp(f"{seconds}.{part}" if part else str(seconds), now_ns=NOW)
    assert wire == f"{seconds}.{part.ljust(9, '0')}"


@given(st.text() | st.from_regex(r"\A[-+]?([0-9.]{1,6}(h|m|s|ms|us|ns)){1,4}\Z") | st.from_regex(r"\A[0-9TZ:. +-]+\Z"))
def test_no_text_does_anything_but_become_a_time_or_a_usage_error(text: str) -> None:
    """And what it becomes is what engines can read."""
    try:
        wire = timestamp(text, now_ns=NOW)
    except UsageError:
        return
    assert (wire is None) == (text == "")
    assert wire is None or nanoseconds_of(wire) // SECOND in range(-(2**63), 2**63)


def nanoseconds_of(wire: str) -> int:
    """The time itself: nine digits are there."""
    seconds, part = wire.split(".")
    assert len(part) == 9
    return int(seconds) * SECOND + int(part)
