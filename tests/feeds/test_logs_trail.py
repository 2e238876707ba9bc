"""`LogTrail`: where the reading of a log goes on after a break, without a line twice and with none missing unsaid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockmagic.feeds.log_unit import NO_STAMP, stamp_of, unit
from dockmagic.feeds.logs_trail import LogTrail, as_since, as_stamp, before


def stamp(nanoseconds: int) -> bytes:
    """So long after a certain second."""
    return f"2026-01-31T13:00:{nanoseconds // 10**9:02d}.{nanoseconds % 10**9:09d}Z".encode()


def line(nanoseconds: int, text: str) -> bytes:
    """A line of stdout."""
    return unit(1, 0, stamp(nanoseconds), text.encode())


def replayed(log: list[bytes], since: str | None) -> list[bytes]:
    """What an engine sends of a log: what is not older than `since`, in the order in which it was written."""
    return [each for each in log if since is None or as_since(stamp_of(each)) >= since]


@given(
    times=st.lists(st.integers(0, 3 * 10**9), min_size=1, max_size=30),
    seen=st.integers(0, 30),
    same=st.booleans(),
)
def test_nothing_is_missing_and_nothing_comes_twice(times: list[int], seen: int, *, same: bool) -> None:
    """Whatever was read before, in an order of time that is off by less than a second, and equal lines too."""
    ordered = sorted(times)
    log = [line(time, "same" if same else str(number)) for number, time in enumerate(ordered)]
    for place in range(0, len(log) - 1, 2):  # two streams, whose lines are written in another order than stamped
        if ordered[place + 1] - ordered[place] < 10**9:
            log[place], log[place + 1] = log[place + 1], log[place]
    trail = LogTrail(None)
    trail.extend(log[:seen])
    replay = trail.replay()
    again = replayed(log, replay.since)
    assert not replay.misses(again)
    assert [*log[:seen], *replay.new(again)] == log


def test_a_log_that_lost_what_was_read_misses_lines() -> None:
    """It was rotated meanwhile: its first line is one that is not known. That is told once."""
    trail = LogTrail(None)
    trail.extend([line(0, "a"), line(1, "b")])
    replay = trail.replay()
    assert replay.misses([line(5, "x")])
    assert not replay.misses([line(6, "y")])


def test_what_began_in_the_middle_goes_on_there() -> None:
    """Of a tail, the lines in front of it are not known, and not asked for."""
    trail = LogTrail("1.0")
    assert trail.replay().since == "1.0"
    trail.partial = True
    trail.extend([line(10, "a"), line(20, "b")])
    assert trail.replay().since == as_since(stamp(11))
    assert trail.last == stamp(20)


def test_a_line_that_had_not_ended_is_read_again() -> None:
    """From its beginning on; what is in front of it may be unknown then."""
    trail = LogTrail(None)
    trail.extend([line(5 * 10**9, "a")])
    replay = trail.replay([stamp(2)])
    assert replay.since == as_since(stamp(2))
    assert not replay.misses([line(2, "long")])


def test_times_are_understood_as_engines_write_them() -> None:
    """Zeros at the end of a second's part are left out in an inspect; what is no time is the beginning of all."""
    assert as_stamp("2026-01-31T13:00:00.5Z") == b"2026-01-31T13:00:00.500000000Z"
    assert as_stamp("2026-01-31T13:00:00Z") == b"2026-01-31T13:00:00.000000000Z"
    assert as_stamp("") == as_stamp("yesterday") == NO_STAMP
    assert as_since(b"1970-01-01T00:00:01.000000002Z") == "1.000000002"
    assert before(b"1970-01-01T00:00:01.000000002Z") == b"1970-01-01T00:00:00.000000002Z"
    assert before(NO_STAMP) == NO_STAMP
