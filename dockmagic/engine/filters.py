"""Filters as docker writes them: `--filter key=value`, several of them, as JSON in the query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["Filters", "encode_filters"]

_Value: TypeAlias = str | int  # True and False too

Filters: TypeAlias = Iterable[str] | Mapping[str, _Value | Iterable[_Value]]


def encode_filters(filters: Filters) -> dict[str, dict[str, bool]] | None:
    """["label=a=b", "label=c"] or {"label": ["a=b", "c"]} as {"label": {"a=b": true, "c": true}}; None for none.

    The key ends at the first "=", so that "label!=a" is the key "label!"; True is "true". Raises UsageError for text
    without "="; empty text is no filter. Which keys there are, the engine knows: it complains itself.
    Source: `FilterOpt` of docker/cli.
    """
    encoded: dict[str, dict[str, bool]] = {}
    for key, value in _pairs([filters] if isinstance(filters, str) else filters):
        encoded.setdefault(key.strip().lower(), {})[value.strip()] = True
    return encoded or None


def _pairs(filters: Filters) -> Iterable[tuple[str, str]]:
    if isinstance(filters, Mapping):
        for key, values in filters.items():
            yield from ((key, _text(value)) for value in ([values] if isinstance(values, (str, int)) else values))
        return
    for text in filters:
        key, equals, value = text.partition("=")
        if text and (not equals or not key.strip()):
            raise UsageError(f"a filter is written key=value, not {shown(text)!r}")
        if text:
            yield key, value


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
