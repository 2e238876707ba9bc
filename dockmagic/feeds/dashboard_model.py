"""What a dashboard shows, as JSON: rows, counts and lines from what an engine told. Pure: values in, values out.

Texts of the engine are made fit to be shown; times are milliseconds since 1970, sizes are bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dockmagic.feeds.feed_state import FeedState

__all__ = [
    "WORDS",
    "changes",
    "container_rows",
    "counts",
    "disk",
    "engine_line",
    "image_rows",
    "network_rows",
    "offer",
    "outcome",
    "state_line",
    "volume_rows",
]

_Json: TypeAlias = dict[str, Any]

_RUNS = frozenset({"running", "restarting"})
_TEXT = 200
"""Characters of a name or a message; a page is no place for more."""

_WOULD_REMOVE = re.compile(
    r"Would remove (?P<what>.*?)(?: and free up to (?P<freed>\S+ \S+))?\. (?P<note>.*)Nothing has been removed: .*"
)
_QUICK = 0.05  # seconds that would be told as 0.0
_DISK_KINDS = {
    "Images": "images",
    "Containers": "containers",
    "Local Volumes": "volumes",
    "Build Cache": "cache",
}


WORDS = {
    "start": ("starting", "started"),
    "stop": ("stopping", "stopped"),
    "restart": ("restarting", "restarted"),
    "pause": ("pausing", "paused"),
    "unpause": ("unpausing", "unpaused"),
    "kill": ("killing", "killed"),
    **dict.fromkeys(("remove", "rm", "rmi"), ("removing", "removed")),
}
"""Each action as it is told while it is done, and when it was."""


def container_rows(found: Iterable[Mapping[str, Any]]) -> dict[str, _Json]:
    """Id -> row, in the order of `found`, which are the rows of `ps` with None for what is missing."""
    return {
        str(row["id"]): {
            "id": str(row["id"]),
            "name": _text(row["name"]) or str(row["id"]),
            "image": _text(row["image"]),
            "state": _text(row["state"]) or "unknown",
            "health": _text(row["health"]),
            "exit_code": None if row["exit_code"] is None else int(row["exit_code"]),
            "ports": [_text(port) for port in row["ports"] or ()],
            "created": row["created"],
        }
        for row in found
    }


def counts(rows: Iterable[Mapping[str, Any]]) -> _Json:
    """How many run, are paused, and do not run; how many of those that run are unhealthy."""
    found = list(rows)
    states = [row["state"] for row in found]
    running = sum(state in _RUNS for state in states)
    paused = states.count("paused")
    unhealthy = sum(row["health"] == "unhealthy" for row in found)
    return {"running": running, "paused": paused, "stopped": len(states) - running - paused, "unhealthy": unhealthy}


def engine_line(host: str, api_version: str, info: Mapping[str, Any]) -> _Json:
    """What the engine is, from the reply of GET /info."""
    memory = info.get("MemTotal")
    processors = info.get("NCPU")
    return {
        "host": shown(host, length=_TEXT),
        "name": _text(info.get("Name")),
        "version": _text(info.get("ServerVersion")),
        "api": _text(api_version),
        "cpus": processors if isinstance(processors, int) else None,
        "memory": memory if isinstance(memory, int) else None,
    }


def state_line(state: FeedState) -> _Json:
    """Whether the engine is heard; `retry_in` is in seconds from now, of which the page counts down itself."""
    return {"name": state.name, "reason": shown(state.reason, length=_TEXT), "retry_in": round(state.retry_in, 1)}


def disk(usage: Iterable[Mapping[str, Any]]) -> _Json:
    """What takes room, from the rows of `system df`: by kind, and of all together."""
    kinds = {
        _DISK_KINDS[row["type"]]: {
            "total": row["total"],
            "idle": None if row["total"] is None or row["active"] is None else row["total"] - row["active"],
            "size": row["size"] or 0,
            "reclaimable": row["reclaimable"] or 0,
        }
        for row in usage
        if row["type"] in _DISK_KINDS
    }
    size = sum(kind["size"] for kind in kinds.values())
    return {**kinds, "size": size, "reclaimable": sum(kind["reclaimable"] for kind in kinds.values())}


def image_rows(found: Iterable[Mapping[str, Any]], *, used: Mapping[str, int]) -> list[_Json]:
    """Rows of the images' tab, from those of `images`; `used` is how many containers each image has, by its id."""
    return [
        {
            "id": str(row["id"]),
            "name": _text(":".join(filter(None, (row["repository"], row["tag"])))) or "untagged",
            "size": row["size"],
            "used": used.get(str(row["id"]), 0),
            "created": row["created"],
        }
        for row in found
    ]


def volume_rows(found: Iterable[Mapping[str, Any]], *, used: Mapping[str, int]) -> list[_Json]:
    """Rows of the volumes' tab, from those of `volume ls`; `used` is how many containers each has, by its name."""
    return [
        {
            "id": str(row["name"]),
            "name": _text(row["name"]),
            "driver": _text(row["driver"]),
            "used": used.get(str(row["name"]), 0),
            "created": row["created"],
        }
        for row in found
    ]


def network_rows(found: Iterable[Mapping[str, Any]], *, used: Mapping[str, int]) -> list[_Json]:
    """Rows of the networks' tab, from those of `network ls`; `used` is how many containers each has, by its name."""
    return [
        {
            "id": str(row["id"]),
            "name": _text(row["name"]),
            "driver": _text(row["driver"]),
            "subnets": ", ".join(map(_text, row["subnets"] or ())),
            "used": used.get(str(row["name"]), 0),
            "created": row["created"],
        }
        for row in found
    ]


def offer(kind: str, rows: Iterable[Mapping[str, Any]], *, said: str) -> _Json:
    """What a prune would remove, and the words of the button that does it; no rows, no such words.

    `said` is the sentence about it, as `would_remove_sentence` words it; what it notes besides is kept.
    """
    found = [
        {
            "kind": _text(row["kind"]),
            "id": _text(row["id"]),
            "name": _text(row["name"]),
            "size": row["size"],
            "created": row["created"],
        }
        for row in rows
    ]
    told = _WOULD_REMOVE.fullmatch(said)
    if not found or told is None:
        return {"kind": kind, "rows": found, "question": "", "note": _text(said)}
    freed = f", free up to {told['freed']}" if told["freed"] not in {None, "0 B"} else ""
    return {"kind": kind, "rows": found, "question": f"Remove {told['what']}{freed}", "note": told["note"].strip()}


def outcome(row: Mapping[str, Any], done: str) -> str:
    """What came of an action on one container, from its row: "stopped in 0.4 s"."""
    if not row["ok"]:
        return f"not {done}: {_text(row['error'])}"
    if not row["changed"]:
        return f"was {done} already"
    return f"{done} in {row['seconds']:.1f} s" if row["seconds"] >= _QUICK else f"{done} in under 0.1 s"


def changes(old: Mapping[str, _Json], new: Mapping[str, _Json]) -> _Json:
    """What makes `old` rows `new` ones: those that are other or new, and the keys of those that are gone."""
    return {
        "rows": {key: row for key, row in new.items() if old.get(key) != row},
        "gone": [key for key in old if key not in new],
    }


def _text(value: Any) -> str:
    return "" if value is None else shown(single_line(str(value)), length=_TEXT)
