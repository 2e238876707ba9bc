"""What the containers of a dashboard use, sampled while somebody looks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dockmagic.engine.container_stats import Sampler, Target
from dockmagic.frames.ids import short_id
from dockmagic.frames.stats import stats_row

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine
    from dockmagic.widgets.dashboard_page import Page

__all__ = ["LEASE", "Samples"]

INTERVAL = 2.0
"""Seconds between two samples, or more: see `_PER_SECOND`."""

_PER_SECOND = 40
"""Samples per second at most, of all containers together: one costs 0.7 ms of processor time here."""

LEASE = 900.0
"""Seconds for which a page that says it is visible is believed; it says so every minute. One whose tab was closed
cannot say that it is gone, and while a cell runs, a page that is there may not be heard."""

_NOBODY = 3600.0


class Samples:
    """Samples the containers that run: a loop calls `step`, a front end `seen`."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._views: dict[str, float] = {}
        self._sampler: Sampler | None = None

    @property
    def wanted(self) -> bool:
        """Whether somebody looks."""
        now = time.monotonic()
        return any(now < until for until in list(self._views.values()))

    def seen(self, view: str, *, visible: bool) -> None:
        """A view says whether it can be seen; "" stands for one that has not said anything yet."""
        self._views.pop("", None)
        if visible:
            self._views[view] = time.monotonic() + LEASE
        else:
            self._views.pop(view, None)

    def step(self, engine: Engine) -> float:
        """One sample of each."""
        running = [row for row in self._page.rows.values() if row["state"] == "running"]
        if not self.wanted:
            self._sampler = None  # what was sampled long ago says nothing about now
            return _NOBODY
        if not running:
            return INTERVAL
        first = self._sampler is None
        self._sampler = self._sampler or Sampler(engine)
        found = self._sampler.sample([Target(row["id"], row["name"], runs=True) for row in running])
        if not first:
            self._page.add_samples({short_id(each.id): _line(stats_row(each.now, each.before)) for each in found})
        return 1.0 if first else max(INTERVAL, len(running) / _PER_SECOND)


def _line(row: dict[str, Any]) -> tuple[float | None, int | None]:
    percent = row["cpu_percent"]
    return None if percent is None else round(percent, 1), row["memory"]
