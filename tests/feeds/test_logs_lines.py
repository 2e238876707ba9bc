"""`LineReader`: the lines of a followed log, however its bytes are cut."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.errors import EngineFault, ProtocolError
from dockmagic.feeds.log_unit import read
from dockmagic.feeds.logs_lines import LONGEST, LineReader
from dockmagic.frames.log_lines import log_frame, log_lines
from dockmagic.frames.log_pieces import PART

STAMP = "2026-01-31T13:00:00.123456789Z"
LATER = "2026-01-31T13:00:01.000000000Z"


def frame(stream: int, content: bytes | str) -> bytes:
    """One frame as an engine writes it."""
    data = content.encode() if isinstance(content, str) else content
    return struct.pack(">BxxxI", stream, len(data)) + data


def lines(*chunks: bytes, terminal: bool = False) -> list[tuple[str, int, str]]:
    """Stamp, stream and text of each line of a stream that comes in these chunks, and ends."""
    reader = LineReader(0, terminal=terminal)
    units = [each for chunk in chunks for each in reader.feed(chunk)] + reader.end()
    return [(line.stamp, line.stream, line.text) for line in map(read, units)]


LONG = "é" * PART
FRAMED = (
    frame(1, f"{STAMP} one\n")
    + frame(2, f"{STAMP} t\0w\x1b[1mo \r\n")
    + frame(1, f"{STAMP} ".encode() + LONG.encode()[: PART - 1])  # in the middle of a character
    + frame(2, f"{LATER} between\n")
    + frame(1, f"{STAMP} ".encode() + LONG.encode()[PART - 1 :] + b"\n")
    + frame(1, f"{LATER} \n")
    + frame(1, f"{LATER} a\n{LATER} b\n")
    + frame(1, f"{LATER} \xff".encode("latin-1") + b"\n")
    + frame(1, f"{LATER} end")
)
TERMINAL = f"{STAMP} café \x1b[1mx\r\n{STAMP} {LONG[:PART]}{STAMP} {LONG[PART:]}\r\n{LATER} \r\n{LATER} $ ".encode()


def told_at_once(body: bytes, *, terminal: bool) -> list[tuple[str, str, str]]:
    """What `logs` makes of the same bytes in one go."""
    found = log_frame([("web", log_lines(bytearray(body), terminal=terminal))])
    stamps = [f"{time:%Y-%m-%dT%H:%M:%S}.{time.value % 10**9:09d}Z" for time in found["time"]]
    return list(zip(stamps, found["stream"], found["line"], strict=True))


@pytest.mark.parametrize(("body", "terminal"), [(FRAMED, False), (TERMINAL, True)])
@given(cuts=st.lists(st.integers(0, len(FRAMED)), max_size=20))
def test_lines_are_the_same_wherever_the_network_cuts(body: bytes, *, terminal: bool, cuts: list[int]) -> None:
    """Headers, stamps and characters come in two parts as well; the lines are those of `logs`."""
    ends = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    chunks = [body[begin:end] for begin, end in pairwise(ends)]
    streams = {1: "stdout", 2: "stderr"}
    found = sorted((stamp, streams[stream], text) for stamp, stream, text in lines(*chunks, terminal=terminal))
    assert found == sorted(told_at_once(body, terminal=terminal))


def test_a_line_that_goes_on_is_told_when_it_ends() -> None:
    """Not before: and it has the time at which it began."""
    reader = LineReader(7, terminal=False)
    assert reader.feed(frame(1, f"{STAMP} begin")) == []
    assert reader.open_stamps == [STAMP.encode()]
    (unit,) = reader.feed(frame(1, f"{STAMP} and end\n"))
    assert read(unit) == (1, 7, STAMP, "beginand end")
    assert reader.open_stamps == []


@pytest.mark.parametrize("terminal", [False, True])
def test_a_line_without_an_end_is_cut(*, terminal: bool) -> None:
    """So that whoever writes one does not fill the memory."""
    part = "x" * PART
    one = f"{STAMP} {part}".encode()
    chunks = [one if terminal else frame(1, one)] * (2 * LONGEST // PART)
    reader = LineReader(0, terminal=terminal)
    cut = [read(unit) for chunk in chunks for unit in reader.feed(chunk)]
    assert cut
    assert {line.text.strip("x") for line in cut} == {""}
    assert all(LONGEST - PART < len(line.text) < LONGEST + 2 * PART for line in cut)


def test_a_time_of_another_zone_is_one_of_utc() -> None:
    """Docker 20.10 tells those of the log driver `local` in its host's zone."""
    assert lines(frame(1, "2026-01-31T14:00:00.123456789+01:00 x\n")) == [(STAMP, 1, "x")]


def test_a_line_without_a_time_has_that_of_the_line_before() -> None:
    """Whatever an engine sends."""
    assert lines(frame(1, f"{STAMP} a\n"), frame(1, "no stamp\n")) == [(STAMP, 1, "a"), (STAMP, 1, "no stamp")]


def test_the_engines_own_words_are_an_error() -> None:
    """Also when they come in two parts."""
    body = frame(3, "the log is broken")
    reader = LineReader(0, terminal=False)
    assert reader.feed(body[:12]) == []
    with pytest.raises(EngineFault, match="the log is broken"):
        reader.feed(body[12:])


@pytest.mark.parametrize("body", [frame(9, "x"), struct.pack(">BxxxI", 1, 2**31) + b"x"])
def test_what_is_no_frame_is_a_protocol_error(body: bytes) -> None:
    """A stream that there is not, or of a size that no engine sends."""
    with pytest.raises(ProtocolError):
        lines(body)


def test_a_stream_that_ends_in_a_frame_is_a_protocol_error() -> None:
    """It was cut short: what is missing is read again."""
    with pytest.raises(ProtocolError, match="in the middle of a frame"):
        lines(FRAMED[:-1])
