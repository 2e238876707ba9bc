"""What containers use as the rows of a page: figures now, rates since the last sample, and short lines of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.feeds.dashboard_model import state_line
from dockmagic.frames.ids import short_id
from dockmagic.frames.stats import moment
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.stats_member import Member
    from dockmagic.widgets.dashboard_page import Page

__all__ = ["StatsRows"]

_Json: TypeAlias = dict[str, Any]

_TEXT = 200
_COUNTERS = {"rx": "network_rx", "tx": "network_tx", "read": "block_read", "write": "block_write"}
_FIGURES = ("cpu", "memory", "limit", "percent", "pids", *_COUNTERS)


class StatsRows:
    """Puts into a `Page` what a feed of stats tells."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lock = threading.Lock()
        self._figures: dict[str, _Json] = {}
        self._before: dict[str, Mapping[str, Any]] = {}

    def take(self, rows: Sequence[Mapping[str, Any]], members: Sequence[Member], state: FeedState) -> None:
        """A round: the rows of those that have been sampled, all containers, and whether the engine is heard."""
        with self._lock:
            for row in rows:
                self._figures[row["id"]] = _figures(row, self._before.get(row["id"]))
                self._before[row["id"]] = row
            runs = {each.id for each in members if each.runs}
            for known in (self._figures, self._before):
                for identity in known.keys() - runs:  # what it used says nothing about when it runs again
                    known.pop(identity, None)
            told = {short_id(each.id): _row(each, self._figures.get(each.id)) for each in members}
        self._page.put(feed=state_line(state))
        self._page.put_rows(told)
        self._page.add_samples({short_id(row["id"]): (row["cpu_percent"], row["memory"]) for row in rows})


def _row(member: Member, figures: _Json | None) -> _Json:
    state = "running" if member.runs else "ended" if member.ended is not None else "stopped"
    return {
        "id": short_id(member.id),
        "name": shown(single_line(member.name), length=_TEXT) or short_id(member.id),
        "state": state,
        "error": shown(single_line(member.error), length=_TEXT),
        **(figures or dict.fromkeys(_FIGURES)),
    }


def _figures(row: Mapping[str, Any], before: Mapping[str, Any] | None) -> _Json:
    return {
        "cpu": row["cpu_percent"],
        "memory": row["memory"],
        "limit": row["memory_limit"],
        "percent": row["memory_percent"],
        "pids": row["pids"],
        **{name: _rate(row, before, column) for name, column in _COUNTERS.items()},
    }


def _rate(row: Mapping[str, Any], before: Mapping[str, Any] | None, column: str) -> float | None:
    """Bytes per second since the row before; None where that cannot be known: it was started anew, say."""
    if before is None or row[column] is None or before[column] is None or row[column] < before[column]:
        return None
    now, then = moment(row["time"]), moment(before["time"])
    seconds = (now - then).total_seconds() if now is not None and then is not None else 0.0
    return (row[column] - before[column]) / seconds if seconds > 0 else None
