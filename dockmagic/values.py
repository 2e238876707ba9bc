"""A Python value as the words of a command line: a list is several, a frame its ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from dockmagic.errors import UsageError

__all__ = ["Names", "object_names", "words"]

Names: TypeAlias = str | Iterable[str] | Any
"""One name or id, several, a frame's column of them, or a frame with a column `id`."""


def words(value: Any, what: str) -> list[str]:
    """`value` as words. Raises UsageError, naming it as `what`, for what has none (None, a dict, bytes)."""
    if hasattr(value, "columns") and hasattr(value, "iloc"):  # a frame, told without importing pandas
        if "id" not in value.columns:
            raise UsageError(f"{what} is a frame without a column id")
        value = value["id"]
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, (bytes, dict)) or callable(value):
        raise UsageError(f"{what} is {type(value).__name__}, which is no argument")
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else [str(value)]


def object_names(value: Names, what: str) -> list[str]:
    """The names in `value`, each once. Raises UsageError for one that can be none, and if there are none at all."""
    names = list(dict.fromkeys(words(value, what)))
    for name in names:
        if name.strip() in {"", ".", ".."}:
            raise UsageError(f"{name!r} is no name of {what}")
    if not names:
        raise UsageError(f"the list names not one: {what} is wanted")
    return names
