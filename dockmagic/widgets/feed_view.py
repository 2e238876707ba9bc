"""What the views of feeds have in common: they say what their feed says, and end it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from dockmagic.widgets import notebook
from dockmagic.widgets.shown_view import ShownView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed_state import FeedState

__all__ = ["FeedView", "beginning"]


class _Feed(Protocol):
    """A feed with an engine of its own."""

    @property
    def engine(self) -> Engine: ...
    @property
    def rows(self) -> int: ...
    @property
    def dropped(self) -> int: ...
    @property
    def host(self) -> str: ...
    @property
    def started(self) -> datetime: ...
    @property
    def state(self) -> FeedState: ...
    def stop(self) -> None: ...


@contextmanager
def beginning(feed: _Feed) -> Iterator[None]:
    """End the feed if something goes wrong meanwhile, an interrupt say: nobody has a view yet that could be stopped."""
    try:
        yield
    except BaseException:
        feed.stop()
        feed.engine.close()
        raise


class FeedView(ShownView):
    """A view that goes on as long as its feed does, whose engine it closes at the end."""

    def __init__(self, feed: _Feed) -> None:
        super().__init__()
        self._feed = feed
        self._ended = False
        self.called: Callable[[], str] = lambda: notebook.name_of(self)
        """What a person types to get at it."""

    @property
    def rows(self) -> int:
        """How many rows `frame` has."""
        return self._feed.rows

    @property
    def dropped(self) -> int:
        """How many rows are not in `frame` any more, the oldest."""
        return self._feed.dropped

    @property
    def host(self) -> str:
        """The engine's address."""
        return self._feed.host

    @property
    def started(self) -> datetime:
        """When it began."""
        return self._feed.started

    @property
    def state(self) -> FeedState:
        """Connecting, connected, reconnecting in N seconds and why, or stopped."""
        return self._feed.state

    def _end(self) -> bool:
        goes_on, self._ended = not self._ended, True
        self._feed.stop()
        self._feed.engine.close()
        return goes_on

    def _told(self, state: FeedState) -> dict[str, object]:
        """What a page is told with every news."""
        waits = state.retry_in if state.retry_at is not None else None
        kept = {"kept": self.rows, "dropped": self.dropped}
        return {**kept, "state": state.name, "reason": state.reason, "retry_in": waits}
