"""The logs in a dashboard: those of the containers that were selected last, followed until they are closed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockmagic.widgets.logs_view import live_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.widgets.logs_view import LogsView

__all__ = ["TAIL", "LogsPane"]

TAIL = 200
"""Lines of each container that it begins with."""


class LogsPane:
    """One view of logs at a time. `placed`, if there is somebody, is told which one, and None for none."""

    def __init__(self) -> None:
        self.placed: Callable[[LogsView | None], object] | None = None
        self.view: LogsView | None = None
        """The one that is open."""
        self._changing = threading.Lock()
        self._stopped = False

    def open(self, engine: Engine, ids: Sequence[str]) -> None:
        """Follow these containers in place of others. Raises as `live_logs` does; the others stay then."""
        view = live_logs(engine, ids, tail=TAIL)
        view.closing = self.close
        self._replace(view)

    def close(self) -> None:
        """Follow none, and take them out of the page."""
        self._replace(None)

    def stop(self) -> None:
        """Follow nothing any more; what is shown stays."""
        with self._changing:
            self._stopped = True
            view = self.view
        if view is not None:
            view.stop()

    def _replace(self, view: LogsView | None) -> None:
        with self._changing:
            before, self.view = self.view, view
            stopped = self._stopped
        if view is not None and stopped:  # the dashboard ended while it was made
            view.stop()
        if self.placed is not None and view is not before:
            self.placed(view)
        if before is not None and before is not view:
            before.close()
