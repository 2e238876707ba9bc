"""The events that a feed keeps, as a frame that is extended by what is new whenever somebody asks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockmagic.feeds.inbox import Events, Inbox
from dockmagic.frames.events import EVENTS
from dockmagic.frames.patched import extended
from dockmagic.frames.schema import told_by

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.frames.schema import Schema

__all__ = ["Kept"]


class Kept:
    """The last `limit` events. `inbox` is where they come in, without waiting for a frame that is being made."""

    def __init__(self, limit: int, engine: Engine, *, columns: Schema = EVENTS) -> None:
        self.inbox = Inbox(limit)
        self._engine = engine
        self._columns = columns
        self._making = threading.Lock()
        self._pair: tuple[pd.DataFrame | None, list[bytes]] = None, []  # replaced as one: an interrupt splits it never

    def rows(self) -> int:
        """How many there are. Costs nothing."""
        frame, fresh = self._pair
        return min((0 if frame is None else len(frame)) + len(fresh) + len(self.inbox), self.inbox.limit)

    def frame(self) -> pd.DataFrame:
        """All of them, the oldest first, with the columns of `events`; the caller's own."""
        with self._making:
            frame, fresh = self._pair
            self.inbox.take_into(fresh)
            if frame is None or fresh:
                frame = extended(frame, Events(fresh), self._columns, limit=self.inbox.limit)
                if fresh:  # else it may never have been reached, and has told nothing
                    frame.attrs = told_by(self._engine)
                self._pair = frame, []
            return frame.copy(deep=False)
