"""Live stats: what containers use, shown in a notebook while they do, and frames of it at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.identities import every_container_id
from dockmagic.feeds.stats_feed import StatsFeed
from dockmagic.values import object_names
from dockmagic.widgets import notebook
from dockmagic.widgets.dashboard_page import Page
from dockmagic.widgets.feed_view import FeedView, beginning
from dockmagic.widgets.stats_html import stats_html
from dockmagic.widgets.stats_rows import StatsRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.stats_member import Member
    from dockmagic.values import Names
    from dockmagic.widgets.stats_widget import StatsWidget

__all__ = ["StatsView", "live_stats"]


def live_stats(
    engine: Engine, container: Names | None = None, *, all: bool = False, no_trunc: bool = False
) -> StatsView:
    """What containers use while they do: in a notebook a live view, everywhere an object with frames.

    Those that run, also those that begin to run meanwhile; or `all`; or those that are named, running or not. A stream
    of samples stays open for each (of more than 96 the others are asked for in turn), so that `now`, the newest sample
    of each, costs milliseconds and is a second old at most; `frame` is the series so far. Both have the columns of
    `stats`.

    It has connections of its own, and goes on when `engine` is closed, until `stop()` or `close()`; when the engine
    goes away it connects again. In an executed notebook, where nobody looks, it is a table. Raises NotFound for a name,
    and what the engine says if its containers cannot be listed. API: GET /containers/json, GET /containers/{id}/stats,
    GET /events.
    """
    ids = None if container is None else every_container_id(engine, object_names(container, "a container"))
    feed = StatsFeed(engine.twin(), all=all, ids=ids, no_trunc=no_trunc)
    with beginning(feed):
        return notebook.listed(StatsView(feed), "stats")


class StatsView(FeedView):
    """A feed of stats and its view: `now` and `frame`; `stop()` ends it, `close()` takes it away too.

    It begins when it is made; with `with` it is closed at the end. `feed` has the rest (`members`, `subscribe`, ...).
    """

    def __init__(self, feed: StatsFeed) -> None:
        """`feed` is started, and its engine closed at the end. Raises as `feed.start()` does."""
        super().__init__(feed)
        self.feed = feed
        self._page = Page(self._tell)
        self._rows = StatsRows(self._page)
        feed.subscribe(self._news)
        feed.start()

    def __repr__(self) -> str:
        count = len(self._page.rows)
        containers = "1 container" if count == 1 else f"{count:,} containers"
        said = "the newest figures are .now, the series is .frame, .stop() ends it"
        return f"<live stats of {self.host}: {containers}, {self.state}; {said}>"

    @property
    def frame(self) -> pd.DataFrame:
        """The series so far, the oldest first, 100,000 rows at most: the columns of `stats`."""
        return self.feed.frame

    @property
    def now(self) -> pd.DataFrame:
        """The newest sample of each container, one row each: the columns of `stats`. Nothing is asked for it."""
        return self.feed.now

    def _make_widget(self) -> StatsWidget:
        from dockmagic.widgets.stats_widget import StatsWidget  # noqa: PLC0415 - a script pays nothing for it

        return StatsWidget(self._everything, lambda _: None, self.stop)

    def _news(self, rows: Sequence[dict[str, Any]], members: Sequence[Member], state: FeedState) -> None:
        """Called by the feed, at each tick of the engine."""
        self._page.put(kept={"rows": self.rows, "dropped": self.dropped})
        self._rows.take(rows, members, state)
        self._renewed()

    def _tell(self, patch: dict[str, Any]) -> None:
        if self._widget is not None:
            self.widget.tell(patch)

    def _everything(self) -> dict[str, Any]:
        """What a page has to know that knows nothing."""
        whole = self._page.whole()
        return {**whole, "sections": {**whole["sections"], "view": {"host": self.host, "name": notebook.name_of(self)}}}

    def _repr_html_(self) -> str:
        return stats_html(list(self._page.rows.values()), host=self.host, state=self.state.name)
