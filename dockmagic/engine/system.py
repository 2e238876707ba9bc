"""The endpoints about the engine itself. One function per endpoint, JSON as Python data."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters
from dockmagic.engine.replies import one_object
from dockmagic.engine.versions import numbers
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters
    from dockmagic.engine.stream import Stream

__all__ = ["BY_TYPE", "EVENTS_KEPT", "system_disk_usage", "system_events", "system_info", "system_version"]

EVENTS_KEPT = 256
"""How many events an engine remembers, in memory, until it is restarted. Source: `eventsLimit` of moby/moby."""

BY_TYPE = (1, 42)
"""The API from which on the disk usage of one kind of thing can be asked for."""

# https://docs.docker.com/reference/cli/docker/system/events/#filter
_EVENT_FILTERS = (
    *("config", "container", "daemon", "event", "image", "label", "network"),
    *("node", "plugin", "scope", "secret", "service", "type", "volume"),
)


def system_info(engine: Engine) -> dict[str, Any]:
    """GET /info."""
    return one_object(engine.get("/info"), "GET /info")


def system_disk_usage(engine: Engine, *, types: Sequence[str] = ()) -> dict[str, Any]:
    """GET /system/df: lists of what takes room, each with its size. The engine walks all its files, however long.

    Of `types` (container, image, volume, build-cache) alone, where an engine can: from API 1.42 on. Before that it
    refuses a second one while the first is under way (EngineFault).
    """
    only = "&".join(f"type={each}" for each in types) if numbers(engine.api_version) >= BY_TYPE else ""
    return one_object(engine.get(f"/system/df?{only}" if only else "/system/df", timeout=None), "GET /system/df")


def system_version(engine: Engine) -> dict[str, Any]:
    """GET /version."""
    return one_object(engine.get("/version"), "GET /version")


def system_events(
    engine: Engine,
    *,
    since: str | None = None,
    until: str | None = None,
    filters: Filters = (),
    timeout: float | None = None,
) -> AbstractContextManager[Stream]:
    """GET /events: objects, first those of the last `EVENTS_KEPT` that are in the range, then new ones up to `until`.

    `since` and `until` are as `timestamp` gives them; without either nothing that was before. `timeout`: seconds of
    silence after which it raises EngineTimeout; None lets the engine be silent. Raises UsageError for a filter that is
    none: engines pass over what they do not know; BadRequest if `since` is after `until`.
    """
    encoded = encode_filters(filters)
    for key in encoded or ():
        if key not in _EVENT_FILTERS:
            near = difflib.get_close_matches(key, _EVENT_FILTERS, n=1)
            meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(_EVENT_FILTERS)}"
            raise UsageError(f"there is no filter {shown(key)!r} of events. {meant}")
    params = {"since": since, "until": until, "filters": encoded}
    return engine.stream("GET", "/events", params=params, timeout=timeout)
