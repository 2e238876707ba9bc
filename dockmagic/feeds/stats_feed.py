"""StatsFeed: what containers use, from streams that stay open, kept as a series and handed on. It knows no widget."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from dockmagic.engine.container_stats import Sampled, targets
from dockmagic.engine.stop import Stop
from dockmagic.errors import DockMagicError, NotConnected
from dockmagic.feeds.feed import Feed
from dockmagic.feeds.stats_members import ACTIONS, Members
from dockmagic.feeds.stats_rest import StatsRest
from dockmagic.feeds.stats_series import StatsSeries
from dockmagic.feeds.stats_streams import StatsStreams
from dockmagic.frames.schema import to_frame
from dockmagic.frames.stats import of_one_time, own_rows, stats_columns, stats_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.inbox import Event, Events
    from dockmagic.feeds.stats_member import Member

__all__ = ["KEPT", "Callback", "StatsFeed"]

Callback: TypeAlias = "Callable[[Sequence[dict[str, Any]], Sequence[Member], FeedState], object]"
"""Takes the rows of a round, each with its own time, the containers as they are now, and the state of the feed."""

KEPT = 100_000
"""Rows that a feed keeps unless told otherwise."""

SETTLE = 0.2
"""Seconds that samples which come together are waited for: engines take those of all containers at one tick."""

_ATTENTION = (
    1.0  # seconds after which it looks around though nothing woke it: what ended is to leave, streams to return
)
_CONNECTED = 2.0  # seconds that a start waits for the engine's events
_CONFIRMED = 0.5  # seconds after a list when it is asked for once more: see `Feed.wait_connected`
_LONGEST = 60.0  # seconds after which it is asked for though no event has told of a change
_JOIN = 0.03  # seconds that `stop` waits for the streams, and for its own thread
_UNHEARD = 4096  # events
_numbers = count(1)
_logger = logging.getLogger("dockmagic")


class StatsFeed:
    """What containers use from now on: those that run, or `all`, or those with the `ids` alone.

    A stream stays open for each, in a thread that only keeps the newest sample; one thread more looks at them, once per
    tick of the engine. Containers join and leave by the engine's events, by a `Feed`, which tells whether it is heard.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        all: bool = False,
        ids: Sequence[str] | None = None,
        no_trunc: bool = False,
        limit: int = KEPT,
        streams: int | None = None,
    ) -> None:
        """Nothing is asked yet. `limit`: rows that are kept; `streams`: how many, in place of `MOST`."""
        name = f"dockmagic-stats-{next(_numbers)}"
        self.engine = engine
        self.started = datetime.now(UTC)
        self._ids = ids
        self._all = all
        self._columns = stats_columns(no_trunc=no_trunc)
        self._members = Members(ids, everything=all)
        self._series = StatsSeries(engine, self._columns, limit=limit)
        self._feed = Feed(engine, filters={"type": ["container"], "event": list(ACTIONS)}, limit=1)
        self._wake = threading.Event()
        most = {} if streams is None else {"most": streams}
        self._streams = StatsStreams(engine, name, self._wake.set, **most)
        self._rest = StatsRest(engine, name, self._wake.set)
        self._heard: deque[Event] = deque(maxlen=_UNHEARD)
        self._list_at = 0.0
        self._confirmed = False
        self._callbacks: tuple[Callback, ...] = ()
        self._stopping = threading.Event()
        self._stop_asking = Stop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __repr__(self) -> str:
        return f"<StatsFeed of {self.engine.host}: {len(self._members.all)} containers, {self.state}>"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """The engine's address."""
        return self.engine.host

    @property
    def state(self) -> FeedState:
        """Connecting, connected, reconnecting in N seconds and why, or stopped."""
        return self._feed.state

    @property
    def members(self) -> Sequence[Member]:
        """The containers, the newest first; those too that ended a moment ago."""
        return self._members.all

    @property
    def frame(self) -> pd.DataFrame:
        """The series so far, one row per container and tick, the oldest first: the columns of `stats`.

        A container's first sample is not in it: it has no processor time yet. It is the caller's own.
        """
        return self._series.frame()

    @property
    def now(self) -> pd.DataFrame:
        """The newest sample of each container that runs, one row each: the columns of `stats`; nothing is asked.

        They are a second old at most, as engines take them. One that does not run, and was named or comes with `all`,
        has a row without values.
        """
        stays = self._all or self._ids is not None
        found = [each.sampled() or _nothing(each) for each in self.members if each.runs or stays]
        return to_frame(stats_rows(found), self._columns, engine=self.engine)

    @property
    def rows(self) -> int:
        """How many rows `frame` has."""
        return self._series.rows

    @property
    def dropped(self) -> int:
        """How many rows are not in `frame` any more, the oldest, since there were more than `limit`."""
        return self._series.seen - self._series.rows

    def start(self) -> Self:
        """Begin, once. Raises what the engine says if its containers cannot be listed, NotConnected after a stop."""
        if self._stopping.is_set():
            raise NotConnected("this feed was stopped; make a new one")
        if self._thread.is_alive():
            return self
        self._feed.subscribe(self._take, limit=_UNHEARD)
        self._feed.start()
        try:
            self._feed.wait_connected(_CONNECTED)
            self._list(self.engine)
        except BaseException:
            self.stop()
            raise
        self._thread.start()
        self._wake.set()
        return self

    def stop(self) -> None:
        """End it, from any thread, in less than 100 ms."""
        self._stopping.set()
        self._wake.set()
        self._stop_asking()
        self._rest.stop()
        self._feed.stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN)

    def subscribe(self, callback: Callback) -> None:
        """Call `callback(rows, members, state)` at each tick and when a container or the state is another one.

        It is called in the thread of the feed: as long as it takes, no newer sample is looked at.
        """
        self._callbacks = (*self._callbacks, callback)
        self._wake.set()

    def _take(self, events: Events, _: FeedState) -> None:
        """Called by the feed of events."""
        self._heard.extend(events)
        self._wake.set()

    def _run(self) -> None:
        asked = self.engine.stopped_by(self._stop_asking)
        try:
            while not self._stopping.is_set():
                self._wake.wait(_ATTENTION)
                self._wake.clear()
                if not self._stopping.wait(SETTLE):
                    self._try(asked)
        finally:
            self._streams.stop(_JOIN)
            self._tell([])

    def _try(self, asked: Engine) -> None:
        """A step. One that fails is told in the log "dockmagic", and the next one goes on."""
        try:
            self._step(asked)
        except Exception:
            _logger.exception("%s failed", self._thread.name)

    def _step(self, asked: Engine) -> None:
        """Follow the events, have the streams that are wanted, and look at what they brought."""
        now = time.monotonic()
        connected = self.state.name == "connected"
        while self._heard:
            if self._members.heard(self._heard.popleft(), now):
                self._list_at = now
        if connected and now >= self._list_at:
            try:
                self._list(asked)
            except DockMagicError as error:  # the feed tells whether the engine is there; it is asked again
                _logger.debug("the list for %s: %s", self._thread.name, error)
        self._members.leave(now)
        self._rest.want(self._streams.want(self._members.running, connected=connected))
        taken = [(each, sampled) for each in self._members.running if (sampled := each.take()) is not None]
        rows = [row for row in own_rows([sampled for _, sampled in taken]) if row["time"] is not None]
        first = {each.id for each, _ in taken if each.taken == 1}
        self._series.add(of_one_time([row for row in rows if row["id"] not in first or row["cpu_percent"] is not None]))
        self._tell(rows)

    def _list(self, engine: Engine) -> None:
        """Ask which containers there are: once more soon after the first time, and then once in a while."""
        now = time.monotonic()
        self._members.listed(targets(engine, all=self._all, ids=self._ids), now)
        self._list_at = now + (_LONGEST if self._confirmed else _CONFIRMED)
        self._confirmed = True

    def _tell(self, rows: Sequence[dict[str, Any]]) -> None:
        for callback in self._callbacks:
            try:
                callback(rows, self._members.all, self.state)
            except Exception:
                _logger.exception("a callback of %s failed", self._thread.name)


def _nothing(member: Member) -> Sampled:
    return Sampled(member.id, member.name, {}, None)
