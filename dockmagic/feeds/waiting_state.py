"""Waiting until containers are healthy, or have ended: their events say when to look, their inspect what it is."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from dockmagic.engine.containers import container_inspect
from dockmagic.errors import NotFound
from dockmagic.feeds.feed import Feed
from dockmagic.feeds.logs_feed import EVER
from dockmagic.feeds.trail import GAP
from dockmagic.feeds.waiting import Reached
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.feeds.inbox import Event, Events

__all__ = ["EndWatch", "HealthWatch", "state_of"]

_WORDS = 200  # characters of what a healthcheck said


class _StateWatch(ABC):
    """Follows the events of containers; `ids` are those by the names that they were given."""

    def __init__(self, engine: Engine, ids: Mapping[str, str]) -> None:
        self.wake = threading.Event()
        self._engine = engine
        self._ids = ids
        self._changing = threading.Lock()
        self._due = set(ids.values())  # to be looked at
        self._codes: dict[str, tuple[int, int]] = {}  # id -> when it ended last, as events tell, and its exit code
        self._last: dict[str, dict[str, Any]] = {}  # id -> its state, as it was looked at last
        self._feed = Feed(
            engine, since=EVER, filters=["type=container", *(f"container={each}" for each in ids.values())]
        )

    def start(self) -> None:
        """Begin to hear."""
        self._feed.subscribe(self._heard)
        self._feed.start()

    def stop(self) -> None:
        """Hear no more."""
        self._feed.stop()

    @property
    def state(self) -> FeedState:
        """Whether it hears the engine."""
        return self._feed.state

    def look(self, names: Iterable[str]) -> dict[str, Reached]:
        """Look at those of them that something has happened to."""
        found: dict[str, Reached] = {}
        for name in names:
            identity = self._ids[name]
            with self._changing:
                if identity not in self._due:
                    continue
                self._due.discard(identity)
            try:
                described = container_inspect(self._engine, identity)
            except NotFound:
                reached: Reached | None = self._gone(identity)
            except BaseException:
                with self._changing:
                    self._due.add(identity)
                raise
            else:
                reached = self._judged(identity, described)
                self._last[identity] = state_of(described)
            if reached is not None:
                found[name] = reached
        return found

    @abstractmethod
    def _judged(self, identity: str, described: Mapping[str, Any], /) -> Reached | None:
        """What this inspect settles, None for nothing."""

    @abstractmethod
    def _gone(self, identity: str) -> Reached:
        """What it means that it was removed."""

    def _heard(self, events: Events, _: FeedState) -> None:
        """Called by the feed, in its thread for callbacks."""
        with self._changing:
            for event in events:
                identity = _actor(event).get("ID")
                if event.get("Type") == GAP:
                    self._due.update(self._ids.values())
                elif isinstance(identity, str):
                    self._due.add(identity)
                    self._note_end(identity, event)
        self.wake.set()

    def _note_end(self, identity: str, event: Event) -> None:
        attributes, ticks = _actor(event).get("Attributes"), event.get("timeNano")
        code = attributes.get("exitCode") if isinstance(attributes, dict) else None
        if event.get("Action") == "die" and isinstance(code, str) and code.isdecimal() and isinstance(ticks, int):
            self._codes[identity] = ticks, int(code)


class HealthWatch(_StateWatch):
    """Until they are healthy, as their healthchecks say."""

    def pending(self, name: str) -> str:
        """What its healthcheck said last."""
        state = self._last.get(self._ids[name])
        if state is None:
            return "the engine has not told"
        health = state.get("Health")
        if state.get("Status") == "created" or not isinstance(health, dict):
            return f"it is {shown(str(state.get('Status')))}"
        checks = health.get("Log")
        last = checks[-1] if isinstance(checks, list) and checks and isinstance(checks[-1], dict) else {}
        output = shown(str(last.get("Output") or "").strip(), length=_WORDS)
        said = f" (its last check ended with exit code {last.get('ExitCode')}{f': {output}' if output else ''})"
        return f"it is {shown(str(health.get('Status')))}{said if last else ''}"

    def _judged(self, _: str, described: Mapping[str, Any], /) -> Reached | None:
        state = state_of(described)
        health = state.get("Health")
        if state.get("Status") != "created" and not _runs(state):
            code = _code(state)
            return Reached(f"ended with exit code {code} before it was healthy", code)
        if not isinstance(health, dict) and not _is_checked(described):
            return Reached("has no healthcheck, and is never healthy: docker run --health-cmd gives it one")
        healthy = isinstance(health, dict) and health.get("Status") == "healthy" and _runs(state)
        return Reached() if healthy else None

    def _gone(self, identity: str) -> Reached:
        return Reached("was removed before it was healthy", self._codes.get(identity, (0, None))[1])


class EndWatch(_StateWatch):
    """Until the process of each has ended. `created`: those that never ran are waited for as well, until they did."""

    def __init__(self, engine: Engine, ids: Mapping[str, str], *, created: bool) -> None:
        super().__init__(engine, ids)
        self._created = created

    def pending(self, name: str) -> str:
        """What it does."""
        state = self._last.get(self._ids[name], {})
        return f"it is {shown(str(state.get('Status') or 'not known'))}"

    def _judged(self, identity: str, described: Mapping[str, Any], /) -> Reached | None:
        state = state_of(described)
        before = self._last.get(identity, {})
        if _runs(state) or (self._created and state.get("Status") == "created"):
            again = _runs(before) and state.get("StartedAt") != before.get("StartedAt")
            return Reached(exit_code=self._codes.get(identity, (0, None))[1]) if again else None
        said = state.get("Error")
        return Reached(shown(said, length=1000) if isinstance(said, str) else "", _code(state))

    def _gone(self, identity: str) -> Reached:
        """It ended all the same, if it was seen to."""
        if identity in self._codes:
            return Reached(exit_code=self._codes[identity][1])
        return Reached("was removed, and its exit code is not known")


def state_of(described: Mapping[str, Any]) -> dict[str, Any]:
    """The State of an inspect."""
    state = described.get("State")
    return state if isinstance(state, dict) else {}


def _runs(state: Mapping[str, Any]) -> bool:
    """Whether it runs, or is about to be started again as its restart policy wants."""
    return state.get("Running") is True or state.get("Restarting") is True


def _code(state: Mapping[str, Any]) -> int | None:
    code = state.get("ExitCode")
    return code if isinstance(code, int) else None


def _is_checked(described: Mapping[str, Any]) -> bool:
    """Whether it will have a health once it runs."""
    config = described.get("Config")
    check = config.get("Healthcheck") if isinstance(config, dict) else None
    test = check.get("Test") if isinstance(check, dict) else None
    return isinstance(test, list) and bool(test) and test[0] != "NONE"


def _actor(event: Event) -> dict[str, Any]:
    actor = event.get("Actor")
    return actor if isinstance(actor, dict) else {}
