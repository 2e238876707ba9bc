"""Filters as docker writes them: `--filter key=value`, several of them, as JSON in the query."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.errors import BadRequest, UsageError
from dockmagic.text import shown
from dockmagic.values import words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FILTER_KEYS", "Filters", "encode_filters", "told_filters"]

_Value: TypeAlias = str | int  # True and False too

Filters: TypeAlias = Iterable[str] | Mapping[str, _Value | Iterable[_Value]]

# https://docs.docker.com/reference/api/engine/
FILTER_KEYS = {
    "/containers/json": (
        *("ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name"),
        *("network", "publish", "since", "status", "volume"),
    ),
    "/images/json": ("before", "dangling", "label", "reference", "since"),
    "/networks": ("dangling", "driver", "id", "label", "name", "scope", "type"),
    "/volumes": ("dangling", "driver", "label", "name"),
}
"""The filters that engines of all versions know, to be offered; whether it knows another, an engine says itself."""


@contextmanager
def told_filters(path: str, encoded: Mapping[str, object] | None) -> Iterator[None]:
    """Where the engine does not know a filter, its BadRequest says which ones of `path` there are."""
    try:
        yield
    except BadRequest as error:
        unknown = [key for key in encoded or () if f"filter '{key}'" in error.message]
        if unknown and not error.hint:
            near = difflib.get_close_matches(unknown[0], FILTER_KEYS[path], n=1)
            meant = f"Did you mean {near[0]}?  " if near else ""
            error.hint = f"{meant}Filters: {', '.join(FILTER_KEYS[path])}."
        raise


def encode_filters(filters: Filters) -> dict[str, dict[str, bool]] | None:
    """["label=a=b", "label=c"] or {"label": ["a=b", "c"]} as {"label": {"a=b": true, "c": true}}; None for none.

    The key ends at the first "=", so that "label!=a" is the key "label!"; True is "true". Raises UsageError for text
    without "=" and for what is no filter; empty text is none. Which keys there are, the engine knows and says itself.
    Source: `FilterOpt` of docker/cli.
    """
    encoded: dict[str, dict[str, bool]] = {}
    for key, value in _pairs([filters] if isinstance(filters, str) else filters):
        encoded.setdefault(key.strip().lower(), {})[value.strip()] = True
    return encoded or None


def _pairs(filters: Any) -> Iterable[tuple[str, str]]:
    if isinstance(filters, Mapping):
        for key, values in filters.items():
            if not isinstance(key, str):
                raise UsageError(f"a filter's key is text, not {shown(repr(key))}")
            yield from ((key, _text(key, value)) for value in _several(key, values))
        return
    if not isinstance(filters, Iterable):
        raise UsageError(f'filters are texts such as "status=exited" or a dict, not {shown(repr(filters))}')
    for text in filters:
        if not isinstance(text, str):
            raise UsageError(f"a filter is text, key=value, not {shown(repr(text))}")
        key, equals, value = text.partition("=")
        if text and (not equals or not key.strip()):
            raise UsageError(f"a filter is written key=value, not {shown(text)!r}")
        if text:
            yield key, value


def _several(key: str, values: Any) -> Iterable[Any]:
    if isinstance(values, (str, int)):
        return [values]
    if not isinstance(values, Iterable) or isinstance(values, bytes):
        raise UsageError(f"the filter {shown(key)} is text, a number or several of them, not {shown(repr(values))}")
    return values


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    (word,) = words([value], f"the filter {shown(key)}")
    return word
