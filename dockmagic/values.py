"""A Python value as the words of a command line: a list is several, a frame its ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from numbers import Number
from typing import Any, Self, TypeAlias

from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = [
    "NAME_RULE",
    "NOTHING",
    "JsonWord",
    "Names",
    "NumberWord",
    "looks_like_a_slip",
    "object_name",
    "object_names",
    "words",
]

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


class NumberWord(str):
    """A number or truth as text: an option may want one, but it is no name. `kind` is its type's name.

    As a name "0" would be the id of whatever begins with a 0.
    """

    __slots__ = ("kind",)

    kind: str

    def __new__(cls, value: Any) -> Self:
        """The word that `value` becomes."""
        word = super().__new__(cls, value)
        word.kind = type(value).__name__
        return word


NAME_RULE = "A name has two or more letters, digits, _ . or -, and begins with a letter or digit."
"""What an engine takes as the name of a container."""

_SLIP = re.compile(r"[\s{}\x00-\x1f\x7f]")
_TRUTHS = frozenset({"bool", "bool_"})  # numpy's, which is no Number
_MISSING = frozenset({"NAType", "NaTType"})  # pandas' own, told without importing pandas


def words(value: Any, what: str) -> list[str]:
    """`value` as words; a set's are sorted. Raises UsageError, naming it as `what`, for what has none (None, a dict).

    NA among the values is refused too: as a word it would be somebody's name.
    """
    if hasattr(value, "columns") and hasattr(value, "iloc"):  # a frame, told without importing pandas
        if "id" not in value.columns:
            names = f"; {what[:-1]}.name}} is its names" if "name" in value.columns and what[-1] == "}" else ""
            raise UsageError(f"{what} is a frame without a column id{names}")
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
    if isinstance(value, NumberWord):
        return value
    return NumberWord(value) if isinstance(value, Number) or type(value).__name__ in _TRUTHS else str(value)


def _is_several(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, Mapping))


def object_names(value: Names, what: str) -> list[str]:
    """The names in `value`, each once; none for an empty list. Raises UsageError for one that can be no name.

    Numbers are none, such as a frame's index. Containers may be written as the engine does: "/web" is web.
    """
    names = words(value, what)
    for name in names:
        if isinstance(name, NumberWord):
            raise UsageError(
                f"{name} is {name.kind}, and a name of {what} is text",
                hint='Of a frame give the frame itself, or a column of names such as df["name"].',
            )
    if what == "a container":
        names = [name.removeprefix("/") for name in names]
    names = list(dict.fromkeys(names))
    for name in names:
        if any(part.strip() in {"", ".", ".."} for part in name.split("/")):  # would be another path of the API
            raise UsageError(f"{shown(repr(name))} is no name of {what}")
    return names


def looks_like_a_slip(name: str) -> bool:
    """Whether a name that is not there was hardly meant: {name} that stayed as it is, or several names in quotes.

    To remove it by force is no success then. (Networks may have such names.)
    """
    return _SLIP.search(name) is not None


def object_name(value: Any, what: str) -> str:
    """The one name in `value`. Raises UsageError as `object_names`, and for none or several."""
    names = object_names(value, what)
    if len(names) != 1:
        raise UsageError(f"{what} is one name, not {len(names)}")
    return names[0]
