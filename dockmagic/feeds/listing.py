"""The containers of an engine, kept current from its events: after a change only what changed is asked for again."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from dockmagic.engine.containers import container_list
from dockmagic.feeds.inbox import Events
from dockmagic.feeds.marks import Marks
from dockmagic.frames.containers import CONTAINERS
from dockmagic.frames.patched import from_columns, patched, replaced, updated
from dockmagic.frames.schema import to_columns, told_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed import Feed
    from dockmagic.frames.schema import Row

__all__ = ["LONGEST", "Listing"]

LONGEST = 60.0
"""Seconds after which all of the list is asked for: "Up 3 minutes" grows old without an event, and of one change no
engine tells (20.10 to 26.1): that a container which does not run was connected to a network."""

_CONFIRMED = 0.5  # seconds after a list from anew when all is asked for once more: see `settles_in`
_UNREAD = 4096  # events that are kept for a list nobody looks at; after more of them all is old
_SHARE = 10  # one container in so many: if more have changed, the whole list costs less


@dataclass(frozen=True, slots=True)
class _Known:
    """The list as it was told last, replaced as a whole: an interrupt leaves the old one or the new one."""

    rows: Sequence[Row]
    places: Mapping[object, int]  # id to place in `rows`
    columns: dict[str, Any]
    frame: pd.DataFrame  # of the same arrays; whoever changes a copy of it changes a copy of them
    full: float  # when all of it was asked for, of time.monotonic()
    trusted: bool  # whether the feed heard the engine then, so that it tells of every change since

    @classmethod
    def of(
        cls, rows: Sequence[Row], columns: dict[str, Any], attrs: dict[Any, Any], *, full: float, trusted: bool
    ) -> _Known:
        places = {row.get("Id"): place for place, row in enumerate(rows)}
        return cls(rows, places, columns, from_columns(columns, attrs), full, trusted)


class Listing:
    """All containers, also those that do not run, as `ps -a` lists them: the newest first.

    `frame` brings the list up to date: with no request if nothing has happened, with one for the containers that have
    changed, with one for all if those are more than a tenth, if events may be missing, after a change of an image's
    names, and once a minute (`longest` seconds). While the feed does not hear the engine it stays as it is;
    a list that was never confirmed by a feed that hears is asked for anew with each look.
    """

    def __init__(self, feed: Feed, *, engine: Engine | None = None, longest: float = LONGEST) -> None:
        """`feed` must not leave out events of containers, images or networks. `engine` is asked, if not the feed's."""
        self._feed = feed
        self._engine = engine or feed.engine
        self._longest = longest
        self._inbox = feed.open_inbox(limit=_UNREAD)
        self._overflowed = 0
        self._unread: list[bytes] = []
        self._marks = Marks()
        self._known: _Known | None = None
        self._confirm_at: float | None = None
        self._asking = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Follow the feed no more. The feed itself goes on."""
        self._feed.close_inbox(self._inbox)

    @property
    def last(self) -> pd.DataFrame | None:
        """As it was told last, without asking; None if nothing was asked yet."""
        return None if self._known is None else self._known.frame.copy(deep=False)

    @property
    def settles_in(self) -> float:
        """Seconds after which all is to be asked for once more though no event comes: see `Feed.wait_connected`."""
        return self._longest if self._confirm_at is None else max(0.0, self._confirm_at - time.monotonic())

    @property
    def frame(self) -> pd.DataFrame:
        """The containers now, with the columns of `ps`. The caller's own. Raises as `Engine` does; `last` stays then.

        API: GET /containers/json.
        """
        with self._asking:
            self._read_marks()
            now = time.monotonic()
            known, due = self._known, self._marks.due(now)
            if known is None or self._all_is_old(known, due, now):
                anew = self._marks.everything or known is None or not known.trusted
                self._known = known = self._list_all(now)
                self._confirm_at = now + _CONFIRMED if anew else None
                self._marks.everything = False
            elif due:
                self._known = known = self._list_some(known, due)
            self._marks.looked(due, now)
            return known.frame.copy(deep=False)

    def _read_marks(self) -> None:
        """Turn events into marks. Marking twice does no harm: an interrupt may come at any place here."""
        self._inbox.take_into(self._unread)
        self._marks.add(Events(self._unread), time.monotonic())
        self._unread = []
        if self._inbox.dropped != self._overflowed:
            self._marks.everything = True
            self._overflowed = self._inbox.dropped

    def _all_is_old(self, known: _Known, due: Sequence[str], now: float) -> bool:
        many = len(due) > max(1, len(known.rows) // _SHARE)
        confirm = self._confirm_at is not None and now >= self._confirm_at
        return self._marks.everything or confirm or many or not known.trusted or now - known.full > self._longest

    def _list_all(self, now: float) -> _Known:
        trusted = self._feed.state.name == "connected"  # before the list: what changes after it is heard
        rows = container_list(self._engine, all=True)
        columns = to_columns(rows, CONTAINERS)
        return _Known.of(rows, columns, told_by(self._engine), full=now, trusted=trusted)

    def _list_some(self, known: _Known, asked: Sequence[str]) -> _Known:
        """Ask for these, and put them in the place of what was known of them."""
        fresh = container_list(self._engine, all=True, filters={"id": asked})
        seconds = {row.get("Created") for row in fresh if row.get("Id") not in known.places}
        peers = [str(row.get("Id")) for row in known.rows if row.get("Created") in seconds] if seconds else []
        if peers:  # made in the same second as a new one: which of them is newer, only the engine knows
            asked = list({*asked, *peers})
            fresh = container_list(self._engine, all=True, filters={"id": asked})
        ids = {row.get("Id") for row in fresh}
        if ids == set(asked) and not seconds:
            return self._replaced(known, fresh)
        rows, order = _merged(known, asked, fresh, moved=seconds)
        columns = patched(known.columns, fresh, CONTAINERS, order=order) or to_columns(rows, CONTAINERS)
        return _Known.of(rows, columns, told_by(self._engine), full=known.full, trusted=known.trusted)

    def _replaced(self, known: _Known, fresh: Sequence[Row]) -> _Known:
        """As most changes are: each of these has its place already."""
        fresh = [row for row in fresh if row != known.rows[known.places[row.get("Id")]]]
        if not fresh:  # a second look found nothing new, as most do
            return known
        rows = list(known.rows)
        places = [known.places[row.get("Id")] for row in fresh]
        before = [rows[place] for place in places]
        for place, row in zip(places, fresh, strict=True):
            rows[place] = row
        columns = replaced(known.columns, places, before, fresh, CONTAINERS)
        if columns is None:
            columns = to_columns(rows, CONTAINERS)
            frame = from_columns(columns, told_by(self._engine))
        else:
            frame = updated(known.frame, known.columns, columns, told_by(self._engine))
        return replace(known, rows=rows, columns=columns, frame=frame)


def _merged(
    known: _Known, asked: Sequence[str], fresh: Sequence[Row], *, moved: AbstractSet[object]
) -> tuple[list[Row], list[int]]:
    """What is known with `fresh` in place of what was asked for, the newest first, and where each row comes from.

    That is its place in the known ones, or behind them its place in `fresh`. Rows made in the seconds `moved` are
    ordered among themselves as in `fresh`, which has all of them; the others keep their places.
    """
    size = len(known.rows)
    places = list(range(size))
    for identity in asked:
        if identity in known.places:
            places[known.places[identity]] = -1
    front: list[int] = []
    for place, row in enumerate(fresh, size):
        before = known.places.get(row.get("Id"))
        if before is None or row.get("Created") in moved:
            front.append(place)
        else:
            places[before] = place
    rows = [*known.rows, *fresh]
    order = [*front, *(place for place in places if place >= 0)]
    if front:
        order.sort(key=lambda place: _created(rows[place]), reverse=True)  # stable: the rest keeps its order
    return [rows[place] for place in order], order


def _created(row: Row) -> int:
    created = row.get("Created")
    return created if isinstance(created, int) else 0
