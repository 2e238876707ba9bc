"""Which containers a feed of stats follows: first a list of them, then what events tell. Asks nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.feeds.stats_member import Member
from dockmagic.feeds.trail import GAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockmagic.engine.container_stats import Target
    from dockmagic.feeds.inbox import Event

__all__ = ["ACTIONS", "LEAVES", "Members"]

ACTIONS = ("create", "start", "die", "destroy", "rename")
"""The events that change it."""

LEAVES = 30.0
"""Seconds for which one that has ended is still told of."""

_ID = re.compile(r"[0-9a-f]{64}")


class Members:
    """Those that run, or `everything`, or those of `ids` whatever they do.

    For one thread; `all` is replaced and never changed.
    """

    def __init__(self, ids: Sequence[str] | None = None, *, everything: bool = False) -> None:
        self._ids = ids
        self._everything = everything and ids is None
        self.all: tuple[Member, ...] = ()
        """The newest first, as they are listed; what has begun since is in front."""

    @property
    def running(self) -> list[Member]:
        """Those that are to be sampled."""
        return [each for each in self.all if each.runs]

    def listed(self, targets: Iterable[Target], now: float) -> None:
        """Be what the engine lists; those that are not listed any more have ended."""
        found = {each.id: each for each in targets}
        known = {each.id: each for each in self.all}
        for target in found.values():
            member = known.get(target.id) or Member(target.id, target.name, runs=target.runs)
            member.name = target.name
            if target.runs:
                member.begin()
            else:
                member.end(now)
            known[target.id] = member
        for identity, member in known.items():
            if identity not in found:
                member.end(now)
        left = [identity for identity in known if identity not in found and not self._everything]
        self.all = tuple(known[identity] for identity in (*found, *left))

    def heard(self, event: Event, now: float) -> bool:
        """Take in an event. True if it does not tell all, and the engine is to be asked for its list."""
        if event.get("Type") == GAP:
            return True
        identity, name = _actor(event)
        if not identity or (self._ids is not None and identity not in self._ids):
            return False
        member = next((each for each in self.all if each.id == identity), None)
        action = event.get("Action")
        if member is None:
            if action == "start" or (action == "create" and self._everything):
                self.all = (Member(identity, name, runs=action == "start"), *self.all)
            return False
        if action == "start":
            member.begin()
        elif action in {"die", "destroy"}:
            member.end(now)
        if action == "destroy" and self._everything:
            self.all = tuple(each for each in self.all if each is not member)
        if action in {"start", "rename"}:
            member.name = name or member.name
        return False

    def leave(self, now: float) -> None:
        """Forget those that ended long ago; not those that were asked for whatever they do."""
        if self._ids is None and not self._everything:
            self.all = tuple(each for each in self.all if each.ended is None or now < each.ended + LEAVES)


def _actor(event: Event) -> tuple[str, str]:
    """The id and the name of the container that it tells of; "" for what is none."""
    actor = event.get("Actor")
    actor = actor if isinstance(actor, dict) else {}
    attributes = actor.get("Attributes")
    identity = actor.get("ID")
    name = attributes.get("name") if isinstance(attributes, dict) else None
    known = isinstance(identity, str) and _ID.fullmatch(identity)
    return str(identity) if known else "", name if isinstance(name, str) else ""
