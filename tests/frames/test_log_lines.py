from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmagic.errors import EngineFault
from dockmagic.frames.log_lines import LogColumns, log_frame, log_lines
from dockmagic.frames.log_pieces import PART
from dockmagic.frames.logs import LOG_LINES
from dockmagic.frames.schema import to_frame

STAMP = "2026-01-31T13:00:00.123456789Z"
LATER = "2026-01-31T13:00:01.000000000Z"


def frame(stream: int, content: bytes | str) -> bytes:
    """One frame as an engine writes it."""
    data = content.encode() if isinstance(content, str) else content
    return struct.pack(">BxxxI", stream, len(data)) + data


def rows(body: bytes, *, terminal: bool = False, details: bool = False) -> list[tuple[str, str, str]]:
    """Stamp, stream and line of each row."""
    found = log_frame([("web", log_lines(bytearray(body), terminal=terminal, details=details))])
    stamps = ["" if time is pd.NaT else f"{time:%Y-%m-%dT%H:%M:%S}.{time.value % 10**9:09d}Z" for time in found["time"]]
    return list(zip(stamps, found["stream"], found["line"], strict=True))


def test_a_frame_of_each_line_is_a_row() -> None:
    """Its time is taken off; the newline is no part of it, all else is."""
    body = frame(1, f"{STAMP} one\n") + frame(2, f"{LATER} t\0w\x1b[1mo \r\n") + frame(1, f"{LATER} \n")
    assert rows(body) == [(STAMP, "stdout", "one"), (LATER, "stderr", "t\0w\x1b[1mo \r"), (LATER, "stdout", "")]


def test_nothing_is_a_frame_with_the_promised_columns() -> None:
    """A container that has written nothing, and no container at all."""
    for found in (log_frame([("web", log_lines(bytearray(), terminal=False))]), log_frame([])):
        pd.testing.assert_frame_equal(found, to_frame([], LOG_LINES))
    assert rows(b"", terminal=True) == []


def test_several_containers_are_one_behind_the_other_with_their_names() -> None:
    """In the order in which they were asked for, whatever their times."""
    parts = [
        (name, log_lines(bytearray(frame(1, f"{stamp} {name}\n")), terminal=False))
        for name, stamp in (("b", LATER), ("a", STAMP))
    ]
    assert log_frame(parts)[["name", "line"]].to_numpy().tolist() == [["b", "b"], ["a", "a"]]


