"""Faults on request, for tests and teaching: slow replies, streams that are cut, failures, a restart."""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Fault", "Faults"]


@dataclass(slots=True)
class Fault:
    """One fault: for which requests, how many of them (None: all), and what happens to each."""

    path: str = "*"
    method: str = "*"
    times: int | None = None
    seconds: float = 0.0
    status: int = 0
    message: str = ""
    cut_after: int | None = None

    def fits(self, method: str, path: str) -> bool:
        """Whether it is for this request; `path` is without the version."""
        return fnmatch.fnmatchcase(path, self.path) and self.method in {"*", method}


@dataclass(slots=True)
class Faults:
    """What is to go wrong. Each method may be called from any thread, and counts from the next request on.

    `path` is matched with * and ? and is without the version: "/containers/*/logs".
    """

    _active: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _restart: Callable[[float], None] | None = None

    def slow(self, seconds: float, *, path: str = "*", method: str = "*", times: int | None = None) -> Fault:
        """Answer so many seconds later."""
        return self._add(Fault(path, method, times, seconds=seconds))

    def fail(
        self, *, status: int = 500, message: str = "", path: str = "*", method: str = "*", times: int | None = 1
    ) -> Fault:
        """Answer with an error instead of doing it."""
        words = message or "a fault that was asked for"
        return self._add(Fault(path, method, times, status=status, message=words))

    def cut(self, *, after: int = 0, path: str = "*", method: str = "*", times: int | None = 1) -> Fault:
        """Close the connection after so many bytes of the reply's body, as a dying engine does."""
        return self._add(Fault(path, method, times, cut_after=after))

    def restart(self, *, down: float = 0.5) -> None:
        """Restart the engine: connections end, for `down` seconds nothing answers, then it has forgotten its events."""
        if self._restart is not None:
            self._restart(down)

    def clear(self) -> None:
        """Take all of them back."""
        with self._lock:
            self._active.clear()

    def of(self, method: str, path: str) -> list[Fault]:
        """The faults for a request, which counts as one of their times."""
        with self._lock:
            found = [fault for fault in self._active if fault.fits(method, path)]
            for fault in found:
                if fault.times is not None:
                    fault.times -= 1
            self._active = [fault for fault in self._active if fault.times is None or fault.times > 0]
        return found

    def _add(self, fault: Fault) -> Fault:
        with self._lock:
            self._active.append(fault)
        return fault
