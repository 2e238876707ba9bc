"""Filters as docker writes them: `--filter key=value`, several of them, as JSON in the query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["Filters", "encode_filters"]

Filters: TypeAlias = Iterable[str] | Mapping[str, str | Iterable[str]]


def encode_filters(filters: Filters) -> dict[str, dict[str, bool]] | None:
    """["label=a=b", "label=c"] or {"label": ["a=b", "c"]} as {"label": {"a=b": true, "c": true}}; None for none.

    The key ends at the first "=", so that "label!=a" is the key "label!". Raises UsageError for text without "=".
    Which keys there are, the engine knows; it complains itself. Source: `FilterOpt` of docker/cli.
    """
    if isinstance(filters, str):
        filters = [filters]
    encoded: dict[str, dict[str, bool]] = {}
    for key, value in _pairs(filters):
        encoded.setdefault(key.strip().lower(), {})[value.strip()] = True
    return encoded or None


def _pairs(filters: Filters) -> Iterable[tuple[str, str]]:
    if isinstance(filters, Mapping):
        for key, values in filters.items():
            yield from ((key, value) for value in ([values] if isinstance(values, str) else values))
        return
    for text in filters:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"a filter is written key=value, not {shown(text)!r}")
        yield key, value
