"""The thread of a feed: connects, reads, connects again, and knows where events may be missing."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import orjson

from dockmagic.engine.replies import one_object
from dockmagic.engine.stop import Stop
from dockmagic.engine.system import EVENTS_KEPT, system_events
from dockmagic.errors import DockMagicError, EngineTimeout, ProtocolError
from dockmagic.feeds.feed_state import FeedState
from dockmagic.feeds.trail import Trail, gap, identity

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters
    from dockmagic.engine.stream import Stream
    from dockmagic.feeds.backoff import Backoff
    from dockmagic.feeds.trail import Identity

__all__ = ["Reader"]

_ENDPOINT = "GET /events"
_CHECK = 10.0  # seconds in which an engine says what it remembers
_FIRM = 5.0  # seconds that a connection must have lasted for the next wait to be short again
_REPLAYED = 2 * EVENTS_KEPT  # events of a connection among which some may be known; a replay has half of it at most


class Reader:
    """Reads events until it is told to stop, and hands them to `put`, as lines of JSON that are objects.

    What happens to the connection goes to `tell`.

    Both are called in its thread, `put` for each read: they must be quick. Every end of the connection is told and
    followed by an attempt to connect again, the clean end too: it is how some engines go down.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        since: str | None,
        filters: Filters,
        silence: float | None,
        backoff: Backoff,
        put: Callable[[list[bytes]], None],
        tell: Callable[[FeedState], None],
    ) -> None:
        """`silence`: seconds without an event after which it connects anew, to see whether anybody is there."""
        self._engine = engine
        self._since = since
        self._filters = filters
        self._silence = silence
        self._backoff = backoff
        self._put = put
        self._tell = tell
        self._trail = Trail(time.time_ns())
        self._lost: float | None = None  # when the last connection ended, of time.monotonic(); None before the first
        self._heard = False  # whether the last connection told anything new
        self._silent = False  # whether it ended only because nothing came for long
        self._stopping = threading.Event()
        self._stop = Stop()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End `run` at once, from any thread."""
        self._stopping.set()
        self._stop()

    def run(self) -> None:
        """Read until `stop`."""
        try:
            while not self.stopping:
                reason = self._connection()
                if reason and not self.stopping:
                    self._wait(reason)
        finally:
            self._tell(FeedState("stopped"))

    def _wait(self, reason: str) -> None:
        delay = self._backoff.wait()
        self._tell(FeedState("reconnecting", reason, time.monotonic() + delay))
        if not self._stopping.wait(delay):
            self._tell(FeedState("reconnecting", reason))

    def _connection(self) -> str:
        """Read from one connection to its end, and tell why it ended; "" if it was only silent."""
        begun: float | None = None
        why = "the engine ended its stream of events"
        stop = self._stop = Stop()
        if self.stopping:  # and has called the one before
            return ""
        try:
            engine = self._engine.stopped_by(stop)
            complete = self._lost is None or self._remembered(engine)
            since = self._since if self._lost is None else self._trail.replay()[0]
            with system_events(engine, since=since, filters=self._filters, timeout=self._silence) as stream:
                begun = time.monotonic()
                self._read(stream, complete=complete)
        except DockMagicError as error:
            silent = isinstance(error, EngineTimeout) and begun is not None
            why = "" if silent else error.message
        if begun is not None:
            self._ended(begun, silent=not why)
        return why

    def _ended(self, begun: float, *, silent: bool) -> None:
        """Note that the connection which began then has ended."""
        now = time.monotonic()
        if self._heard or now - begun > _FIRM:
            self._backoff.reset()
        self._lost, self._silent = now - (self._silence or 0.0) * silent, silent

    def _remembered(self, engine: Engine) -> bool:
        """Whether the engine still knows what came last, so that nothing will be missing: see `Trail`."""
        known = self._trail.identities()
        if not known:  # and after a silence nothing says that anything has happened
            return self._silent
        since, until = self._trail.replay()
        limit = min(_CHECK, self._silence or _CHECK)
        first = b""
        opened = False
        try:
            with system_events(engine, since=since, until=until, filters=self._filters, timeout=limit) as stream:
                opened = True
                for lines in stream.batches():
                    first = first or next(iter(_readable(lines)[0]), b"")
        except EngineTimeout:  # the engine's clock was set back, and `until` is yet to come
            if not opened:
                raise
        return bool(first) and _identity(first) in known

    def _read(self, stream: Stream, *, complete: bool) -> None:
        """Hand on what the connection gives that is not known yet, behind a gap if anything may be missing."""
        self._heard = False
        known = self._trail.identities()
        check = bool(known) and self._lost is not None
        if not complete:
            self._gap()
            check = False
        self._tell(FeedState("connected"))
        replayed = 0
        for lines in stream.batches():
            new, error = _readable(lines)
            if new and replayed < _REPLAYED:
                if check and _identity(new[0]) not in known:  # forgotten, or restarted, since it was asked
                    self._gap()
                check = False
                replayed += len(new)
                new = _unknown(new, known)
            if new:
                self._trail.extend(new)
                self._put(new)
                self._heard = True
            if error is not None:
                raise error

    def _gap(self) -> None:
        """Say that events may be missing here. What was known before says nothing about what comes after."""
        seconds = 0.0 if self._lost is None else time.monotonic() - self._lost
        why = "the engine was restarted meanwhile, or does not know any more what came last"
        self._put([gap(self._trail.last_ns, f"events of up to {seconds:.1f} s may be missing: {why}")])
        self._trail.forget()


def _readable(lines: list[bytes]) -> tuple[list[bytes], ProtocolError | None]:
    """The lines up to the first that is no JSON object, and what is to be said of that one: nobody else has to cope."""
    count = 0
    try:
        for event in map(orjson.loads, lines):
            one_object(event, _ENDPOINT)
            count += 1
    except orjson.JSONDecodeError:
        return lines[:count], ProtocolError(f"the engine sent a line that is not JSON: {lines[count][:60]!r}")
    except ProtocolError as error:
        return lines[:count], error
    return lines, None


def _unknown(lines: list[bytes], known: set[Identity]) -> list[bytes]:
    """Those that are not known yet; then they are."""
    new: list[bytes] = []
    for line in lines:
        who = _identity(line)
        if who not in known:
            known.add(who)
            new.append(line)
    return new


def _identity(line: bytes) -> Identity:
    return identity(orjson.loads(line))
