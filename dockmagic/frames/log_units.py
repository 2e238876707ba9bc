"""Lines of followed logs (see `dockmagic.feeds.log_unit`) as the columns of `logs`; what is new is added to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from dockmagic.feeds.log_unit import HEAD, NO_STAMP, STAMP
from dockmagic.frames.arrays import array
from dockmagic.frames.log_spans import stamps_as_times
from dockmagic.frames.logs import FOLLOWED_STREAM

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NOTHING", "UnitColumns", "added", "unit_columns", "units_frame"]

_BODY = HEAD + STAMP


class UnitColumns(NamedTuple):
    """Arrays of one length: datetime64[ns], the stream's number, the container's number, and objects that are str."""

    times: Any
    streams: Any
    sources: Any
    texts: Any


NOTHING = UnitColumns(np.empty(0, "datetime64[ns]"), np.empty(0, "uint8"), np.empty(0, "uint16"), np.empty(0, object))
"""The columns of no line."""


def unit_columns(units: Sequence[bytes]) -> UnitColumns:
    """The columns of these lines, in their order."""
    if not units:
        return NOTHING
    heads = np.frombuffer(b"".join([line[:_BODY] for line in units]), "uint8").reshape(len(units), _BODY)
    stamps = np.ascontiguousarray(heads[:, HEAD : _BODY - 1]).view(f"S{STAMP - 1}").ravel()
    times = stamps_as_times(stamps)
    times[stamps == NO_STAMP[:-1]] = np.datetime64("NaT")
    texts = (line[_BODY:].decode("utf-8", "replace") for line in units)
    return UnitColumns(
        times,
        heads[:, 0].copy(),
        heads[:, 1].astype("uint16") * 256 + heads[:, 2],
        np.fromiter(texts, dtype=object, count=len(units)),
    )


def added(columns: UnitColumns, fresh: UnitColumns, *, limit: int) -> UnitColumns:
    """Both, the last `limit` lines of them."""
    return UnitColumns(*(np.concatenate(pair)[-limit:] for pair in zip(columns, fresh, strict=True)))


def units_frame(columns: UnitColumns, names: Sequence[str]) -> pd.DataFrame:
    """The columns of `logs`, in the order of time; lines of one time as they came. `names` are the containers'.

    What has no time is in front: a note on a container that has not written anything yet.
    """
    order = np.argsort(columns.times.view("int64"), kind="stable")  # NaT is the least of them
    times, streams, sources, texts = (column[order] for column in columns)
    text = array((), "str").dtype
    return pd.DataFrame(
        {
            "time": pd.array(times, dtype=pd.DatetimeTZDtype("ns", "UTC")),
            "name": pd.array(np.array([*names, ""], dtype=object)[sources], dtype=text),
            "stream": pd.Categorical.from_codes(streams.astype("int8") - 1, dtype=array((), FOLLOWED_STREAM).dtype),
            "line": pd.array(texts, dtype=text),
        },
        copy=False,
    )
