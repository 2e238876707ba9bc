"""The open streams of a feed of stats: a thread for each container, which only keeps what came last."""

from __future__ import annotations

import threading
import time
from itertools import count
from typing import TYPE_CHECKING

from dockmagic.engine.batch import WIDTH
from dockmagic.engine.containers import container_stats_stream
from dockmagic.engine.stop import Stop
from dockmagic.errors import DockMagicError
from dockmagic.feeds.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.stats_member import Member

__all__ = ["MOST", "StatsStreams"]

MOST = 96
"""Streams at once: with the requests for the others (`stats_rest`) half of the 256 files that macOS allows."""

SILENCE = 20.0
"""Seconds without a sample, of which one comes per second, after which a stream is opened anew."""

_numbers = count(1)


class StatsStreams:
    """Has a stream open for each container that is wanted, up to `most`; `wake` is called when a sample has come."""

    def __init__(self, engine: Engine, name: str, wake: Callable[[], None], *, most: int = MOST) -> None:
        self._engine = engine
        self._name = name
        self._wake = wake
        self.most = WIDTH if engine.endpoint.scheme == "ssh" else most  # of ssh each is a login, and a process
        self._open: dict[str, _Stream] = {}

    def __len__(self) -> int:
        return len(self._open)

    def want(self, members: Sequence[Member], *, connected: bool) -> list[Member]:
        """Have streams of these, and of no others; returns those that there are too many of.

        One that has ended is opened again after a while, if the engine is `connected`.
        """
        wanted = {each.id: each for each in members[: self.most]}
        for identity in [identity for identity in self._open if identity not in wanted]:
            self._open.pop(identity).stop()
        for identity, member in wanted.items():
            before = self._open.get(identity)
            if before is None or before.member is not member:
                self._begin(member, Backoff())
            elif before.ended and connected and time.monotonic() >= before.retry_at:
                self._begin(member, before.backoff)
        return list(members[self.most :])

    def stop(self, timeout: float) -> None:
        """End all of them, and wait for that up to `timeout` seconds."""
        streams, self._open = self._open, {}
        for stream in streams.values():
            stream.stop()
        end = time.monotonic() + timeout
        for stream in streams.values():
            stream.join(max(0.0, end - time.monotonic()))

    def _begin(self, member: Member, backoff: Backoff) -> None:
        name = f"{self._name}-{next(_numbers)}"
        stream = self._open[member.id] = _Stream(self._engine, member, name, self._wake, backoff)
        stream.start()


class _Stream(threading.Thread):
    """One container's: keeps the newest sample, as the line that it came as."""

    def __init__(self, engine: Engine, member: Member, name: str, wake: Callable[[], None], backoff: Backoff) -> None:
        super().__init__(name=name, daemon=True)
        self._engine = engine
        self.member = member
        self._wake = wake
        self.backoff = backoff
        self._halt = Stop()
        self.ended = False
        self.retry_at = 0.0

    def stop(self) -> None:
        """End it at once."""
        self._halt()

    def run(self) -> None:
        """Read until the end, whatever that is."""
        try:
            engine = self._engine.stopped_by(self._halt)
            with container_stats_stream(engine, self.member.id, timeout=SILENCE) as stream:
                for lines in stream.batches():
                    self.member.put(lines[-1])
                    self.backoff.reset()
                    self._wake()
        except DockMagicError as error:
            if not self._halt.requested:
                self.member.error = error.message
        finally:
            self.retry_at = time.monotonic() + self.backoff.wait()
            self.ended = True
            self._wake()
