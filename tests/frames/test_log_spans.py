from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.errors import EngineFault, ProtocolError
from dockmagic.frames.log_spans import frame_spans

if TYPE_CHECKING:
    from dockmagic.frames.log_spans import Spans


def frame(stream: int, content: bytes) -> bytes:
    """One frame as an engine writes it."""
    return struct.pack(">BxxxI", stream, len(content)) + content


def frames(body: bytes, *, final: bool = True) -> Spans:
    """Where they are."""
    return frame_spans(body, np.frombuffer(body, "uint8"), final=final)


CONTENTS = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=300)))


@given(CONTENTS)
def test_frames_are_found_whatever_is_in_them(written: list[tuple[int, bytes]]) -> None:
    """Empty ones, newlines, and bytes that look like a header."""
    body = b"".join(frame(*each) for each in written)
    found = frames(body)
    read = [(stream, body[begin:end]) for begin, end, stream in zip(*found, strict=True)]
    assert read == written


def test_what_is_of_stdin_is_taken_for_stdout() -> None:
    """As docker takes it."""
    assert list(frames(frame(0, b"x") + frame(2, b"y")).streams) == [1, 2]


def test_no_bytes_are_no_frames() -> None:
    """A container that has written nothing."""
    assert [len(part) for part in frames(b"")] == [0, 0, 0]


@given(CONTENTS.filter(bool), st.data())
def test_a_frame_that_is_cut_short_is_an_error(written: list[tuple[int, bytes]], data: st.DataObject) -> None:
    """Within its header or behind it; docker would drop it without a word. As long as more may come, it waits."""
    *whole, last = (frame(*each) for each in written)
    size = data.draw(st.integers(1, len(last) - 1))
    with pytest.raises(ProtocolError, match="ends in the middle of a frame"):
        frames(b"".join(whole) + last[:size])
    assert len(frames(b"".join(whole) + last[:size], final=False).ends) == len(whole)


@pytest.mark.parametrize("stream", [4, 50, 255])
def test_a_frame_of_no_stream_is_an_error(stream: int) -> None:
    """It is text, most likely: "2026-..." begins with 50."""
    with pytest.raises(ProtocolError, match=f"has a frame of stream {stream}, and there are only stdout and stderr"):
        frames(frame(1, b"ok\n") + frame(stream, b""))


def test_an_error_of_the_engine_inside_the_stream_is_raised_in_its_words() -> None:
    """The status was 200 long before. Control characters do not reach the reader."""
    with pytest.raises(EngineFault) as caught:
        frames(frame(1, b"ok\n") + frame(3, b"Error grabbing logs: \x1b[31munexpected \xff EOF\n"))
    assert caught.value.message == "Error grabbing logs:  [31munexpected \ufffd EOF"
    assert caught.value.status == 500
