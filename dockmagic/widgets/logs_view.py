"""Live logs: what containers write, shown in a notebook while they do, and a frame of it at any time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockmagic.engine.log_tail import tail_of
from dockmagic.engine.when import timestamp
from dockmagic.errors import UsageError
from dockmagic.feeds.logs_feed import LogsFeed
from dockmagic.feeds.logs_targets import container_named, inspected, readable
from dockmagic.frames.log_grep import line_matcher
from dockmagic.frames.log_json import with_json
from dockmagic.text import shown
from dockmagic.values import object_names
from dockmagic.widgets import notebook
from dockmagic.widgets.feed_view import FeedView, beginning
from dockmagic.widgets.logs_html import TABLE_ROWS, logs_html
from dockmagic.widgets.logs_rows import LogRows

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.engine.when import When
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.values import Names
    from dockmagic.widgets.logs_widget import LogsWidget

__all__ = ["LogsView", "live_logs"]

_NAMED = 3  # containers that its text names


def live_logs(
    engine: Engine,
    container: Names,
    *,
    since: When | None = None,
    tail: int | str | None = None,
    timestamps: bool = False,
    grep: str | None = None,
    json: bool = False,
) -> LogsView:
    """What containers write, while they do: in a notebook a live view, everywhere an object with a `frame`.

    It begins with what is there, of each container or its last `tail` lines, and goes on until `stop()` or `close()`,
    over restarts of the containers and of the engine, with connections of its own. Lines of several containers are
    merged by their times. The options and the columns of its `frame` are those of `logs`; rows whose `stream` is `note`
    were written by no container: one has ended, was started again or removed, or lines may be missing.

    In an executed notebook, where nobody looks, it is a table. Raises NotFound, with the name that is like it, if one
    of the containers is not there; EngineFault for one whose log driver keeps nothing; UsageError for what is no name,
    no time, no number of lines and no regular expression. API: GET /containers/{id}/logs, GET /events.
    """
    del timestamps  # docker's flag; the lines have them anyway
    names = object_names(container, "a container")
    if not names:
        raise UsageError("there is no container to follow: an empty list names none")
    begin, last = timestamp(since, now_ns=time.time_ns()), tail_of(tail)
    matches = line_matcher(grep, "--grep")
    own = engine.twin()
    try:
        described = {each.get("Id"): each for each in inspected(own, names)}  # two names may be one container's
        for each in described.values():
            readable(each)
        containers = [container_named(each, source) for source, each in enumerate(described.values())]
        feed = LogsFeed(own, containers, since=begin, tail=last, matches=matches)
    except BaseException:
        own.close()
        raise
    with beginning(feed):
        return notebook.listed(LogsView(feed, json=json), "logs")


class LogsView(FeedView):
    """A feed of logs and its view: `frame` is what was read so far, `stop()` ends it, `close()` takes it away too.

    It begins when it is made; with `with` it is closed at the end. `feed` has the rest (`state`, `subscribe`, ...).
    """

    def __init__(self, feed: LogsFeed, *, json: bool = False) -> None:
        """`feed` is started, and its engine closed at the end. `json`: `frame` has the keys of JSON as columns."""
        super().__init__(feed)
        self.feed = feed
        self.closing: Callable[[], object] | None = None
        """Called when it is closed, and why the page has a button for that: it stands in another view."""
        self._json = json
        self._rows = LogRows([each.name for each in feed.containers])
        feed.subscribe(self._news)
        feed.start()

    def __repr__(self) -> str:
        lines = "1 line" if self.feed.seen == 1 else f"{self.feed.seen:,} lines"
        return f"<live logs of {self._of}: {lines} so far, {self.state}; they are in .frame, .stop() ends it>"

    @property
    def frame(self) -> pd.DataFrame:
        """What was read so far, in the order of time, 100,000 lines at most: the columns of `logs`, and notes."""
        return with_json(self.feed.frame) if self._json else self.feed.frame

    @property
    def _of(self) -> str:
        """Whose they are: web, db, worker and 2 more on unix:///var/run/docker.sock."""
        names = [each.name for each in self.feed.containers]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"{', '.join(map(shown, names[:_NAMED]))}{more} on {self.host}"

    def _make_widget(self) -> LogsWidget:
        from dockmagic.widgets.logs_widget import LogsWidget  # noqa: PLC0415 - a script pays nothing for it

        return LogsWidget(self._everything, self._closed)

    def _closed(self) -> None:
        """Called when the widget is closed, by whomever."""
        self.stop()
        if self.closing is not None:
            self.closing()

    def _news(self, lines: list[bytes], state: FeedState) -> None:
        """Called by the feed ten times a second at most, in its thread for callbacks."""
        news = self._rows.add(lines)
        if self._widget is not None:
            self.widget.tell({**news, **self._told(state)})
        self._renewed()
        if state.name == "stopped" and not self._ended:  # by itself, since all containers are removed
            self.stop()

    def _everything(self) -> dict[str, Any]:
        """What a page has to know that knows nothing."""
        told = {**self._rows.all(), **self._told(self.state), "host": self._of, "name": self.called()}
        age = (datetime.now(UTC) - self.started).total_seconds()
        return {**told, "closable": self.closing is not None, "age": age}

    def _repr_html_(self) -> str:
        rows = self._rows.newest(TABLE_ROWS)
        return logs_html(rows, of=self._of, seen=self.feed.seen, state=self.state.name)
