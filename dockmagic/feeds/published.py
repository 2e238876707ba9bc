"""What feeds have in common: what comes is kept, and handed on to whoever wants it, who never holds it up."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self

from dockmagic.feeds.inbox import Inbox

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.notifier import Callback, Notifier

__all__ = ["KEPT", "Published"]

KEPT = 100_000
"""Events or lines that a feed keeps unless told otherwise."""


class _Kept(Protocol):
    """The lines that a feed keeps, which come into its `inbox`."""

    @property
    def inbox(self) -> Inbox: ...
    def rows(self) -> int: ...
    def frame(self) -> pd.DataFrame: ...


class Published(ABC):
    """Lines of bytes, put into inboxes by a feed's threads, and news of them told by a `notifier`."""

    def __init__(self, engine: Engine, kept: _Kept, notifier: Notifier) -> None:
        self.engine = engine
        self.seen = 0
        """What came so far, gaps and notes included."""
        self.started = datetime.now(UTC)
        self._kept = kept
        self._inboxes: tuple[Inbox, ...] = (kept.inbox,)
        self._changing = threading.Lock()
        self._notifier = notifier

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:  # an interrupt may come when some of its threads run already
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> Self:
        """Begin to read; once. Raises NotConnected for a feed that was stopped."""

    @abstractmethod
    def stop(self) -> None:
        """End it, from any thread, in less than 100 ms; a callback that is under way ends by itself."""

    @property
    def host(self) -> str:
        """The engine's address."""
        return self.engine.host

    @property
    def frame(self) -> pd.DataFrame:
        """What was seen so far; of what is more than it keeps, the newest.

        It may be asked for often: only what is new is converted. It is the caller's own.
        """
        return self._kept.frame()

    @property
    def rows(self) -> int:
        """How many rows `frame` has."""
        return self._kept.rows()

    @property
    def dropped(self) -> int:
        """How many rows are not in `frame` any more, the oldest."""
        return max(0, self.seen - self.rows)

    def subscribe(self, callback: Callback, *, limit: int = KEPT) -> None:
        """Call `callback(news, state)` when there is some, ten times a second at most, in a thread for callbacks.

        The first call comes at once, and the last one when the feed has stopped. A callback that is slower than the
        engine holds up neither the reading nor the frame; of more than `limit` that wait for it the oldest are left
        out, and it is told so.
        """
        self._notifier.add(callback, self.open_inbox(limit=limit))

    def unsubscribe(self, callback: Callback) -> None:
        """Call it no more."""
        if (inbox := self._notifier.remove(callback)) is not None:
            self.close_inbox(inbox)

    def open_inbox(self, *, limit: int = KEPT) -> Inbox:
        """A queue of all that comes from now on, for whoever rather looks than is called."""
        inbox: Inbox = Inbox(limit)
        with self._changing:
            self._inboxes = (*self._inboxes, inbox)
        return inbox

    def close_inbox(self, inbox: Inbox) -> None:
        """Put nothing into it any more."""
        with self._changing:
            self._inboxes = tuple(each for each in self._inboxes if each is not inbox)

    def _publish(self, lines: list[bytes]) -> None:
        """Called by a thread that reads, by one at a time: nothing here may wait."""
        for inbox in self._inboxes:
            inbox.put(lines)
        self.seen += len(lines)
        self._notifier.wake()
