"""Live events: what happens on an engine, shown in a notebook while it happens, and a frame of it at any time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dockmagic.engine.when import timestamp
from dockmagic.feeds.feed import Feed
from dockmagic.frames.events import event_columns
from dockmagic.widgets import notebook
from dockmagic.widgets.events_html import TABLE_ROWS, events_html
from dockmagic.widgets.events_rows import EventRows
from dockmagic.widgets.feed_view import FeedView, beginning

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters
    from dockmagic.engine.when import When
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.inbox import Events
    from dockmagic.widgets.events_widget import EventsWidget

__all__ = ["EventsView", "live_events"]


def live_events(
    engine: Engine, *, since: When | None = None, filter: Filters = (), no_trunc: bool = False
) -> EventsView:
    """The events of an engine as they happen: in a notebook a live view, everywhere an object with a `frame`.

    It has connections of its own, and goes on when `engine` is closed, until `stop()` or `close()`. `since`, `filter`
    and `no_trunc` are as of `events`, and so are the columns of its `frame`. When the engine goes away it connects
    again; a row of the type `gap` stands where events may be missing. In an executed notebook, where nobody looks, it
    is a table. Raises UsageError for what is no time and for a filter that is none. API: GET /events.
    """
    begin = timestamp(since, now_ns=time.time_ns())
    feed = Feed(engine.twin(), since=begin, filters=filter, columns=event_columns(no_trunc=no_trunc))
    with beginning(feed):
        return notebook.listed(EventsView(feed), "events")


class EventsView(FeedView):
    """A feed of events and its view: `frame` is what was seen so far, `stop()` ends it, `close()` takes it away too.

    It begins when it is made; with `with` it is closed at the end. `feed` has the rest (`state`, `subscribe`, ...).
    """

    def __init__(self, feed: Feed, *, hidden: Sequence[str] = ()) -> None:
        """`feed` is started, and its engine closed at the end. `hidden` are kinds that its page does not show at first.

        They are container, exec (processes in one), image, network, volume and other.
        """
        super().__init__(feed)
        self.feed = feed
        self._hidden = list(hidden)
        self._rows = EventRows()
        feed.subscribe(self._news)
        feed.start()

    def __repr__(self) -> str:
        events = "1 event" if self.feed.seen == 1 else f"{self.feed.seen:,} events"
        return f"<live events of {self.host}: {events} so far, {self.state}; they are in .frame, .stop() ends it>"

    @property
    def frame(self) -> pd.DataFrame:
        """What was seen so far, the oldest first, 100,000 events at most: the columns of `events`, and gaps."""
        return self.feed.frame

    def _make_widget(self) -> EventsWidget:
        from dockmagic.widgets.events_widget import EventsWidget  # noqa: PLC0415 - a script pays nothing for it

        return EventsWidget(self._everything, self.stop)

    def _news(self, events: Events, state: FeedState) -> None:
        """Called by the feed ten times a second at most, in its thread for callbacks."""
        news = self._rows.add(events)
        if self._widget is not None:
            self.widget.tell({**news, **self._told(state)})
        self._renewed()

    def _everything(self) -> dict[str, Any]:
        """What a page has to know that knows nothing."""
        known = {"host": self.host, "name": self.called(), "hidden": self._hidden}
        return {**self._rows.all(), **self._told(self.state), **known}

    def _repr_html_(self) -> str:
        rows = self._rows.newest(TABLE_ROWS)
        return events_html(rows, host=self.host, seen=self.feed.seen, state=self.state.name)