def test_what_is_no_utf_8_is_replaced_and_characters_survive_the_cut_between_parts() -> None:
    """An engine cuts after 16 KiB of bytes, wherever that is."""
    begin, end = ("é" * PART).encode()[: PART - 1], ("é" * PART).encode()[PART - 1 : PART + 1]
    body = frame(1, f"{STAMP} ".encode() + begin) + frame(1, f"{STAMP} ".encode() + end + b"\n")
    assert rows(body) == [(STAMP, "stdout", "é" * (PART // 2) + end[-1:].decode(errors="replace"))]
    assert rows(frame(1, STAMP.encode() + b" a\xff\xfe\n")) == [(STAMP, "stdout", "a\ufffd\ufffd")]


def test_lines_without_an_end_stay_lines() -> None:
    """A process may end without a newline; the next one's first line has a time of its own."""
    body = (
        frame(1, f"{STAMP} begun") + frame(2, f"{STAMP} other\n") + frame(1, f"{LATER} next\n") + frame(1, f"{LATER} x")
    )
    expected = [
        (STAMP, "stdout", "begun"),
        (STAMP, "stderr", "other"),
        (LATER, "stdout", "next"),
        (LATER, "stdout", "x"),
    ]
    assert rows(body) == expected


def test_several_lines_in_one_frame_are_rows_with_one_time() -> None:
    """Some logging drivers have messages of several lines."""
    body = frame(1, f"{STAMP} a\nb\n\nc\n") + frame(1, f"{LATER} d\n")
    assert rows(body) == [*((STAMP, "stdout", text) for text in ("a", "b", "", "c")), (LATER, "stdout", "d")]


@pytest.mark.parametrize("stamp", ["2026-01-31T14:00:00.123456789+01:00", "2026-01-31T05:30:00.123456789-07:30"])
def test_times_of_a_zone_become_utc(stamp: str) -> None:
    """The logging driver "local" writes those of its host."""
    assert rows(frame(1, f"{stamp} x\n")) == [(STAMP, "stdout", "x")]


@pytest.mark.parametrize("text", ["", "no time", "2026-13-31T13:00:00.123456789Z", "20", STAMP, "2026-01-31"])
def test_a_line_without_a_time_is_kept(text: str) -> None:
    """It has the time of the one before in its stream, or none."""
    assert rows(frame(1, f"{text}\n"))[0][:2] == ("", "stdout")
    assert rows(frame(1, f"{STAMP} x\n{text}\n")) == [(STAMP, "stdout", "x"), (STAMP, "stdout", text)]


def test_a_year_out_of_range_is_no_time() -> None:
    """Nanoseconds of 64 bits end in 2262; Go's zero time is of the year 1."""
    for stamp in ("0001-01-01T00:00:00.000000000Z", "9999-12-31T23:59:59.000000000Z", "2099-99-31T13:00:00.123456789Z"):
        assert rows(frame(1, f"{stamp} x\n") + frame(1, f"{STAMP} y\n"))[0] == ("", "stdout", "x")


def test_attributes_of_log_opt_stay_in_front_of_a_line_and_are_taken_off_between_its_parts() -> None:
    """--details."""
    body = frame(1, f"{STAMP} E=1,foo=a+b one\n") + frame(1, f"{STAMP} E=1 {'x' * PART}") + frame(1, f"{STAMP} E=1 y\n")
    assert rows(body, details=True) == [
        (STAMP, "stdout", "E=1,foo=a+b one"),
        (STAMP, "stdout", f"E=1 {'x' * PART}y"),
    ]


def test_a_terminal_has_no_frames_and_ends_lines_as_terminals_do() -> None:
    """CR and LF; a CR inside, of a progress bar, stays. Between the parts of a long line is its time."""
    body = f"{STAMP} 1%\r2%\r\n{STAMP} {'x' * PART}{STAMP} {'x' * PART}{STAMP} yy\r\n{LATER} $ "
    assert rows(body.encode(), terminal=True) == [
        (STAMP, "stdout", "1%\r2%"),
        (STAMP, "stdout", "x" * 2 * PART + "yy"),
        (LATER, "stdout", "$ "),
    ]


def test_an_error_of_the_engine_inside_the_stream_is_raised() -> None:
    """A truncated log file, say."""
    with pytest.raises(EngineFault, match="Error grabbing logs: unexpected EOF"):
        log_lines(
            bytearray(frame(1, f"{STAMP} x\n") + frame(3, "Error grabbing logs: unexpected EOF\n")), terminal=False
        )


class Line(NamedTuple):
    """What a process writes: to where, when, how often which character, and whether it ends."""

    stream: int
    text: str
    ended: bool


TEXTS = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=20) | st.builds(
    lambda size, sign: sign * size,
    st.sampled_from([PART - 1, PART, PART + 1, 2 * PART, 3 * PART + 7]),
    st.sampled_from("xé"),
)
LINES = st.lists(st.builds(Line, st.sampled_from([1, 2]), TEXTS, st.booleans() | st.just(value=True)), max_size=12)


def stamp_of(number: int) -> str:
    """A time of its own for each line."""
    return f"2026-01-31T13:{number // 60:02}:{number % 60:02}.{number:09}Z"


def parts_of(number: int, line: Line) -> list[bytes]:
    """The frames' contents of a line, as an engine cuts it."""
    data = line.text.encode()
    texts = [data[at : at + PART] for at in range(0, len(data), PART)] or [b""]
    if len(texts[-1]) == PART and line.ended and len(data) > 0:
        texts.append(b"")
    texts[-1] += b"\n" if line.ended else b""
    return [stamp_of(number).encode() + b" " + text for text in texts]


def expected(lines: list[Line]) -> list[tuple[str, str, str]]:
    """The rows."""
    streams = {1: "stdout", 2: "stderr"}
    return [(stamp_of(number), streams[line.stream], line.text) for number, line in enumerate(lines)]


@given(LINES, st.randoms())
@settings(deadline=None)
def test_every_line_is_found_whole_however_the_two_streams_alternate(lines: list[Line], random: Any) -> None:
    """Parts of a line of stderr may stand between those of one of stdout; rows are in the order of their beginnings."""
    queues: dict[int, list[tuple[int, bytes]]] = {1: [], 2: []}
    for number, line in enumerate(lines):
        queues[line.stream] += [(number, part) for part in parts_of(number, line)]
    body, begun = b"", []
    while any(queues.values()):
        stream = random.choice([stream for stream, queue in queues.items() if queue])
        number, part = queues[stream].pop(0)
        body += frame(stream, part)
        begun.append(number)
    rows_of = expected(lines)
    assert rows(body) == [rows_of[number] for number in dict.fromkeys(begun)]


@given(LINES.map(lambda lines: [line._replace(stream=1, ended=True) for line in lines]), st.data())
@settings(deadline=None)
def test_frames_may_be_cut_anywhere(lines: list[Line], data: st.DataObject) -> None:
    """A frame is not a line: not for one with its times, nor for one with half a character."""
    text = b"".join(f"{stamp_of(number)} {line.text}\n".encode() for number, line in enumerate(lines))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert rows(b"".join(frame(1, piece) for piece in pieces)) == expected(lines)


@given(LINES, st.booleans(), st.data())
@settings(deadline=None)
def test_bytes_may_come_in_any_pieces(lines: list[Line], terminal: bool, data: st.DataObject) -> None:  # noqa: FBT001 - a value among others
    """A log is read while it comes: a frame, a line, a time and a character may be cut where a block ends."""
    parts = [(line.stream, part) for number, line in enumerate(lines) for part in parts_of(number, line)]
    body = b"".join(part if terminal else frame(stream, part) for stream, part in parts)
    reader = LogColumns(terminal=terminal, block=1)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    for begin, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
        reader.feed(body[begin:end])
    whole = log_frame([("web", log_lines(body, terminal=terminal))])
    pd.testing.assert_frame_equal(log_frame([("web", reader.end())]), whole)


@given(LINES.map(lambda lines: [line._replace(stream=1, ended=True) for line in lines]))
@settings(deadline=None)
def test_the_lines_of_a_terminal_are_found_whole(lines: list[Line]) -> None:
    """Without frames, long ones too."""
    lines = [line for line in lines if not line.text.endswith("\r")]
    body = b"".join(b"".join(parts_of(number, line))[:-1] + b"\r\n" for number, line in enumerate(lines))
    assert rows(body, terminal=True) == expected(lines)


@given(st.binary(max_size=200), st.booleans())
def test_arbitrary_bytes_of_a_terminal_are_lines(body: bytes, details: bool) -> None:  # noqa: FBT001 - a value among others
    """As many as there are newlines, and one more for what stands behind the last."""
    found = rows(body, terminal=True, details=details)
    assert len(found) == body.count(b"\n") + (not body.endswith(b"\n") and body != b"")


def test_the_columns_are_of_the_leanest_types() -> None:
    """Of 10,000 lines, nothing but the texts is more than some bytes a row."""
    body = b"".join(frame(1 + number % 2, f"{stamp_of(number % 3600)} {number}\n") for number in range(10_000))
    found = log_frame([("web", log_lines(bytearray(body), terminal=False))])
    sizes = found.memory_usage(index=False)
    assert (sizes["time"], sizes["name"]) == (80_000, 80_000)
    assert sizes["stream"] < 11_000
    assert found["stream"].cat.codes.dtype == np.int8
    assert len({id(name) for name in found["name"]}) == 1
