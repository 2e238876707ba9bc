"""Live: what runs in the background of one shell, so that it can be listed and stopped."""

from __future__ import annotations

import atexit
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

__all__ = ["Live", "Running"]

_STOPPED = "stopped"


class Running(Protocol):
    """What can be registered: a feed, a view of one, a build in the background."""

    @property
    def host(self) -> str:
        """The engine that it talks to."""

    @property
    def started(self) -> datetime:
        """When it began."""

    @property
    def state(self) -> object:
        """What it does; str() of it tells, and is "stopped" when it has ended."""

    @property
    def rows(self) -> int | None:
        """How many rows its frame has, None where it has none. Costs nothing."""

    def stop(self) -> None:
        """End it, in less than 100 ms; harmless when it has ended."""


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    key: str
    run: str
    running: Running


class Live:
    """What runs in one shell, under ids that are counted from 1. Safe to share between threads.

    What has ended by itself is not in it any more. `stop_all` comes with the end of the process too.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._running())

    def add(self, running: Running, *, kind: str, key: str = "", run: str = "") -> str:
        """Register what has just begun, and return its id.

        What is registered under the same `key` (the id of the cell that runs, or else its command line) is stopped: the
        cell was run again. Not so what began in the same `run` of that cell, where runs can be told apart. What is in
        it already keeps its id.
        """
        with self._lock:
            known = {id_: entry for id_, entry in self._entries.items() if key and entry.key == key}
            before = {id_: entry for id_, entry in known.items() if not run or entry.run != run}
            if not self._entries:
                atexit.register(self.stop_all)
            identity = next((id_ for id_, entry in self._entries.items() if entry.running is running), "")
            if not identity:
                self._count += 1
                identity = str(self._count)
            self._entries[identity] = _Entry(kind, key, run, running)
        self._stop(before)
        return identity

    def stop(self, *identities: str) -> pd.DataFrame:
        """Stop what has these ids; returns them as `frame` has them, stopped.

        Raises UsageError where nothing that runs has one of them; nothing is stopped then.
        """
        running = self._running()
        for identity in identities:
            if identity not in running:
                there = f"There are: {', '.join(running)}" if running else "Nothing runs."
                raise UsageError(f"nothing that runs has the id {shown(identity)!r}", hint=f"{there}  %dlive lists it.")
        stopped = {identity: running[identity] for identity in identities}
        self._stop(stopped)
        return _frame(stopped)

    def stop_all(self) -> None:
        """Stop everything. What cannot be stopped raises when all the others have been."""
        with self._lock:
            entries = dict(self._entries)
        self._stop(entries)

    def frame(self) -> pd.DataFrame:
        """What runs, one row each, the oldest first: id, kind, host, started (UTC), state, rows."""
        return _frame(self._running())

    def ids(self) -> list[str]:
        """The ids of what runs, the oldest first."""
        return list(self._running())

    def _running(self) -> dict[str, _Entry]:
        """What has not ended; the others are forgotten, and stopped: that may have been interrupted half-way."""
        with self._lock:
            ended = {id_: entry for id_, entry in self._entries.items() if str(entry.running.state) == _STOPPED}
        self._stop(ended)
        with self._lock:
            return dict(self._entries)

    def _stop(self, entries: dict[str, _Entry]) -> None:
        """Stop them, the newest first, and forget each that was; one whose stop is interrupted stays registered."""
        with ExitStack() as stack:
            for identity, entry in entries.items():
                stack.callback(self._stop_one, identity, entry)

    def _stop_one(self, identity: str, entry: _Entry) -> None:
        try:
            entry.running.stop()
        except Exception:  # it would fail again
            self._forget({identity: entry})
            raise
        self._forget({identity: entry})

    def _forget(self, entries: dict[str, _Entry]) -> None:
        with self._lock:
            for identity in entries:
                self._entries.pop(identity, None)
            if entries and not self._entries:
                atexit.unregister(self.stop_all)


def _frame(entries: dict[str, _Entry]) -> pd.DataFrame:
    rows = [
        {
            "id": identity,
            "kind": entry.kind,
            "host": entry.running.host,
            "started": entry.running.started.isoformat(),
            "state": str(entry.running.state),
            "rows": entry.running.rows,
        }
        for identity, entry in entries.items()
    ]
    from dockmagic.frames.live import LIVE  # noqa: PLC0415 - this file is imported with the extension
    from dockmagic.frames.schema import to_frame  # noqa: PLC0415

    return to_frame(rows, LIVE)
