"""A build shown in one place of a notebook, renewed while it runs; afterwards it stays as a summary.

It is an output with a display id and no widget: it needs no widget manager, is in the saved notebook as it was at the
end, and is what nbviewer and GitHub show.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from dockmagic.feeds.build_lines import BuildLines
from dockmagic.feeds.build_progress import Progress
from dockmagic.widgets.build_html import build_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from dockmagic.feeds.build_progress import Outcome

    Bundle: TypeAlias = Mapping[str, str]

__all__ = ["BuildView"]

INTERVAL = 0.2
"""Seconds between two renewals: a browser and the notebook's server get no more of them than a person can see."""

LINES = 1000
"""The last lines of the text, where there are more; while the build runs it is the last screen of them."""

_SCREEN = 24
_LINE = 1000  # characters


class BuildView:
    """Watches a build. `display` shows a bundle of MIME types and returns what shows another one in its place.

    It renews the view from a thread of its own, from `begin` to `end`.
    """

    def __init__(self, display: Callable[[Bundle], Callable[[Bundle], object]]) -> None:
        self._display = display
        self._update: Callable[[Bundle], object] | None = None
        self._told: deque[str] = deque(maxlen=LINES)
        self._count = 0
        self._tell = BuildLines(self._note)
        self._title = self._builder = ""
        self._start = time.monotonic()
        self._progress = Progress()
        self._changed = False
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, title: str, builder: str) -> None:
        """Show it, and start the thread that renews it."""
        self._title, self._builder, self._start = title, builder, time.monotonic()
        self._tell.begin(title, builder)
        self._update = self._display(self._bundle())
        self._thread = threading.Thread(target=self._renew, name="dockmagic-build-view", daemon=True)
        self._thread.start()

    def show(self, progress: Progress) -> None:
        """Note how far it is."""
        with self._lock:
            self._progress, self._changed = progress, True
            self._tell.show(progress)

    def end(self, outcome: Outcome, note: str) -> None:
        """Stop the thread, and leave the summary."""
        self._over.set()
        if self._thread is not None and self._thread.ident is not None:
            self._thread.join()
        if self._update is not None:
            self._tell.end(outcome, note)
            self._update(self._bundle(outcome, note))

    def _renew(self) -> None:
        shown = 0
        while not self._over.wait(INTERVAL):
            seconds = int(time.monotonic() - self._start)
            with self._lock:
                if not self._changed and seconds == shown:
                    continue
                self._changed, shown = False, seconds
                bundle = self._bundle()
            if self._update is not None:
                self._update(bundle)

    def _note(self, line: str) -> None:
        self._told.append(line[:_LINE])
        self._count += 1

    def _bundle(self, outcome: Outcome | None = None, note: str = "") -> dict[str, str]:
        html = build_html(
            self._progress,
            title=self._title,
            builder=self._builder,
            seconds=time.monotonic() - self._start,
            outcome=outcome,
            note=note,
        )
        lines = list(self._told)[-(_SCREEN if outcome is None else LINES) :]
        left_out = self._count - len(lines)
        first = [f"... {left_out} earlier lines"] if left_out else []
        return {"text/html": html, "text/plain": "\n".join([*first, *lines])}
