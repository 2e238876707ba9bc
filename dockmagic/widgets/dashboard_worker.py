"""One thread in which everything is done that a person has asked a widget for, one thing after the other."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING

from dockmagic.engine.stop import Stop
from dockmagic.errors import DockMagicError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from dockmagic.engine.client import Engine

    Job: TypeAlias = Callable[[Engine], object]
    Failed: TypeAlias = Callable[[str], object]

__all__ = ["Worker"]

_logger = logging.getLogger("dockmagic")


class Worker:
    """Does jobs in the order in which they were given, in a thread that is there as long as there are any.

    What a job raises is told in words: in a handler of a widget nobody would see an exception.
    """

    def __init__(self, name: str, engine: Engine) -> None:
        self._name = name
        self._engine = engine
        self._stop = Stop()
        self._lock = threading.Lock()
        self._jobs: deque[tuple[Job, Failed]] = deque()
        self._working = False

    def do(self, job: Job, *, failed: Failed) -> None:
        """Do `job(engine)` when those before it are done; returns at once. `failed` gets the words of an error."""
        with self._lock:
            if self._stop.requested:
                return
            self._jobs.append((job, failed))
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def stop(self) -> None:
        """End it. What the engine was asked to do may still happen; what waits is not done."""
        with self._lock:
            self._stop()
            self._jobs.clear()

    def _run(self) -> None:
        while (found := self._next()) is not None:
            job, failed = found
            try:
                job(self._engine.stopped_by(self._stop))
            except DockMagicError as error:
                failed(f"{error.message}  {error.hint}".strip())
            except Exception as error:
                _logger.exception("%s failed", self._name)
                failed(f"{type(error).__name__}: {error}")

    def _next(self) -> tuple[Job, Failed] | None:
        with self._lock:
            self._working = bool(self._jobs)
            return self._jobs.popleft() if self._jobs else None
