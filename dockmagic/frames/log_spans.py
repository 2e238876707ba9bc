"""The frames of a log (of a terminal: its lines) as arrays, and what is in them: which are one line, its time and text.

All of them at once: what is done for each of 200,000 lines in Python takes longer than the engine takes to send it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dockmagic.engine.multiplex import HEADER, frame_ends, frame_failure
from dockmagic.errors import ProtocolError
from dockmagic.frames.arrays import array
from dockmagic.frames.log_pieces import PART

__all__ = [
    "Spans",
    "ends_of_lines",
    "frame_spans",
    "line_spans",
    "plain_frames",
    "plain_lines",
    "stamps_as_times",
    "texts",
    "times",
]

_FORM = dict(zip((0, 1, 4, 7, 10, 13, 16, 19, 29, 30), b"20--T::.Z ", strict=True))  # of a stamp: position, sign
_PLACES, _SIGNS = np.array(list(_FORM)), np.array(list(_FORM.values()), "uint8")
_STAMP = 31  # bytes: 2026-01-31T13:00:00.123456789Z and a blank
_NEWLINE, _RETURN = b"\n\r"
_ASCII = 128
_STDERR = 2


class Spans(NamedTuple):
    """The frames of a body, or the lines of a terminal: arrays of int64, int64, and uint8 (1 is stdout, 2 stderr)."""

    begins: Any
    ends: Any
    streams: Any

    def only(self, chosen: Any) -> Spans:
        """Those that `chosen` is true for."""
        return self if chosen.all() else Spans(self.begins[chosen], self.ends[chosen], self.streams[chosen])


def frame_spans(body: bytes | bytearray, data: Any, *, final: bool) -> Spans:
    """The frames of a body that are whole; `final`: that must be all of it.

    Raises EngineFault with the engine's words where it put an error into the stream, ProtocolError where a frame is cut
    short or belongs to no stream.
    """
    ends = np.frombuffer(frame_ends(body), "int64")
    begins = np.concatenate(([0], ends[:-1]))[: len(ends)] + HEADER
    streams = data[begins - HEADER]
    if len(wrong := np.flatnonzero(streams > _STDERR)):
        first = wrong[0]
        raise frame_failure(int(streams[first]), bytes(body[begins[first] : ends[first]]))
    if final and (ends[-1] if len(ends) else 0) < len(body):
        raise ProtocolError("the engine's stream ends in the middle of a frame")
    return Spans(begins, ends, np.maximum(streams, 1))


def line_spans(data: Any, *, final: bool) -> Spans:
    """The lines of a terminal; `final`: also the last one, whose end has not come."""
    ends = np.flatnonzero(data == _NEWLINE) + 1
    if final and len(data) and (not len(ends) or ends[-1] < len(data)):
        ends = np.append(ends, len(data))
    return Spans(np.concatenate(([0], ends[:-1]))[: len(ends)], ends, np.ones(len(ends), "uint8"))


def ends_of_lines(data: Any, spans: Spans) -> Any:
    """Which spans end with a newline."""
    return (spans.ends > spans.begins) & (data[spans.ends - 1] == _NEWLINE)


def plain_lines(data: Any, spans: Spans) -> Any:
    """Which lines of a terminal have a stamp of UTC, and are no longer than what an engine sends in one part."""
    sizes = spans.ends - spans.begins
    return ends_of_lines(data, spans) & _stamped(data, spans) & (sizes <= _STAMP + PART)


def plain_frames(data: Any, spans: Spans, ended: Any) -> Any:
    """Which frames are one line each, and the whole of it: a stamp of UTC, text, and the only newline at the end.

    `ended` are those that end with a newline.
    """
    plain = ended & _stamped(data, spans)
    begins, ends, _ = spans
    used = data[: ends[-1]]
    if np.count_nonzero(used == _NEWLINE) != np.count_nonzero(ended) + _in_sizes(spans, _NEWLINE, _NEWLINE):
        newlines = np.flatnonzero(used == _NEWLINE)
        frame = np.searchsorted(ends, newlines, side="right")
        plain[frame[(newlines >= begins[frame]) & (newlines < ends[frame] - 1)]] = False
    return plain


def texts(body: bytes | bytearray, data: Any, spans: Spans, *, terminal: bool) -> Any:
    """What stands behind the stamps of spans that are plain, without the line's end: objects that are str."""
    begins, stops = spans.begins + _STAMP, spans.ends - 1
    if terminal:
        stops = stops - (data[spans.ends - 2] == _RETURN)
    bounds = zip(begins.tolist(), stops.tolist(), strict=True)
    others = np.count_nonzero(data >= _ASCII)
    if others == (0 if terminal else _in_sizes(spans, _ASCII, 255)):  # those are in the frames' headers
        whole = body.decode("latin-1")  # one text, of which pieces are taken: a third of the time
        found = [whole[begin:stop] for begin, stop in bounds]
    else:
        found = [body[begin:stop].decode("utf-8", "replace") for begin, stop in bounds]
    return np.fromiter(found, dtype=object, count=len(found))


def times(data: Any, spans: Spans) -> Any:
    """The stamps of spans that are plain, as datetime64[ns]."""
    stamps = np.ascontiguousarray(_heads(data, spans.begins)[:, : _STAMP - 2])
    return stamps_as_times(stamps.view(f"S{_STAMP - 2}").ravel())


def stamps_as_times(stamps: Any) -> Any:
    """datetime64[ns] of an array of stamps (2026-01-31T13:00:00.123456789); NaT for what is no time."""
    try:
        return stamps.astype("datetime64[ns]")
    except ValueError:  # one of them is no time: each for itself
        texts = [stamp.decode(errors="replace") for stamp in stamps.tolist()]
        return array(texts, "datetime64[ns, UTC]").asi8.view("datetime64[ns]")


def _stamped(data: Any, spans: Spans) -> Any:
    """Which spans are longer than a stamp and begin with one."""
    stamped = spans.ends - spans.begins > _STAMP
    heads = _heads(data, spans.begins[stamped])
    stamped[stamped] = (heads[:, _PLACES] == _SIGNS).all(axis=1)
    return stamped


def _heads(data: Any, begins: Any) -> Any:
    """The bytes of a stamp from each of the places on."""
    if not len(begins):
        return np.empty((0, _STAMP), "uint8")
    return np.lib.stride_tricks.sliding_window_view(data, _STAMP)[begins]


def _in_sizes(spans: Spans, least: int, most: int) -> int:
    """How many bytes of the frames' headers, which are sizes of four bytes, have such values."""
    sizes = (spans.ends - spans.begins).astype("<u4").view("uint8")
    return int(np.count_nonzero((sizes >= least) & (sizes <= most)))
