"""Feed: what happens on an engine, read in a thread of its own, kept, and handed on. It knows no widget."""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING, Self

from dockmagic.engine.filters import encode_filters
from dockmagic.engine.system import system_events
from dockmagic.errors import NotConnected
from dockmagic.feeds.backoff import Backoff
from dockmagic.feeds.feed_state import FeedState
from dockmagic.feeds.kept import Kept
from dockmagic.feeds.notifier import Notifier
from dockmagic.feeds.published import KEPT, Published
from dockmagic.feeds.reader import Reader
from dockmagic.frames.events import EVENTS

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters
    from dockmagic.frames.schema import Schema

__all__ = ["KEPT", "SILENCE", "Feed"]

SILENCE = {"tcp": 60.0, "ssh": 300.0}
"""Seconds without an event after which a feed connects anew: nobody else would tell that the engine's host has vanished
(an ssh would, if told so: ServerAliveInterval; and each one is a login). On a unix socket the kernel tells."""

_JOIN = 0.04  # seconds that `stop` waits for each of the two threads
_numbers = count(1)


class Feed(Published):
    """The events of an engine from now on, in a thread that reads fast and waits for nobody.

    Its `frame` has the columns of `events`, the oldest first, and rows of the type `gap`.

    `start()` or a `with` begins, `stop()` or its end stops, within 100 ms whatever it is doing. When the connection
    ends, cleanly or not, it connects again after 0.1 to 30 seconds (`state` tells), goes on where it was, and leaves
    out what comes twice. Where events may be missing, because the engine was restarted or has forgotten them, a row of
    the type `gap` stands in between: whoever keeps a list of anything has to ask for all of it again then.

    After `SILENCE` over tcp and ssh it connects anew, to find out whether the engine is still there. If it has not seen
    any event yet, it cannot tell a restart of the engine's host within that time.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        since: str | None = None,
        filters: Filters = (),
        columns: Schema = EVENTS,
        limit: int = KEPT,
        backoff: Backoff | None = None,
        silence: float | None = None,
    ) -> None:
        """Nothing is asked yet. `since` is as `timestamp` gives it, `limit` how many events are kept as `columns`.

        `silence`: seconds in place of `SILENCE`; a unix socket has none. Raises UsageError for a filter that is none.
        """
        encoded = encode_filters(filters) or ()
        system_events(engine, filters=encoded)  # refuses wrong filters here, where somebody sees it
        scheme = engine.endpoint.scheme
        name = f"dockmagic-feed-{next(_numbers)}"
        kept = Kept(limit, engine, columns=columns)
        super().__init__(engine, kept, Notifier(name, lambda: self.state))
        self._state = FeedState("connecting")
        self._connected = threading.Event()
        self._reader = Reader(
            engine,
            since=since,
            filters=encoded,
            silence=(silence or SILENCE[scheme]) if scheme in SILENCE else None,
            backoff=backoff or Backoff(),
            put=self._publish,
            tell=self._tell,
        )
        self._thread = threading.Thread(target=self._reader.run, name=name, daemon=True)

    def __repr__(self) -> str:
        return f"<Feed of {self.engine.host}: {self.seen} events, {self.state}>"

    @property
    def state(self) -> FeedState:
        """Connecting, connected, reconnecting in N seconds and why, or stopped."""
        return FeedState("stopped") if self._reader.stopping else self._state

    def start(self) -> Self:
        """Begin to read; once. Raises NotConnected for a feed that was stopped."""
        if self._reader.stopping:
            raise NotConnected("this feed was stopped; make a new one")
        if not self._thread.is_alive():
            self._thread.start()
        return self

    def wait_connected(self, timeout: float | None = None) -> bool:
        """Wait until the engine has begun to tell its events; False after `timeout` seconds, and after a stop.

        Engines say so just before they listen themselves: an event of the next instant may be missing.
        """
        return self._connected.wait(timeout) and not self._reader.stopping

    def stop(self) -> None:
        """End it, from any thread, in less than 100 ms; a callback that is under way ends by itself."""
        self._reader.stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN)
        self._connected.set()  # nobody needs to wait any more
        self._notifier.stop(_JOIN)

    def _tell(self, state: FeedState) -> None:
        self._state = state
        if state.name == "connected":
            self._connected.set()
        else:
            self._connected.clear()
        self._notifier.wake()
