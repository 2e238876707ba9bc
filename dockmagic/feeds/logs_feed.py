"""LogsFeed: what containers write, merged by time, from one thread per container. It knows no widget."""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING, Self

from dockmagic.errors import NotConnected
from dockmagic.feeds.backoff import Backoff
from dockmagic.feeds.feed import SILENCE, Feed
from dockmagic.feeds.feed_state import FeedState
from dockmagic.feeds.log_unit import NO_STAMP, NOTE, note, text_of
from dockmagic.feeds.logs_kept import KeptLines
from dockmagic.feeds.logs_reader import LogReader
from dockmagic.feeds.notifier import Notifier
from dockmagic.feeds.published import KEPT, Published

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.inbox import Events
    from dockmagic.feeds.logs_reader import Container

__all__ = ["EVER", "LogsFeed"]

EVER = "0.000000001"
"""A `since` of events: what the engine remembers comes first. Without one, what happens at once may be missing."""

_JOIN = 0.04  # seconds that `stop` waits for its threads, together
_WOKEN_BY = ("start", "die", "destroy")
_numbers = count(1)


class LogsFeed(Published):
    """The logs of some containers, what is there and what comes, in threads that read fast and wait for nobody.

    `start()` or a `with` begins, `stop()` or its end stops, within 100 ms. When a connection ends it connects again
    after 0.1 to 30 seconds, and goes on where it was, by the times of the lines: none comes twice. A container that
    ends is followed on when it starts again. It ends by itself when all containers are removed.

    Its `frame` has the columns of `logs`, in the order of time. What no container wrote (its end, its removal, that
    lines are missing which the engine has thrown away meanwhile) are rows whose stream is `note`.
    """

    def __init__(
        self,
        engine: Engine,
        containers: Sequence[Container],
        *,
        since: Sequence[str | None] | str | None = None,
        tail: int | None = None,
        matches: Callable[[str], object] | None = None,
        limit: int = KEPT,
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:
        """Nothing is asked yet. `since` is as `timestamp` gives it, of all or of each, `tail` the last lines of each.

        Of the lines only those are kept that `matches`, notes always; `limit` of them.
        """
        self.containers = tuple(containers)
        self.read = 0
        """Lines that were read, those too that do not match."""
        name = f"dockmagic-logs-{next(_numbers)}"
        kept = KeptLines(limit, engine, [each.name for each in containers])
        notifier = Notifier(name, lambda: self.state, news=list, missing=_left_out)
        super().__init__(engine, kept, notifier)
        self._matches = matches
        self._publishing = threading.Lock()
        self._states = dict.fromkeys(range(len(containers)), FeedState("connecting"))
        self._stopped = threading.Event()
        ids = [f"container={each.id}" for each in containers]
        self._events = Feed(
            engine, since=EVER, filters=["type=container", *ids, *(f"event={each}" for each in _WOKEN_BY)]
        )
        silence = SILENCE.get(engine.endpoint.scheme)
        begins = [since] * len(containers) if since is None or isinstance(since, str) else since
        self.readers = [
            LogReader(
                engine, each, since=begin, tail=tail, silence=silence, backoff=backoff(), put=self._put, tell=self._tell
            )
            for each, begin in zip(containers, begins, strict=True)
        ]
        """One per container; `phase` of each tells what it does."""
        self._threads = [
            threading.Thread(target=reader.run, name=f"{name}-{reader.container.source}", daemon=True)
            for reader in self.readers
        ]

    def __repr__(self) -> str:
        return f"<LogsFeed of {self.engine.host}: {self.seen} lines, {self.state}>"

    @property
    def state(self) -> FeedState:
        """Connecting, connected, reconnecting in N seconds and why, or stopped: that of the worst container."""
        states = list(self._states.values())
        if self._stopped.is_set() or all(each.name == "stopped" for each in states):
            return FeedState("stopped")
        return min(states, key=lambda each: _ORDER.index(each.name))

    @property
    def events_state(self) -> FeedState:
        """Whether it hears of the containers' ends and starts, whatever is with their logs."""
        return self._events.state

    def start(self) -> Self:
        """Begin to read; once. Raises NotConnected for a feed that was stopped."""
        if self._stopped.is_set():
            raise NotConnected("this feed was stopped; make a new one")
        if not any(thread.is_alive() for thread in self._threads):
            self._events.subscribe(self._happened)
            self._events.start()
            for thread in self._threads:
                thread.start()
        return self

    def stop(self) -> None:
        """End it, from any thread, in less than 100 ms; a callback that is under way ends by itself."""
        self._stopped.set()
        for reader in self.readers:
            reader.stop()
        self._events.stop()
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(_JOIN / len(self._threads))
        self._notifier.stop(_JOIN)

    def _happened(self, events: Events, _: FeedState) -> None:
        """Called in the thread for callbacks: a container has started, ended, or is gone; or events may be missing."""
        if len(events):
            for reader in self.readers:
                reader.wake()
        self._notifier.wake()

    def _put(self, lines: list[bytes]) -> None:
        """Called by the readers: nothing here may wait, but for one another."""
        matches = self._matches
        found = lines if matches is None else [each for each in lines if each[0] == NOTE or matches(text_of(each))]
        with self._publishing:
            self.read += len(lines)
            self._publish(found)

    def _tell(self, container: Container, state: FeedState) -> None:
        self._states[container.source] = state
        if self.state.name == "stopped":  # that was the last one: the events need not be heard any more
            self.stop()
        self._notifier.wake()


_ORDER = ("reconnecting", "connecting", "connected", "stopped")


def _left_out(number: int) -> bytes:
    return note(0, NO_STAMP, f"{number} lines are left out here: this callback is slower than the containers")
