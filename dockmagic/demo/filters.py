"""The query's `filters`: JSON of one of two shapes becomes key -> values, and what each kind of list accepts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from dockmagic.demo.problems import bad_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Filters", "parse_filters"]

_LONGEST, _QUANTIFIERS = 200, 2


class Filters(dict[str, list[str]]):
    """Key -> values. Values of one key are alternatives, all keys must match."""

    def exact(self, key: str, *candidates: str) -> bool:
        """Whether one of `candidates` is asked for, or nothing is."""
        return key not in self or any(each in self[key] for each in candidates)

    def prefix(self, key: str, *candidates: str) -> bool:
        """Whether one of `candidates` begins with what is asked for."""
        return key not in self or any(each.startswith(value) for each in candidates for value in self[key])

    def pattern(self, key: str, *candidates: str) -> bool:
        """Whether what is asked for is found in one of `candidates`, as a regular expression or as it stands."""
        return key not in self or any(_found(value, each) for each in candidates for value in self[key])

    def labels(self, key: str, labels: Mapping[str, str]) -> bool:
        """Whether all asked for are there: `name`, or `name=value`."""
        return all(_has(labels, wanted) for wanted in self.get(key, ()))

    def flag(self, key: str) -> bool | None:
        """A yes or no; None where it is not asked. Raises Problem for neither."""
        if key not in self:
            return None
        values = {value.lower() for value in self[key]}
        if values <= {"true", "1"}:
            return True
        if values <= {"false", "0"}:
            return False
        raise bad_request(f"invalid filter '{key}=[{' '.join(self[key])}]'")


def parse_filters(text: str | None, known: Iterable[str]) -> Filters:
    """`{"key":{"value":true}}` or `{"key":["value"]}`. Raises Problem for neither and for a key that is not known."""
    if not text:
        return Filters()
    try:
        given = json.loads(text)
        filters = Filters({str(key): _values(value) for key, value in given.items()})
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise bad_request("invalid filter") from error
    accepted = set(known)
    for key in filters:
        if key not in accepted:
            raise bad_request(f"invalid filter '{key}'")
    return Filters({key: values for key, values in filters.items() if values})


def _values(value: object) -> list[str]:
    if isinstance(value, dict):
        return [str(key) for key, wanted in value.items() if wanted]
    if isinstance(value, list):
        return [str(each) for each in value]
    raise TypeError(type(value).__name__)


def _found(pattern: str, text: str) -> bool:
    if pattern == text:
        return True
    if len(pattern) > _LONGEST or sum(map(pattern.count, "*+{?")) > _QUANTIFIERS:  # it could take for ever
        return pattern in text
    try:
        return re.search(pattern, text) is not None
    except (re.error, RecursionError):
        return pattern in text


def _has(labels: Mapping[str, str], wanted: str) -> bool:
    name, equals, value = wanted.partition("=")
    return name in labels and (not equals or labels[name] == value)
