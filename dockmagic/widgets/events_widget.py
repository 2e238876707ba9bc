"""The widget of live events: what goes between a feed's rows and the page, where static/events.js shows them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import traitlets

from dockmagic.widgets.closing_widget import ClosingWidget
from dockmagic.widgets.static_text import static_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EventsWidget"]


class EventsWidget(ClosingWidget):
    """Shows rows in a page, from any thread, also while the kernel's main thread is busy.

    As long as the page has not answered, it gets all rows each time, as a trait: its program may not be loaded yet,
    and would miss a message. From its first word on it gets what is new, and all again when it asks: it counts.
    """

    _esm = static_text("events.js", "feed_page.js")
    _css = static_text("events.css")
    shown = traitlets.Any().tag(sync=True, to_json=lambda _, widget: widget.everything())

    def __init__(self, everything: Callable[[], dict[str, Any]], closed: Callable[[], object], **traits: Any) -> None:
        """`everything` makes the message for a page that has seen nothing; `closed` is called at the end."""
        self._everything = everything
        self._answered = threading.Event()
        super().__init__(closed, **traits)
        self.on_msg(self._asked)

    def everything(self) -> dict[str, Any]:
        """The message for a page that has seen nothing."""
        return self._everything()

    def tell(self, news: dict[str, Any]) -> None:
        """Bring the page up to date, which has seen all before."""
        if self._answered.is_set():
            self.send({"news": news})
        else:
            self.send_state("shown")

    def _asked(self, _: Any, content: Any, __: Any) -> None:
        if isinstance(content, dict) and content.get("ask") == "all":
            self._answered.set()
            self.send({"news": self.everything()})
