"""Which rows of a list of containers an event makes old."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.feeds.trail import GAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockmagic.feeds.inbox import Event

__all__ = ["LOOKS", "Marks", "marked"]

LOOKS = (0.0, 0.2, 1.0)
"""Seconds after a container's last event when it is asked for, each by the first look from then on. More than once,
since engines send the event of a pause, of a network's connect and (20.10) of a die before their own list has it."""

_ID = re.compile(r"[0-9a-f]{64}")
_HARMLESS = frozenset(
    (
        *("exec_create", "exec_start", "exec_die", "exec_detach", "attach", "detach", "resize"),
        *("top", "copy", "export", "archive-path", "extract-to-dir", "commit"),
    )
)


def marked(event: Event) -> str | None:
    """The id of the container whose row this event makes old; "" for none of them, None for any of them.

    A container's own events, except those of processes in it; a network's that it is attached to. An image's names are
    in the rows of all containers that were made from it, whichever way they name it.
    """
    kind = event.get("Type")
    if kind == "container":
        if str(event.get("Action")).partition(":")[0] in _HARMLESS:
            return ""
        return _container(event, "ID")
    if kind == "network":
        return _container(event, "container") if event.get("Action") in {"connect", "disconnect"} else ""
    return None if kind in {"image", GAP} else ""


def _container(event: Event, key: str) -> str | None:
    actor = event.get("Actor")
    actor = actor if isinstance(actor, dict) else {}
    attributes = actor.get("Attributes")
    source = actor if key == "ID" else attributes if isinstance(attributes, dict) else {}
    found = source.get(key)
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


class Marks:
    """What is old: everything, or containers by their id, with the time of their last event and the looks since."""

    def __init__(self) -> None:
        self.everything = True
        self._looks: dict[str, tuple[float, int]] = {}

    def add(self, events: Sequence[Event], now: float) -> None:
        """Mark what these events, which have just come, make old. Doing it twice does no harm."""
        for event in events:
            identity = marked(event)
            if identity is None:
                self.everything = True
            elif identity:
                self._looks[identity] = now, 0

    def due(self, now: float) -> list[str]:
        """The containers that are to be asked for now."""
        return [identity for identity, (at, looks) in self._looks.items() if now >= at + LOOKS[looks]]

    def looked(self, asked: Iterable[str], now: float) -> None:
        """Note that these were asked for, which some of them need no more."""
        for identity in asked:
            at, _ = self._looks.get(identity, (0.0, 0))
            looks = sum(now >= at + after for after in LOOKS)
            if looks < len(LOOKS):
                self._looks[identity] = at, looks
            else:
                self._looks.pop(identity, None)
