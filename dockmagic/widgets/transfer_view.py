"""A pull, push, load, save or import in one place of a notebook, renewed while it runs."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from dockmagic.feeds.transfer_lines import TransferLines
from dockmagic.feeds.transfer_progress import Progress
from dockmagic.widgets.live_view import LiveView
from dockmagic.widgets.transfer_html import transfer_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.widgets.live_view import Bundle, Update

__all__ = ["TransferView"]

LINES = 1000
"""The last lines of the text, where there are more; while it runs it is the last screen of them."""

_SCREEN = 24


class TransferView:
    """Watches a transfer. `display` shows a bundle of MIME types and returns what shows another one in its place."""

    def __init__(self, display: Callable[[Bundle], Update]) -> None:
        self._view = LiveView(display, self._bundle)
        self._told: deque[str] = deque(maxlen=LINES)
        self._tell = TransferLines(self._told.append)
        self._progress = Progress()
        self._title = self._verb = self._note = ""
        self._over = False

    def begin(self, title: str, verb: str) -> None:
        """Show it, and start the thread that renews it."""
        self._title, self._verb = title, verb
        self._told.append(f"{verb} {title}")
        self._view.begin()

    def show(self, progress: Progress) -> None:
        """Note how far it is."""
        with self._view.change():
            self._progress = progress
            self._tell.show(progress)

    def end(self, note: str) -> None:
        """Stop the thread, and leave the summary."""
        with self._view.change():
            self._note, self._over = note, True
        self._view.end()

    def _bundle(self, seconds: float) -> dict[str, str]:
        html = transfer_html(
            self._progress, title=self._title, verb=self._verb, seconds=seconds, over=self._over, note=self._note
        )
        lines = list(self._told)[-(LINES if self._over else _SCREEN) :]
        return {"text/html": html, "text/plain": "\n".join(lines)}
