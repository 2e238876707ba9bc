"""The widget of a `Page`: what goes between the kernel and the browser, where dashboard_store.js takes it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import traitlets

from dockmagic.widgets.closing_widget import ClosingWidget

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PageWidget"]


class PageWidget(ClosingWidget):
    """Shows patches in a page, from any thread, also while the kernel's main thread is busy.

    As long as the page has not answered, it gets all each time, as a trait: its program may not be loaded yet, and
    would miss a message. From its first word on it gets patches, and all again when it asks: it counts.
    """

    whole = traitlets.Any().tag(sync=True, to_json=lambda _, widget: widget.everything())

    def __init__(
        self,
        everything: Callable[[], dict[str, Any]],
        take: Callable[[Any], object],
        closed: Callable[[], object],
        **traits: Any,
    ) -> None:
        """`everything` makes what a page gets that has seen nothing; `take` gets what a person orders there.

        `closed` is called at the end.
        """
        self._everything = everything
        self._take = take
        self._answered = threading.Event()
        super().__init__(closed, **traits)
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
            return
        if isinstance(content, dict) and isinstance(order := content.get("order"), str):
            self.send({"heard": order})  # a page whose kernel is busy says so
        self._take(content)
