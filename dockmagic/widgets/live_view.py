"""One place of a notebook that is renewed while something runs, and then stays as it was at the end.

It is an output with a display id and no widget: it needs no widget manager, is in the saved notebook as it was at the
end, and is what nbviewer and GitHub show.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

    Bundle: TypeAlias = Mapping[str, str]
    Update: TypeAlias = Callable[[Bundle], object]

__all__ = ["LiveView"]

INTERVAL = 0.2
"""Seconds between two renewals: a browser and the notebook's server get no more of them than a person can see."""


class LiveView:
    """`bundle(seconds)` makes the MIME types that are shown; `display` shows them and returns what renews them.

    Between `begin` and `end` a thread renews it, where it has changed or another second has passed.
    """

    def __init__(
        self,
        display: Callable[[Bundle], Update],
        bundle: Callable[[float], Bundle],
    ) -> None:
        self._display = display
        self._bundle = bundle
        self._update: Update | None = None
        self._thread: threading.Thread | None = None
        self._start = time.monotonic()
        self._changed = False
        self._lock = threading.Lock()
        self._over = threading.Event()

    def begin(self) -> None:
        """Show it, and start the thread."""
        self._start = time.monotonic()
        self._update = self._display(self._bundle(0.0))
        self._thread = threading.Thread(target=self._renew, name="dockmagic-live-view", daemon=True)
        self._thread.start()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Change what `bundle` reads within this block."""
        with self._lock:
            yield
            self._changed = True

    def end(self) -> None:
        """Stop the thread, and show it for the last time; nothing if it was never shown."""
        self._over.set()
        if self._thread is not None and self._thread.ident is not None:
            self._thread.join()
        if self._update is not None:
            self._update(self._bundle(time.monotonic() - self._start))

    def _renew(self) -> None:
        shown = 0
        while not self._over.wait(INTERVAL):
            seconds = time.monotonic() - self._start
            with self._lock:
                if not self._changed and int(seconds) == shown:
                    continue
                self._changed, shown = False, int(seconds)
                bundle = self._bundle(seconds)
            if self._update is not None:
                self._update(bundle)
