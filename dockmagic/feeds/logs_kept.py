"""The lines that a feed of logs keeps, as a frame that is extended by what is new whenever somebody asks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockmagic.feeds.inbox import Inbox
from dockmagic.frames.log_units import NOTHING, added, unit_columns, units_frame
from dockmagic.frames.schema import told_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.frames.log_units import UnitColumns

__all__ = ["KeptLines"]


class KeptLines:
    """The last `limit` lines. `inbox` is where they come in, without waiting for a frame that is being made."""

    def __init__(self, limit: int, engine: Engine, names: Sequence[str]) -> None:
        self.inbox = Inbox(limit)
        self._engine = engine
        self._names = names
        self._making = threading.Lock()
        self._kept: tuple[UnitColumns, list[bytes]] = NOTHING, []  # replaced as one: an interrupt splits it never
        self._frame: pd.DataFrame | None = None

    def rows(self) -> int:
        """How many there are. Costs nothing."""
        columns, fresh = self._kept
        return min(len(columns.texts) + len(fresh) + len(self.inbox), self.inbox.limit)

    def frame(self) -> pd.DataFrame:
        """All of them, in the order of time, with the columns of `logs`; the caller's own."""
        with self._making:
            columns, fresh = self._kept
            self.inbox.take_into(fresh)
            if self._frame is None or fresh:
                columns = added(columns, unit_columns(fresh), limit=self.inbox.limit)
                frame = units_frame(columns, self._names)
                if fresh:  # else it may never have been reached, and has told nothing
                    frame.attrs = told_by(self._engine)
                self._frame = frame
                self._kept = columns, []
            return self._frame.copy(deep=False)
