"""The lists of a dashboard, kept current from events: containers, images, volumes, networks, and what takes room."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from dockmagic.engine.system import system_info
from dockmagic.errors import DockMagicError
from dockmagic.feeds.dashboard_model import (
    container_rows,
    counts,
    disk,
    engine_line,
    image_rows,
    network_rows,
    state_line,
    volume_rows,
)
from dockmagic.feeds.marks import LOOKS, marked
from dockmagic.feeds.trail import GAP
from dockmagic.frames.records import records
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.inbox import Events
    from dockmagic.feeds.listing import Listing
    from dockmagic.widgets.dashboard_doing import Doing
    from dockmagic.widgets.dashboard_page import Page

__all__ = ["ContainerList", "Disk", "Tables"]

CONTAINERS = ("id", "name", "image", "state", "health", "exit_code", "ports", "created")
LONGEST = 60.0
"""Seconds after which everything is looked at again though nothing has happened."""

_TABLES: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "images": (image_rows, ("id", "repository", "tag", "size", "created")),
    "volumes": (volume_rows, ("name", "driver", "created")),
    "networks": (network_rows, ("id", "name", "driver", "subnets", "created")),
}
_DISK_APART = 5.0  # seconds between two looks at the disk, or more, where looking takes long
_DISK_SHARE = 10
_MAKES_ROOM = frozenset({"create", "destroy", "delete", "die", "prune", "pull", "load", "import", "tag", "untag"})


class ContainerList:
    """The containers: the feed calls `heard`, a loop calls `step`."""

    def __init__(self, listing: Listing, page: Page) -> None:
        self._listing = listing
        self._page = page
        self._heard = 0.0  # when an event came that concerns the list; looks follow it, as engines need

    def heard(self, events: Events, state: FeedState) -> bool:
        """Show whether the engine is heard; returns whether the list may be another one now."""
        self._page.put(feed=state_line(state))
        if any(marked(event) != "" for event in events):
            self._heard = time.monotonic()
            return True
        return False

    def step(self, _: Engine) -> float:
        """Bring the list up to date; it asks for what has changed only, of the engine that the listing has."""
        rows = container_rows(records(self._listing.frame, CONTAINERS))
        self._page.put_rows(rows)
        self._page.put(counts=counts(rows.values()))
        since = time.monotonic() - self._heard
        looks = next((after - since + 0.02 for after in LOOKS if after > since), LONGEST)
        return min(looks, self._listing.settles_in + 0.02)


class Tables:
    """Images, volumes and networks, each asked for again after an event of its kind."""

    def __init__(self, doing: Doing, listing: Listing, page: Page) -> None:
        self._doing = doing
        self._listing = listing
        self._page = page
        self._lock = threading.Lock()
        self._stale = {"engine", *_TABLES}
        self._frames: dict[str, pd.DataFrame] = {}

    def heard(self, events: Events) -> bool:
        """Note which of them are old; returns whether any is."""
        kinds = {str(event.get("Type")) for event in events}
        with self._lock:
            if GAP in kinds:
                self._stale |= {"engine", *_TABLES}
            self._stale |= {table for table in _TABLES if table.removesuffix("s") in kinds}
            return bool(self._stale)

    def step(self, engine: Engine) -> float:
        """Ask for those that are old, and count anew which containers have which. One that fails keeps no other."""
        with self._lock:
            stale, self._stale = self._stale, set()
        failed: DockMagicError | None = None
        for name in sorted(stale):
            try:
                self._ask(name, engine)
            except DockMagicError as error:
                failed = error
                with self._lock:
                    self._stale.add(name)
        self._page.put(tables={name: self._rows(name) for name in _TABLES if name in self._frames})
        if failed is not None:
            raise failed
        return LONGEST

    def _ask(self, name: str, engine: Engine) -> None:
        if name in _TABLES:
            self._frames[name] = self._doing.tables[name](engine)
        else:
            self._page.put(engine=engine_line(engine.host, engine.api_version, system_info(engine)))

    def _rows(self, table: str) -> list[dict[str, Any]]:
        rows, columns = _TABLES[table]
        frame: pd.DataFrame = self._frames[table]
        found: list[dict[str, Any]] = rows(records(frame, columns), used=self._used(table))
        return found

    def _used(self, table: str) -> Counter[str]:
        """How many containers have each: an image by its id, a volume and a network by its name."""
        containers = self._listing.last
        if containers is None:
            return Counter()
        if table == "images":
            return Counter(containers["image_id"].dropna().tolist())
        column = {"volumes": "mounts", "networks": "networks"}[table]
        return Counter(name for names in containers[column] for name in set(names))


class Disk:
    """What takes room. An engine walks its files to tell: it is asked when there is reason to, and not often."""

    def __init__(self, doing: Doing, page: Page, walking: threading.Lock) -> None:
        """`walking` is held meanwhile: older engines refuse to walk twice at once."""
        self._doing = doing
        self._page = page
        self._walking = walking
        self._stale = True
        self._next = 0.0

    def heard(self, events: Events) -> bool:
        """Note whether there may be more or less room; returns whether it is time to look."""
        for event in events:
            if event.get("Type") == GAP or str(event.get("Action")).partition(":")[0] in _MAKES_ROOM:
                self._stale = True
        return self._stale

    def step(self, engine: Engine) -> float:
        """Look, if there is reason to and the last look is long enough ago."""
        now = time.monotonic()
        if not self._stale:
            return LONGEST
        if now < self._next:
            return self._next - now
        self._stale = False
        try:
            with self._walking:
                usage = self._doing.usage(engine)
        except DockMagicError as error:
            self._stale = True
            if not self._page.section("disk"):  # what is known stays
                self._page.put(disk={"error": shown(error.message)})
            raise
        finally:
            taken = time.monotonic() - now
            self._next = time.monotonic() + max(_DISK_APART, _DISK_SHARE * taken)
        self._page.put(disk=disk(records(usage, ("type", "total", "active", "size", "reclaimable"))))
        return LONGEST
