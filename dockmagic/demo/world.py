"""The whole engine in memory: everything that the demo knows, and the time in it. It knows nothing of HTTP."""

from __future__ import annotations

import itertools
import uuid
from typing import TYPE_CHECKING

from dockmagic.demo.clock import Timeline, WallClock
from dockmagic.demo.containers import Containers
from dockmagic.demo.events import Events
from dockmagic.demo.identities import Identities
from dockmagic.demo.images import Images
from dockmagic.demo.networks import predefined_networks

if TYPE_CHECKING:
    from dockmagic.demo.clock import Clock
    from dockmagic.demo.execs import Exec
    from dockmagic.demo.networks import Network
    from dockmagic.demo.volumes import Volume

__all__ = ["World"]


class World:
    """One engine. `pace` is how long pulls and builds take: 1 as they would, 0 at once."""

    root = "/var/lib/docker"
    cpus = 4
    memory = 8 * 1024**3

    def __init__(self, *, clock: Clock | None = None, seed: str = "", pace: float = 1.0) -> None:
        self.timeline = Timeline(clock or WallClock())
        self.born = self.timeline.now
        self.pace = pace
        self.identities = Identities(seed)
        self.id = str(uuid.UUID(self.identities.digest()[:32]))
        self.events = Events(self.timeline)
        self.images = Images(self.timeline, self.events)
        self.containers = Containers()
        self.volumes: dict[str, Volume] = {}
        self.networks: dict[str, Network] = {}
        self.execs: dict[str, Exec] = {}
        self.build_cache: dict[tuple[str, str], str] = {}  # image below and what was done -> image
        self._pids = itertools.count(4021, 7)
        predefined_networks(self)

    def next_pid(self) -> int:
        """The process id of what starts next."""
        return next(self._pids)
