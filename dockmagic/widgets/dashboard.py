"""Dashboard: an engine at a glance, kept current from its events, in plain Python and threads, without a front end."""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from dockmagic.engine.stop import Stop
from dockmagic.feeds.feed import Feed
from dockmagic.feeds.listing import Listing
from dockmagic.widgets.dashboard_lists import ContainerList, Disk, Tables
from dockmagic.widgets.dashboard_logs import LogsPane
from dockmagic.widgets.dashboard_loop import Loop
from dockmagic.widgets.dashboard_orders import Orders
from dockmagic.widgets.dashboard_page import Page
from dockmagic.widgets.dashboard_samples import Samples
from dockmagic.widgets.dashboard_worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.inbox import Events
    from dockmagic.widgets.dashboard_doing import Doing

__all__ = ["Dashboard"]

CONNECTED = 2.0
"""Seconds that a start waits for the engine's events."""

_numbers = count(1)


class Dashboard:
    """`send` gets what the front ends are to show (see `Page`); they send to `take`.

    It closes the engine when it stops: it is to have one of its own. Containers are sampled while a view says that it
    can be seen, everything else follows events.
    """

    def __init__(self, engine: Engine, doing: Doing, send: Callable[[dict[str, Any]], object]) -> None:
        name = f"dockmagic-dashboard-{next(_numbers)}"
        self._engine = engine
        self._stopping = Stop()
        self.page = Page(send)
        self.feed = Feed(engine)
        self._listing = Listing(self.feed, engine=engine.stopped_by(self._stopping))
        walking = threading.Lock()
        self._containers = ContainerList(self._listing, self.page)
        self._tables = Tables(doing, self._listing, self.page)
        self._disk = Disk(doing, self.page, walking)
        self._samples = Samples(self.page)
        self._worker = Worker(f"{name}-worker", engine)
        self.logs = LogsPane()
        self._orders = Orders(doing, self.page, self._worker, walking, self.logs)
        self._list_loop = Loop(f"{name}-list", engine, self._list)
        self._table_loop = Loop(f"{name}-tables", engine, self._tables.step)
        self._disk_loop = Loop(f"{name}-disk", engine, self._disk.step)
        self._sample_loop = Loop(f"{name}-samples", engine, self._samples.step)

    @property
    def host(self) -> str:
        """The engine's address."""
        return self._engine.host

    @property
    def started(self) -> datetime:
        """When it began."""
        return self.feed.started

    @property
    def state(self) -> FeedState:
        """Whether it hears the engine."""
        return self.feed.state

    @property
    def rows(self) -> int:
        """How many rows `frame` has."""
        return len(self.page.rows)

    @property
    def frame(self) -> pd.DataFrame:
        """All containers as they are shown, with the columns of `ps`. The caller's own; nothing is asked."""
        frame = self._listing.last
        assert frame is not None  # noqa: S101 - `start` has listed them
        return frame

    def start(self) -> Self:
        """List the containers, which raises as `Engine` does, and follow the engine from then on."""
        try:
            self._begin()
        except BaseException:
            self.stop()
            raise
        return self

    def _begin(self) -> None:
        self.feed.start()
        self.feed.wait_connected(CONNECTED)
        self.page.put(engine={"host": self.host, "api": self._engine.api_version})
        self._containers.step(self._engine)
        for loop in (self._list_loop, self._table_loop, self._disk_loop, self._sample_loop):
            loop.start()
        self.feed.subscribe(self._heard)

    def stop(self) -> None:
        """End it. What is shown stays, and what the engine was asked to do may still happen."""
        self._stopping()
        self.feed.stop()
        self._worker.stop()
        self.logs.stop()
        for loop in (self._list_loop, self._table_loop, self._disk_loop, self._sample_loop):
            loop.stop()
        self._listing.close()
        self._engine.close()

    def take(self, message: Any) -> None:
        """A message of a front end. Returns at once."""
        if not isinstance(message, dict):
            return
        if message.get("kind") == "seen":
            self.seen(str(message.get("view")), visible=message.get("visible") is True)
        else:
            self._orders.take(message)

    def seen(self, view: str, *, visible: bool) -> None:
        """A view can be seen now, or not any more: containers are sampled while one can."""
        before = self._samples.wanted
        self._samples.seen(view, visible=visible)
        if self._samples.wanted and not before:
            self._sample_loop.wake()

    def _list(self, engine: Engine) -> float:
        """The containers; which images, volumes and networks they have is told anew then."""
        seconds = self._containers.step(engine)
        self._table_loop.wake()
        return seconds

    def _heard(self, events: Events, state: FeedState) -> None:
        """Called by the feed, in its thread for callbacks: nothing here asks the engine."""
        for heard, loop in (
            (self._containers.heard(events, state), self._list_loop),
            (self._tables.heard(events), self._table_loop),
            (self._disk.heard(events), self._disk_loop),
        ):
            if heard:
                loop.wake()
