"""What an engine sends of containers' logs in one go, as columns.

An engine writes each line as one frame, "2026-01-31T13:00:00.123456789Z text" and a newline; such frames are taken
apart together by numpy (100 ms for 200,000). What is otherwise, a line of more than 16 KiB, is for `log_pieces`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from dockmagic.engine.multiplex import frames
from dockmagic.frames.arrays import array
from dockmagic.frames.log_pieces import PART, Pieces
from dockmagic.frames.logs import STREAM
from dockmagic.frames.schema import told_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.frames.log_pieces import Piece

__all__ = ["LogLines", "log_frame", "log_lines", "stamps_as_times"]

_FORM = dict(zip((0, 1, 4, 7, 10, 13, 16, 19, 29, 30), b"20--T::.Z ", strict=True))  # of a stamp: position, sign
_STAMP = 31  # bytes: 2026-01-31T13:00:00.123456789Z and a blank
_BLOCK = 8192  # lines whose stamps are copied at a time
_NEWLINE, _RETURN = b"\n\r"


class _Spans(NamedTuple):
    """The frames of a body, or the lines of a terminal: arrays of int64, int64, and uint8 (1 is stdout, 2 stderr)."""

    begins: Any
    ends: Any
    streams: Any

    def only(self, chosen: Any) -> _Spans:
        """Those that `chosen` is true for."""
        return _Spans(self.begins[chosen], self.ends[chosen], self.streams[chosen])


class LogLines(NamedTuple):
    """Columns: datetime64[ns], uint8 (1 for stdout, 2 for stderr), and objects that are str."""

    times: Any
    streams: Any
    texts: Any


def log_lines(body: bytearray, *, terminal: bool, details: bool = False) -> LogLines:
    """The lines of what the engine sent of one container, in its order.

    With a `terminal` (Config.Tty) there are no frames, and a line's end is CR and LF. Raises EngineFault and
    ProtocolError as `frames` does.
    """
    data = np.frombuffer(body, "uint8")
    spans = _terminal_spans(data) if terminal else _framed_spans(body)
    plain = _plain(data, spans, terminal=terminal)
    lines = _at_once(body, data, spans.only(plain), terminal=terminal)
    if plain.all():
        return lines
    pieces = Pieces(terminal=terminal, details=details)
    for index in np.flatnonzero(~plain).tolist():
        pieces.add(index, int(spans.streams[index]), bytes(data[spans.begins[index] : spans.ends[index]]))
    return _merged(np.flatnonzero(plain), lines, pieces.lines())


def log_frame(logs: Sequence[tuple[str, LogLines]], *, engine: Engine | None = None) -> pd.DataFrame:
    """The lines of several containers, each with its name in front, one behind the other."""
    none = LogLines(np.empty(0, "datetime64[ns]"), np.empty(0, "uint8"), np.empty(0, object))
    parts = [none, *(lines for _, lines in logs)]
    times, streams, texts = (np.concatenate(column) for column in zip(*parts, strict=True))
    frame = pd.DataFrame(
        {
            "time": pd.array(times, dtype=pd.DatetimeTZDtype("ns", "UTC")),
            "name": array([name for name, lines in logs for _ in range(len(lines.texts))], "str"),
            "stream": pd.Categorical.from_codes(streams.astype("int8") - 1, dtype=array((), STREAM).dtype),
            "line": pd.array(texts, dtype=array((), "str").dtype),
        },
        copy=False,
    )
    frame.attrs = told_by(engine)
    return frame


def _framed_spans(body: bytearray) -> _Spans:
    found = frames(body)
    begins, ends = (np.frombuffer(part, "int64") for part in (found.begins, found.ends))
    return _Spans(begins, ends, np.frombuffer(found.streams, "uint8"))


def _terminal_spans(data: Any) -> _Spans:
    ends = np.flatnonzero(data == _NEWLINE) + 1
    if len(data) and (not len(ends) or ends[-1] < len(data)):
        ends = np.append(ends, len(data))
    return _Spans(np.concatenate(([0], ends[:-1]))[: len(ends)], ends, np.ones(len(ends), "uint8"))


def _plain(data: Any, spans: _Spans, *, terminal: bool) -> Any:
    """Which spans are one line each, and the whole of it: a stamp of UTC, text, and the only newline at the end."""
    begins, ends, streams = spans
    sizes = ends - begins
    ended = (sizes > 0) & (data[ends - 1] == _NEWLINE)
    plain = ended & (sizes > _STAMP)
    for at, sign in _FORM.items():
        plain &= data[np.minimum(begins + at, len(data) - 1)] == sign
    if terminal:
        return plain & (sizes <= _STAMP + PART)
    for stream in (1, 2):  # what follows on a line that has not ended may be its next part
        own = np.flatnonzero(streams == stream)
        plain[own[1:]] &= ended[own[:-1]]
    newlines = np.flatnonzero(data == _NEWLINE)
    frame = np.searchsorted(ends, newlines, side="right")
    plain[frame[(newlines >= begins[frame]) & (newlines < ends[frame] - 1)]] = False
    return plain


def _at_once(body: bytearray, data: Any, spans: _Spans, *, terminal: bool) -> LogLines:
    """The lines of spans that are plain."""
    begins, ends, streams = spans
    times = np.empty(len(begins), "datetime64[ns]")
    for block in range(0, len(begins), _BLOCK):
        chosen = slice(block, block + _BLOCK)
        times[chosen] = _times(data, begins[chosen])
    stops = ends - 1
    if terminal:
        stops = stops - (data[ends - 2] == _RETURN)
    bounds = zip(memoryview(begins + _STAMP), memoryview(stops), strict=True)  # their items are ints of Python
    texts = (body[begin:end].decode("utf-8", "replace") for begin, end in bounds)
    return LogLines(times, streams, np.fromiter(texts, dtype=object, count=len(begins)))


def _times(data: Any, begins: Any) -> Any:
    return stamps_as_times(data[begins[:, None] + np.arange(_STAMP - 2)].view(f"S{_STAMP - 2}").ravel())


def stamps_as_times(stamps: Any) -> Any:
    """datetime64[ns] of an array of stamps (2026-01-31T13:00:00.123456789); NaT for what is no time."""
    try:
        return stamps.astype("datetime64[ns]")
    except ValueError:  # one of them is no time: each for itself
        return _each_time([stamp.decode(errors="replace") for stamp in stamps.tolist()])


def _each_time(stamps: list[str]) -> Any:
    return array(stamps, "datetime64[ns, UTC]").asi8.view("datetime64[ns]")


def _merged(indexes: Any, lines: LogLines, pieces: list[Piece]) -> LogLines:
    """`lines`, which began in the spans `indexes`, and `pieces`, in the order of the engine."""
    texts = np.fromiter((piece.text for piece in pieces), dtype=object, count=len(pieces))
    streams = np.array([piece.stream for piece in pieces], "uint8")
    others = LogLines(_each_time([piece.stamp for piece in pieces]), streams, texts)
    order = np.argsort(np.concatenate((indexes, [piece.frame for piece in pieces])), kind="stable")
    return LogLines(*(np.concatenate(columns)[order] for columns in zip(lines, others, strict=True)))
