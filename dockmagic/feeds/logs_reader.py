"""The thread of one followed container: reads its log, reads on after a break, and notes its end and its starts."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dockmagic.engine.containers import container_inspect, container_logs, container_logs_stream
from dockmagic.engine.stop import Stop
from dockmagic.errors import DockMagicError, EngineFault, EngineTimeout, NotFound
from dockmagic.feeds.feed_state import FeedState
from dockmagic.feeds.log_unit import NO_STAMP, note
from dockmagic.feeds.logs_lines import LineReader
from dockmagic.feeds.logs_trail import LogTrail, as_stamp, before

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.backoff import Backoff
    from dockmagic.feeds.logs_trail import Replay

__all__ = ["UNREADABLE", "Container", "LogReader", "Phase"]

_EARLY = 10**8  # nanoseconds: a process writes before the engine notes that it has started
UNREADABLE = "does not support reading"
"""What engines say of a log driver that keeps nothing."""

_BEFORE = 50  # lines in front of the last N: they are known, so that a replay which begins in them is understood
_FIRM = 5.0  # seconds that a connection must have lasted for the next wait to be short again


@dataclass(frozen=True, slots=True)
class Container:
    """One of those that are followed: its number in the feed, its id, its name, and whether it has a terminal."""

    source: int
    id: str
    name: str
    terminal: bool


@dataclass(frozen=True, slots=True)
class Phase:
    """What a container does: `exit_code` if it has ended, `reason` if its log cannot be read."""

    name: Literal["unknown", "running", "restarting", "ended", "removed", "unreadable"] = "unknown"
    exit_code: int | None = None
    reason: str = ""


class LogReader:
    """Reads until it is told to stop, or the container is removed; hands units (see `log_unit`) to `put`.

    What happens to the connection goes to `tell`. A container that has ended is waited for: `wake` says that something
    has happened to it.
    """

    def __init__(
        self,
        engine: Engine,
        container: Container,
        *,
        since: str | None,
        tail: int | None,
        silence: float | None,
        backoff: Backoff,
        put: Callable[[list[bytes]], None],
        tell: Callable[[Container, FeedState], None],
    ) -> None:
        """`tail`: the last lines to begin with, None for all. `silence`: as of `Reader`."""
        self.container = container
        self.phase = Phase()
        """What the container does; changed when everything that it wrote before has been `put`."""
        self._engine = engine
        self._tail = tail
        self._silence = silence
        self._backoff = backoff
        self._put = put
        self._tell = tell
        self._trail = LogTrail(since)
        self._since = since
        self._started = ""  # when the run began that was noted last
        self._noted = NO_STAMP
        self._open_stamps: list[bytes] = []
        self._woken = threading.Event()
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
        self._woken.set()

    def wake(self) -> None:
        """Look what the container does, if it is not being read."""
        self._woken.set()

    def run(self) -> None:
        """Read until `stop`, or until the container is removed."""
        try:
            while not self.stopping and self.phase.name not in {"removed", "unreadable"}:
                if reason := self._round():
                    self._wait(reason)
        finally:
            self._tell(self.container, FeedState("stopped"))

    def _wait(self, reason: str) -> None:
        if self.stopping:
            return
        delay = self._backoff.wait()
        self._tell(self.container, FeedState("reconnecting", reason, time.monotonic() + delay))
        self._woken.wait(delay)
        if not self.stopping:
            self._tell(self.container, FeedState("reconnecting", reason))

    def _round(self) -> str:
        """Read to the end of one run of the container, and wait for the next; or tell why it could not."""
        begun = time.monotonic()
        try:
            self._woken.clear()
            state = self._look()
            if self._tail is not None:
                self._read_tail(self._tail)
                self._tail = None
            if _runs(state):
                self._begins(state)
                silent = self._follow()
                if silent:
                    return ""
                state = self._look()
            last = self._trail.last
            self._read(follow=False)
            if _runs(state):  # again, if it was quick
                again = str(state.get("StartedAt")) != self._started
                return "" if again else "the engine ended the log of a container that runs"
            again = self._look().get("StartedAt") != state.get("StartedAt")  # lines of its next run may be among them
            self._ended(state, last=last if again else self._trail.last)
            self._backoff.reset()
            self._woken.wait()
        except NotFound:
            self._removed()
        except DockMagicError as error:
            if isinstance(error, EngineFault) and UNREADABLE in error.message:
                self._unreadable(error.message)
            else:
                if time.monotonic() - begun > _FIRM:
                    self._backoff.reset()
                return error.message
        return ""

    def _asking(self) -> Engine:
        """The engine for one request, which `stop` ends."""
        stop = self._stop = Stop()
        if self.stopping:  # and has called the one before
            stop()
        return self._engine.stopped_by(stop)

    def _look(self) -> dict[str, Any]:
        described = container_inspect(self._asking(), self.container.id)
        state = described.get("State")
        return state if isinstance(state, dict) else {}

    def _read_tail(self, count: int) -> None:
        """Begin with the last lines: those in front of them are read too, to be known."""
        body = container_logs(self._asking(), self.container.id, since=self._since, tail=count + _BEFORE)
        reader = self._reader()
        lines = [*reader.feed(bytes(body)), *reader.end()]
        self._trail.partial = len(lines) >= count + _BEFORE
        self._take(lines, lines[len(lines) - min(count, len(lines)) :])

    def _follow(self) -> bool:
        """Read until the log ends; whether it was only silent for long."""
        try:
            self._read(follow=True)
        except EngineTimeout:
            return True
        return False

    def _read(self, *, follow: bool) -> None:
        """Read what is not known yet."""
        replay = self._trail.replay(self._open_stamps)
        reader = self._reader()
        silence = self._silence if follow else None
        engine = self._asking()
        with container_logs_stream(
            engine, self.container.id, follow=follow, since=replay.since, timeout=silence
        ) as stream:
            self._tell(self.container, FeedState("connected"))
            try:
                for chunk in stream.chunks():
                    self._take_new(reader.feed(chunk), replay)
            finally:
                self._open_stamps = reader.open_stamps
        if not follow and not self.stopping:
            self._take_new(reader.end(), replay)
            self._open_stamps = []

    def _reader(self) -> LineReader:
        return LineReader(self.container.source, terminal=self.container.terminal, last=self._trail.last)

    def _take_new(self, lines: list[bytes], replay: Replay) -> None:
        if not lines or self.stopping:
            return
        if replay.misses(lines):
            said = "lines may be missing here: the engine does not have those any more that were read last"
            self._note(said, self._trail.last)
        if new := replay.new(lines):
            self._take(new, new)

    def _take(self, read: list[bytes], shown: list[bytes]) -> None:
        self._trail.extend(read)
        if shown:
            self._put(shown)

    def _begins(self, state: dict[str, Any]) -> None:
        """Say so, if it did while it was followed."""
        started = str(state.get("StartedAt"))
        if self._started and (self.phase.name != "running" or started != self._started):
            again = "" if self.phase.name == "unknown" else " again"
            self._note(f"started{again}", before(as_stamp(started), nanoseconds=_EARLY))
        self._started = started
        self.phase = Phase("running")

    def _ended(self, state: dict[str, Any], *, last: bytes) -> None:
        """Say so, once for each run; `last` is the time of its last line."""
        code = state.get("ExitCode")
        code = code if isinstance(code, int) else None
        started = str(state.get("StartedAt"))
        never, restarts = state.get("Status") == "created", state.get("Restarting") is True
        if self.phase.name == "running" or started != self._started:
            to_come = ", to be started again" if restarts else ""
            text = "was not started yet" if never else f"does not run any more: exit code {code}{to_come}"
            self._note(text, max(last, as_stamp(str(state.get("FinishedAt")))))
        self._started = started
        self.phase = Phase("unknown") if never else Phase("restarting" if restarts else "ended", code)
        self._tell(self.container, FeedState("connected"))

    def _removed(self) -> None:
        unread = "; its last lines may be missing" if self.phase.name == "running" else ""
        self._note(f"was removed{unread}", self._trail.last)
        self.phase = Phase("removed", self.phase.exit_code)

    def _unreadable(self, reason: str) -> None:
        self._note(f"cannot be read: {reason}", self._trail.last)
        self.phase = Phase("unreadable", reason=reason)

    def _note(self, text: str, stamp: bytes) -> None:
        """What no container wrote, at this time, but behind the note before."""
        self._noted = max(stamp, self._noted)
        self._put([note(self.container.source, self._noted, text)])


def _runs(state: dict[str, Any]) -> bool:
    """Whether it does; one that waits to be started again, as its restart policy wants, is said to run as well."""
    return state.get("Running") is True and state.get("Restarting") is not True
