"""The containers that a feed of stats has no stream for, since they are too many: asked for in rounds."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dockmagic.engine.container_stats import Sampler, Target
from dockmagic.errors import DockMagicError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.stats_member import Member

__all__ = ["WIDTH_OF_REST", "StatsRest"]

WIDTH_OF_REST = 32
"""Requests at once, beside the streams."""

INTERVAL = 2.0
"""Seconds between two rounds, or more: a Docker 20.10 answers `WIDTH_OF_REST` per second."""


class StatsRest:
    """Samples the containers of the last `want` in a thread of its own, which runs while there are any."""

    def __init__(self, engine: Engine, name: str, wake: Callable[[], None]) -> None:
        self._engine = engine
        self._name = f"{name}-rest"
        self._wake = wake
        self._members: dict[str, Member] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def want(self, members: Sequence[Member]) -> None:
        """Sample these from now on."""
        self._members = {each.id: each for each in members}
        if members and not self._stopping.is_set() and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End it: as soon as the round that is under way has ended, which nobody waits for."""
        self._members = {}
        self._stopping.set()

    def _run(self) -> None:
        sampler = Sampler(self._engine, width=WIDTH_OF_REST)
        while members := self._members:
            try:
                found = sampler.sample([Target(each.id, each.name, runs=True) for each in members.values()])
            except DockMagicError as error:  # of all of them
                for member in members.values():
                    member.error = error.message
                found = []
            for sampled in found:
                members[sampled.id].put(sampled)
            self._wake()
            if self._stopping.wait(INTERVAL):
                return
