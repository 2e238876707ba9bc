"""A thread that does the same thing again: when it is woken, and when its time has come."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from dockmagic.engine.stop import Stop
from dockmagic.errors import DockMagicError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.engine.client import Engine

__all__ = ["Loop"]

AGAIN = 2.0
"""Seconds after which it tries again what has failed."""

_JOIN = 0.02
_logger = logging.getLogger("dockmagic")


class Loop:
    """Calls `step(engine)`, which says after how many seconds it wants to be called again at the latest.

    What an engine refuses, or is not there for, is tried again; any other exception goes to the log "dockmagic".
    """

    def __init__(self, name: str, engine: Engine, step: Callable[[Engine], float]) -> None:
        self._step = step
        self._stop = Stop()
        self._engine = engine.stopped_by(self._stop)
        self._news = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first step comes at once."""
        self._thread.start()

    def wake(self) -> None:
        """Do a step now, or as soon as the one under way is done."""
        self._news.set()

    def stop(self) -> None:
        """End it; the request that is under way ends too."""
        self._stop()
        self._news.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN)

    def _run(self) -> None:
        while not self._stop.requested:
            self._news.wait(self._once())
            self._news.clear()

    def _once(self) -> float:
        """A step. What wakes it meanwhile is noticed by the `wait` behind it."""
        try:
            return self._step(self._engine)
        except DockMagicError:
            return AGAIN
        except Exception:
            if not self._stop.requested:
                _logger.exception("%s failed", self._thread.name)
            return AGAIN
