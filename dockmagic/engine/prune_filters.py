"""What a prune is filtered by: filters that are typed, docker's own pruneFilters, and how an engine judges by them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.engine.config_file import read_prune_filters
from dockmagic.engine.filters import encode_filters
from dockmagic.engine.when import timestamp
from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.when import When

__all__ = ["PruneFilter", "PruneFilters", "prune_filters", "seconds_of"]

_Value: TypeAlias = str | float | date | timedelta
PruneFilter: TypeAlias = Iterable[str] | Mapping[str, _Value | Iterable[_Value]]
"""What `prune_filters` takes: filters as elsewhere, with times of Python and pandas for `until` too."""

_LABELS = ("label", "label!")
_UNTIL = "until"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = range(1, 253_402_300_800)
"""Seconds that an engine understands: one text with a minus is no time for it, and Go's years end where ours do."""


@dataclass(frozen=True, slots=True)
class PruneFilters:
    """Which objects a prune is for: with all of `labels`, not with all of `without`, made before the second `before`.

    What an engine tells of when a container or an image was made ends with the second. So `before` is a whole one: the
    engine is asked for what was made up to its last nanosecond, and what it takes is what can be foretold.
    """

    labels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    before: int | None = None
    all: bool | None = None  # of volumes

    def take(self, labels: Any, created: Any) -> bool:
        """Whether an object with these labels, made at this time, is meant. Source: `matchLabels` of moby/moby.

        What does not tell when it was made is not meant where `before` is to decide.
        """
        known = labels if isinstance(labels, dict) else {}
        if self.labels and not _has_all(known, self.labels):
            return False
        if self.without and _has_all(known, self.without):
            return False
        return self.is_before(seconds_of(created))

    def is_before(self, seconds: int | None) -> bool:
        """Whether this second, or any if there is no `before`, is one of those that are meant."""
        return self.before is None or (seconds is not None and seconds < self.before)

    def encoded(self, **more: str) -> dict[str, dict[str, bool]]:
        """As they are sent, with `more` keys."""
        found = {"label": self.labels, "label!": self.without}
        found |= {_UNTIL: () if self.before is None else (f"{self.before - 1}.999999999",)}
        found |= {key: (value,) for key, value in more.items()}
        return {key: dict.fromkeys(values, True) for key, values in found.items() if values}


def prune_filters(
    typed: PruneFilter, *, command: str, accepted: Iterable[str], environ: Mapping[str, str], now_ns: int
) -> PruneFilters:
    """The filters that are `typed` for `command` and those that docker's config.json adds (`pruneFilters`).

    A label that is typed beats its contrary there, as in docker. `accepted` are the keys of this command; durations are
    before `now_ns`. Raises UsageError for another key, for what is no time, and for more than one `until`; also for a
    config.json that cannot be read: it may say what to keep. Source: `PruneFilters` of docker/cli.
    """
    found = {key: list(values) for key, values in (encode_filters(_with_times(typed, now_ns)) or {}).items()}
    _check(found, command, accepted, source="")
    path, settings = read_prune_filters(environ)
    added: dict[str, list[str]] = {}
    for text in settings:
        key, equals, value = text.partition("=")
        contrary = {"label": "label!", "label!": "label"}.get(key, "")
        if equals and value not in found.get(contrary, []):
            added.setdefault(key.strip().lower(), []).append(value)
    _check(added, command, accepted, source=f" (pruneFilters in {path})")
    merged = {key: tuple(dict.fromkeys([*found.get(key, []), *added.get(key, [])])) for key in {**found, **added}}
    return PruneFilters(
        merged.get("label", ()), merged.get("label!", ()), _before(merged.get(_UNTIL, ()), now_ns), _truth(merged)
    )


def seconds_of(created: Any) -> int | None:
    """Whole seconds since 1970 of a number of them or of a text as RFC 3339; None for anything else."""
    if type(created) is int:
        return created
    try:
        moment = datetime.fromisoformat(created)
    except (TypeError, ValueError):
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(seconds=1)


def _has_all(labels: Mapping[str, Any], wanted: Iterable[str]) -> bool:
    """Whether each of `wanted` ("key" or "key=value") is among `labels`."""
    pairs = [text.partition("=") for text in wanted]
    return all(key in labels and (not equals or labels[key] == value) for key, equals, value in pairs)


def _with_times(typed: PruneFilter, now_ns: int) -> Any:
    """`typed` with times as text: Python's and pandas' are no text yet."""
    if not isinstance(typed, Mapping):
        return typed
    return {key: _as_text(value, now_ns) if key.strip().lower() == _UNTIL else value for key, value in typed.items()}


def _as_text(value: Any, now_ns: int) -> Any:
    if isinstance(value, (list, tuple, set)):
        return [_as_text(each, now_ns) for each in value]
    moment: When = value
    return value if isinstance(value, str) else timestamp(moment, now_ns=now_ns) or ""


def _check(found: Iterable[str], command: str, accepted: Iterable[str], *, source: str) -> None:
    known = list(accepted)
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}"
            raise UsageError(f"there is no filter {shown(key)!r} of {command}{source}. {meant}")


def _before(values: tuple[str, ...], now_ns: int) -> int | None:
    if not values:
        return None
    if len(values) > 1:
        raise UsageError(f"until is one time, not {len(values)}: {', '.join(map(shown, values))}")
    moment = timestamp(values[0], now_ns=now_ns)
    if moment is None:
        raise UsageError("until is empty: until=24h is what is older than a day")
    seconds = int(moment.partition(".")[0])
    if seconds not in _TIMES:
        raise UsageError(f"until={shown(values[0])} is before 1970 or after the year 9999")
    return seconds


def _truth(found: Mapping[str, tuple[str, ...]]) -> bool | None:
    """The filter `all` of volumes. Source: `withPrune` of moby/moby."""
    values = found.get("all", ())
    if not values:
        return None
    known = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True)
    known |= dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False)
    if len(values) > 1 or values[0] not in known:
        raise UsageError(f"the filter all is either true or false, not {', '.join(map(shown, values))}")
    return known[values[0]]
