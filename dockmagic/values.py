"""A Python value as the words of a command line: a list is several, a frame its ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, TypeAlias

from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["NOTHING", "JsonWord", "Names", "object_name", "object_names", "words"]

Names: TypeAlias = str | Iterable[str] | Any
"""One name or id, several, a frame's column of them, or a frame with a column `id`."""

NOTHING = type("Nothing", (str,), {})()
"""The word that an empty list becomes: an argument that names none is not one that is missing."""


class JsonWord(str):
    """A dict as JSON: a word for an option that takes JSON. Others refuse it, and repeat `source` but not the text.

    `source` is how it was written, such as {credentials}.
    """

    __slots__ = ("source",)

    source: str

    def __new__(cls, text: str, *, source: str) -> Self:
        """The word `text`, which `source` stood for."""
        word = super().__new__(cls, text)
        word.source = source
        return word


_MISSING = frozenset({"NAType", "NaTType"})  # pandas' own, told without importing pandas


def words(value: Any, what: str) -> list[str]:
    """`value` as words; a set's are sorted. Raises UsageError, naming it as `what`, for what has none (None, a dict).

    NA among the values is refused too: as a word it would be somebody's name.
    """
    if hasattr(value, "columns") and hasattr(value, "iloc"):  # a frame, told without importing pandas
        if "id" not in value.columns:
            raise UsageError(f"{what} is a frame without a column id")
        value = value["id"]
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    return [_word(each, what) for each in (value if _is_several(value) else [value])]


def _word(value: Any, what: str) -> str:
    if type(value).__name__ in _MISSING or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        raise UsageError(f"{what} has a missing value (NA)")
    if value is None or isinstance(value, (bytes, bytearray, Mapping)) or callable(value) or _is_several(value):
        raise UsageError(f"{what} is {type(value).__name__}, which is no argument")
    return str(value)


def _is_several(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, Mapping))


def object_names(value: Names, what: str) -> list[str]:
    """The names in `value`, each once; none for an empty list. Raises UsageError for one that can be no name."""
    names = list(dict.fromkeys(words(value, what)))
    for name in names:
        if any(part.strip() in {"", ".", ".."} for part in name.split("/")):  # would be another path of the API
            raise UsageError(f"{shown(repr(name))} is no name of {what}")
    return names


def object_name(value: Any, what: str) -> str:
    """The one name in `value`. Raises UsageError as `object_names`, and for none or several."""
    names = object_names(value, what)
    if len(names) != 1:
        raise UsageError(f"{what} is one name, not {len(names)}")
    return names[0]
