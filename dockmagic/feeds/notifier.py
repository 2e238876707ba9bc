"""Callbacks of a feed, called in a thread of their own, so that a slow one never keeps the feed from reading."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.feeds.inbox import Events
from dockmagic.feeds.trail import gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.inbox import Inbox

__all__ = ["INTERVAL", "Callback", "Notifier"]

Callback: TypeAlias = "Callable[[Any, FeedState], object]"
"""Takes the events or lines since the last call, which may be none, and the state of the feed."""

INTERVAL = 0.1
"""Seconds between two calls: a burst of thousands is a few calls with many events each."""

_logger = logging.getLogger("dockmagic")


def _left_out(count: int) -> bytes:
    return gap(None, f"{count} events are left out here: this callback is slower than the engine")


class Notifier:
    """Calls back when there is news, at most once per `INTERVAL`, one callback after the other.

    An exception of a callback goes to the log "dockmagic" and harms nobody else. A callback so slow that its inbox
    overflows is told so by a gap in front of what is left. The thread starts with the first callback and ends with
    `stop`, after a last call.
    """

    def __init__(
        self,
        name: str,
        state: Callable[[], FeedState],
        *,
        news: Callable[[list[bytes]], Any] = Events,
        missing: Callable[[int], bytes] = _left_out,
        interval: float = INTERVAL,
    ) -> None:
        """`news` makes of lines what a callback gets, `missing` the line that says how many are left out."""
        self._state = state
        self._news_of = news
        self._missing = missing
        self._interval = interval
        self._inboxes: dict[Callback, Inbox] = {}  # replaced as a whole: the thread walks it without the lock
        self._changing = threading.Lock()
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{name}-callbacks", daemon=True)

    def add(self, callback: Callback, inbox: Inbox) -> None:
        """Call `callback` from now on with what comes into `inbox`, and at once with the state."""
        with self._changing:
            self._inboxes = {**self._inboxes, callback: inbox}
            if not self._thread.is_alive() and not self._stopping.is_set():
                self._thread.start()
        self._news.set()

    def remove(self, callback: Callback) -> Inbox | None:
        """Call it no more; a call that is under way ends by itself. Returns its inbox."""
        with self._changing:
            inboxes = dict(self._inboxes)
            inbox = inboxes.pop(callback, None)
            self._inboxes = inboxes
        return inbox

    def wake(self) -> None:
        """Say that there is news. Called after each read, by the thread that reads: it costs next to nothing."""
        if not self._news.is_set():
            self._news.set()

    def stop(self, timeout: float) -> None:
        """End the thread, and wait for that up to `timeout` seconds: a callback cannot be interrupted."""
        self._stopping.set()
        self._news.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        last = False
        while not last:
            self._news.wait()
            self._news.clear()
            last = self._stopping.is_set()
            self._call_all()
            self._stopping.wait(self._interval)

    def _call_all(self) -> None:
        for callback, inbox in self._inboxes.items():
            lines: list[bytes] = []
            if dropped := inbox.dropped:
                inbox.dropped -= dropped
                lines.append(self._missing(dropped))
            inbox.take_into(lines)
            try:
                callback(self._news_of(lines), self._state())
            except Exception:
                _logger.exception("a callback of %s failed", self._thread.name)
