"""What an engine sends of containers' logs, as columns, while it comes.

An engine writes each line as one frame, "2026-01-31T13:00:00.123456789Z text" and a newline; such frames are taken
apart together (see `log_spans`). What is otherwise, a line of more than 16 KiB, is for `log_pieces`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from dockmagic.frames.arrays import array
from dockmagic.frames.log_pieces import Pieces
from dockmagic.frames.log_spans import ends_of_lines, frame_spans, line_spans, plain_frames, plain_lines, texts, times
from dockmagic.frames.logs import STREAM
from dockmagic.frames.schema import told_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.frames.log_pieces import Piece
    from dockmagic.frames.log_spans import Spans

__all__ = ["LogColumns", "LogLines", "log_frame", "log_lines"]

_BLOCK = 256 * 1024
"""Bytes that are converted at a time. An engine that finds nobody reading waits after a few hundred lines: in the time
that 2,000 lines take here it writes as many, so that neither waits for the other."""


class LogLines(NamedTuple):
    """Columns: datetime64[ns], uint8 (1 for stdout, 2 for stderr), and pandas' array of str."""

    times: Any
    streams: Any
    texts: Any


class LogColumns:
    """Takes the bytes of one container's log as they come, cut anywhere, and gives its lines, in the engine's order.

    With a `terminal` (Config.Tty) there are no frames, and a line's end is CR and LF. Raises EngineFault and
    ProtocolError as `frame_spans` does.
    """

    def __init__(self, *, terminal: bool, details: bool = False, block: int = _BLOCK) -> None:
        self._terminal = terminal
        self._block = block
        self._body = bytearray()
        self._due = block  # its size when it is time to convert what there is
        self._pieces = Pieces(terminal=terminal, details=details)
        self._lines: list[LogLines] = []
        self._indexes: list[Any] = []  # of these lines among all spans
        self._count = 0  # spans so far
        self._goes_on = {1: False, 2: False}  # whether the stream's last frame has no newline at its end

    def feed(self, chunk: bytes | bytearray) -> None:
        """Take in what has come."""
        self._body += chunk
        if len(self._body) >= self._due:
            self._convert(final=False)

    def end(self) -> LogLines:
        """All lines, those too whose end has not come."""
        self._convert(final=True)
        pieces = self._pieces.lines()
        return _merged(np.concatenate(self._indexes), self._lines, pieces) if pieces else _joined(self._lines)

    def _convert(self, *, final: bool) -> None:
        body, data = self._body, np.frombuffer(self._body, "uint8")
        spans = line_spans(data, final=final) if self._terminal else frame_spans(body, data, final=final)
        rest = int(spans.ends[-1]) if len(spans.ends) else 0
        self._body = body[rest:]  # a new one: the array holds on to the old one
        self._due = len(self._body) + self._block
        if rest:
            self._convert_spans(body, data[:rest], spans)

    def _convert_spans(self, body: bytearray, data: Any, spans: Spans) -> None:
        plain = plain_lines(data, spans) if self._terminal else self._plain_frames(data, spans)
        own = spans.only(plain)
        found = pd.array(texts(body, data, own, terminal=self._terminal), dtype=_text())
        self._lines.append(LogLines(times(data, own), own.streams, found))
        self._indexes.append(np.flatnonzero(plain) + self._count)
        for index in np.flatnonzero(~plain).tolist():
            content = bytes(data[spans.begins[index] : spans.ends[index]])
            self._pieces.add(index + self._count, int(spans.streams[index]), content)
        self._count += len(plain)

    def _plain_frames(self, data: Any, spans: Spans) -> Any:
        """What follows on a line that has not ended may be its next part: such a frame is none."""
        ended = ends_of_lines(data, spans)
        plain = plain_frames(data, spans, ended)
        if ended.all() and not any(self._goes_on.values()):
            return plain
        for stream, goes_on in self._goes_on.items():
            own = np.flatnonzero(spans.streams == stream)
            plain[own[1:]] &= ended[own[:-1]]
            if len(own):
                plain[own[0]] &= not goes_on
                self._goes_on[stream] = not ended[own[-1]]
        return plain


def log_lines(body: bytes | bytearray, *, terminal: bool, details: bool = False) -> LogLines:
    """The lines of a whole log. See `LogColumns`."""
    reader = LogColumns(terminal=terminal, details=details)
    reader.feed(body)
    return reader.end()


def log_frame(logs: Sequence[tuple[str, LogLines]], *, engine: Engine | None = None) -> pd.DataFrame:
    """The lines of several containers, each with its name in front, one behind the other."""
    lines = _joined([each for _, each in logs])
    names = np.repeat(np.array([name for name, _ in logs], object), [len(each.times) for _, each in logs])
    frame = pd.DataFrame(
        {
            "time": pd.array(lines.times, dtype=pd.DatetimeTZDtype("ns", "UTC")),
            "name": pd.array(names, dtype=_text()),
            "stream": pd.Categorical.from_codes(lines.streams.astype("int8") - 1, dtype=array((), STREAM).dtype),
            "line": lines.texts,
        },
        copy=False,
    )
    frame.attrs = told_by(engine)
    return frame


def _text() -> Any:
    """The dtype of text: where pyarrow is installed, pandas keeps it in pyarrow's arrays."""
    return array((), "str").dtype


def _joined(parts: Sequence[LogLines]) -> LogLines:
    """One behind the other."""
    none = LogLines(np.empty(0, "datetime64[ns]"), np.empty(0, "uint8"), array((), "str"))
    moments, streams, found = zip(none, *parts, strict=True)
    together = pd.concat([pd.Series(each, copy=False) for each in found], ignore_index=True)
    return LogLines(np.concatenate(moments), np.concatenate(streams), together.array)


def _merged(indexes: Any, lines: Sequence[LogLines], pieces: Sequence[Piece]) -> LogLines:
    """`lines`, which began in the spans `indexes`, and `pieces`, in the order of the engine."""
    others = LogLines(
        array([piece.stamp for piece in pieces], "datetime64[ns, UTC]").asi8.view("datetime64[ns]"),
        np.array([piece.stream for piece in pieces], "uint8"),
        array([piece.text for piece in pieces], "str"),
    )
    order = np.argsort(np.concatenate((indexes, [piece.frame for piece in pieces])), kind="stable")
    moments, streams, found = _joined([*lines, others])
    return LogLines(moments[order], streams[order], found.take(order))
