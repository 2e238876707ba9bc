"""The widget of live logs: what goes between a feed's lines and the page, where static/logs.js shows them."""

from __future__ import annotations

from typing import Any

from dockmagic.widgets.events_widget import EventsWidget
from dockmagic.widgets.static_text import static_text

__all__ = ["LogsWidget"]


class LogsWidget(EventsWidget):
    """Shows lines in a page, as EventsWidget shows events; one with a Close button is closed by it."""

    _esm = static_text("logs.js", "feed_page.js")
    _css = static_text("events.css", "logs.css")

    def _asked(self, widget: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and content.get("ask") == "close":
            self.close()
        else:
            super()._asked(widget, content, buffers)
