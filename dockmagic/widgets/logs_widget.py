"""The widget of live logs: what goes between a feed's lines and the page, where static/logs.js shows them."""

from __future__ import annotations

from dockmagic.widgets.events_widget import EventsWidget
from dockmagic.widgets.static_text import static_text

__all__ = ["LogsWidget"]


class LogsWidget(EventsWidget):
    """Shows lines in a page, as EventsWidget shows events."""

    _esm = static_text("logs.js", "feed_page.js")
    _css = static_text("events.css", "logs.css")
