"""What was sampled so far, as a frame that grows."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dockmagic.frames.patched import extended
from dockmagic.frames.schema import told_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.frames.schema import Schema

__all__ = ["StatsSeries"]

_LOOSE = 4096
"""Rows that are kept loose: as dicts they take five times the memory that they take in a frame."""


class StatsSeries:
    """The last `limit` rows, the oldest first, in `columns`."""

    def __init__(self, engine: Engine, columns: Schema, *, limit: int) -> None:
        self._engine = engine
        self._columns = columns
        self._limit = limit
        self._lock = threading.Lock()
        self._frame: pd.DataFrame | None = None
        self._loose: list[dict[str, Any]] = []
        self.seen = 0
        """Rows that came so far."""

    @property
    def rows(self) -> int:
        """How many there are. Costs nothing."""
        return min(self.seen, self._limit)

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        """Put these behind the others."""
        with self._lock:
            self._loose += rows
            self.seen += len(rows)
            if len(self._loose) >= _LOOSE:
                self._bind()

    def frame(self) -> pd.DataFrame:
        """All of them; the caller's own."""
        with self._lock:
            return self._bind().copy(deep=False)

    def _bind(self) -> pd.DataFrame:
        if self._frame is None or self._loose:
            frame = extended(self._frame, self._loose, self._columns, limit=self._limit)
            if self._loose:  # else the engine may never have been reached, and has told nothing
                frame.attrs = told_by(self._engine)
            self._frame, self._loose = frame, []
        return self._frame
