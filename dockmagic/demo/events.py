"""What has happened: a ring of 256 messages, as the engine's, and who follows them."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any

from dockmagic.demo.clock import SECOND
from dockmagic.demo.listeners import Listeners
from dockmagic.demo.problems import Problem, bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.demo.clock import Timeline
    from dockmagic.demo.filters import Filters

__all__ = ["EVENT_FILTERS", "RING", "Events", "matches", "moment", "window"]

RING = 256
"""How many messages an engine remembers."""

EVENT_FILTERS = (
    *("config", "container", "daemon", "event", "image", "label", "network", "node", "plugin", "scope", "secret"),
    *("service", "type", "volume"),
)
_MOMENT = re.compile(r"(\d{1,18})(?:\.(\d{1,9}))?")


class Events:
    """The engine's memory of what has happened; no two messages have the same time."""

    def __init__(self, timeline: Timeline) -> None:
        self.listeners: Listeners[dict[str, Any]] = Listeners()
        self._timeline = timeline
        self._ring: deque[dict[str, Any]] = deque(maxlen=RING)
        self._last = 0

    def record(self, kind: str, action: str, identity: str, attributes: Mapping[str, str], *, image: str = "") -> None:
        """Remember a message and tell it to whoever follows; `image` is what a container was made from."""
        self._last = max(self._timeline.now, self._last + 1)
        legacy: dict[str, Any] = {}
        if kind in {"container", "image"}:  # no fields of their own for the other kinds
            legacy = {"status": action, "id": identity} | ({"from": image} if image else {})
        message = legacy | {
            "Type": kind,
            "Action": action,
            "Actor": {"ID": identity, "Attributes": dict(sorted(attributes.items()))},
            "scope": "local",
            "time": self._last // SECOND,
            "timeNano": self._last,
        }
        self._ring.append(message)
        self.listeners.publish(message)

    @property
    def any(self) -> bool:
        """Whether something has happened since the engine was started."""
        return bool(self._ring)

    def between(self, since: int | None, until: int | None) -> list[dict[str, Any]]:
        """What is remembered from `since` to `until`, both included; nothing where neither is given."""
        if since is None and until is None:
            return []
        first, last = since or 0, until if until is not None else 1 << 63
        return [message for message in self._ring if first <= message["timeNano"] <= last]

    def forget(self) -> None:
        """Be as after a restart of the engine: with no memory."""
        self._ring.clear()


def moment(text: str | None) -> int | None:
    """`seconds` or `seconds.nanoseconds` in nanoseconds; None for no text. Raises Problem as the engine does."""
    if not text:
        return None
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise Problem(500, f'strconv.ParseInt: parsing "{text.partition(".")[0]}": invalid syntax')
    return int(found[1]) * SECOND + int((found[2] or "").ljust(9, "0"))


def window(since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Both ends in nanoseconds. Raises Problem where the first is behind the last."""
    first, last = moment(since), moment(until)
    if first is not None and last is not None and first > last:
        raise bad_request(f"`since` time ({since}) cannot be after `until` time ({until})")
    return first, last


def matches(message: Mapping[str, Any], filters: Filters) -> bool:
    """Whether a message is asked for. Source: moby's `daemon/events/filter.go`."""
    action, kind, actor = message["Action"], message["Type"], message["Actor"]
    name = actor["Attributes"].get("name", "")
    same_kind = all(
        kind == each and filters.prefix(each, actor["ID"], name)
        for each in ("container", "volume", "network", "plugin", "daemon", "config", "secret", "service", "node")
        if each in filters
    )
    image = actor["Attributes"].get("image", "") if kind == "container" else name
    return (
        filters.exact("event", action, action.partition(":")[0])
        and filters.exact("type", kind)
        and filters.exact("scope", message["scope"])
        and filters.labels("label", actor["Attributes"])
        and same_kind
        and filters.exact("image", actor["ID"], image, image.rpartition(":")[0] or image)
    )
