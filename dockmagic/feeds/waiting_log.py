"""Waiting until containers have written a line: what they wrote before, in this run of theirs, counts too."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dockmagic.feeds.log_unit import NO_STAMP, NOTE
from dockmagic.feeds.logs_feed import LogsFeed
from dockmagic.feeds.logs_targets import container_named
from dockmagic.feeds.logs_trail import as_since, as_stamp, before
from dockmagic.feeds.waiting import Reached
from dockmagic.feeds.waiting_state import state_of
from dockmagic.frames.log_grep import line_matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed_state import FeedState

__all__ = ["LogWatch"]

_FEW = 100  # lines that nobody asks for here


class LogWatch:
    """Reads their logs to the end and on; `described` are their inspects by the names that they were given."""

    def __init__(self, engine: Engine, described: Mapping[str, dict[str, Any]], pattern: str) -> None:
        """`pattern`: a regular expression. Raises UsageError for what is none."""
        self.wake = threading.Event()
        self._names = list(described)
        containers = [container_named(each, source) for source, each in enumerate(described.values())]
        begins = [_begin(state_of(each)) for each in described.values()]
        self._feed = LogsFeed(engine, containers, since=begins, matches=line_matcher(pattern, "--log"), limit=_FEW)
        self._inbox = self._feed.open_inbox()
        self._found: set[int] = set()

    def start(self) -> None:
        """Begin to read."""
        self._feed.subscribe(lambda *_: self.wake.set(), limit=_FEW)
        self._feed.start()

    def stop(self) -> None:
        """Read no more."""
        self._feed.stop()

    @property
    def state(self) -> FeedState:
        """Whether it hears the engine."""
        return self._feed.events_state

    def look(self, names: Iterable[str]) -> dict[str, Reached]:
        """Those that have written such a line, or cannot any more."""
        wanted = [self._names.index(name) for name in names]
        phases = {source: self._feed.readers[source].phase for source in wanted}  # before the lines: all are there then
        lines: list[bytes] = []
        self._inbox.take_into(lines)
        self._found |= {each[1] << 8 | each[2] for each in lines if each[0] != NOTE}
        settled: dict[str, Reached] = {}
        for source, phase in phases.items():
            if source in self._found:
                settled[self._names[source]] = Reached()
            elif phase.name == "ended":
                error = f"ended with exit code {phase.exit_code} before it wrote such a line"
                settled[self._names[source]] = Reached(error, phase.exit_code)
            elif phase.name == "removed":
                settled[self._names[source]] = Reached("was removed before it wrote such a line", phase.exit_code)
            elif phase.name == "unreadable":
                settled[self._names[source]] = Reached(f"its log cannot be read: {phase.reason}")
        return settled

    def pending(self, name: str) -> str:
        """Nothing is to be added."""
        del name
        return ""


def _begin(state: Mapping[str, Any]) -> str | None:
    """From when on its lines count, as `timestamp` gives it: those of its run now, or else of its last one.

    A process writes before the engine notes that it has started; while it runs, the end of the run before is known.
    """
    if state.get("Running") is True:
        ended = as_stamp(str(state.get("FinishedAt")))
        return as_since(ended) if ended > NO_STAMP else None
    started = as_stamp(str(state.get("StartedAt")))
    return as_since(before(started)) if started > NO_STAMP else None
