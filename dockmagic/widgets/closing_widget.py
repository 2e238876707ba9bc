"""A widget that tells when it is closed, by whomever: what it shows goes on in threads, which are to end then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ClosingWidget"]


class ClosingWidget(anywidget.AnyWidget):
    """Calls `closed` once, when it is closed in Python (`close()`, `Widget.close_all()`) or by the page."""

    def __init__(self, closed: Callable[[], object], **traits: Any) -> None:
        self._closed: Callable[[], object] | None = closed
        super().__init__(**traits)
        self.comm.on_close(lambda _: self.close())

    @property
    def is_open(self) -> bool:
        """Whether a page can show it."""
        return self.comm is not None

    def close(self) -> None:
        """Take it out of the page."""
        super().close()
        closed, self._closed = self._closed, None
        if closed is not None:
            closed()
