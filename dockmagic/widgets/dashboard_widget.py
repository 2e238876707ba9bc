"""The widget of a dashboard: what goes between what it knows and the page, where static/dashboard.js draws it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from dockmagic.widgets.static_text import static_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DashboardWidget"]

_PARTS = ("", "_store", "_head", "_containers", "_tools", "_tables", "_logs", "_prune")


class DashboardWidget(anywidget.AnyWidget):
    """Shows patches in a page, from any thread, also while the kernel's main thread is busy.

    As long as the page has not answered, it gets all each time, as a trait: its program may not be loaded yet, and
    would miss a message. From its first word on it gets patches, and all again when it asks: it counts.
    """

    _esm = static_text(*(f"dashboard{part}.js" for part in _PARTS), "elements.js", "spark.js")
    _css = static_text("dashboard.css", "dashboard_table.css")
    whole = traitlets.Any().tag(sync=True, to_json=lambda _, widget: widget.everything())

    def __init__(self, everything: Callable[[], dict[str, Any]], take: Callable[[Any], object], **traits: Any) -> None:
        """`everything` makes what a page gets that has seen nothing; `take` gets what a person orders there."""
        self._everything = everything
        self._take = take
        self._answered = threading.Event()
        super().__init__(**traits)
        self.on_msg(self._told)

    def everything(self) -> dict[str, Any]:
        """What a page gets that has seen nothing."""
        return self._everything()

    def tell(self, patch: dict[str, Any]) -> None:
        """Bring the page up to date, which has seen all before."""
        if self._answered.is_set():
            self.send({"patch": patch})
        else:
            self.send_state("whole")

    def _told(self, _: Any, content: Any, __: Any) -> None:
        if isinstance(content, dict) and content.get("kind") == "all":
            self._answered.set()
            self.send({"whole": self.everything()})
        else:
            self._take(content)
