"""A magic's line becomes arguments: split as a shell does, Python values filled in by `{name}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError
from dockmagic.text import shown
from dockmagic.values import words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["arguments"]

_PART = re.compile(
    r"""
      (?P<blank>\s+)
    | '(?P<single>[^']*)'
    | "(?P<double>(?:\\.|[^"\\])*)"
    | \\(?P<escaped>.)
    | (?P<bare>[^\s'"\\]+)
    """,
    re.VERBOSE | re.DOTALL,
)
# not ${HOME}, not {{json .}}, not {"a": 1}
_VALUE = re.compile(r"(?<![${])\{([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\}(?!\})")


def arguments(line: str, names: Mapping[str, Any]) -> list[str]:
    """Split `line` and replace each `{name}` or `{name.attribute}` outside single quotes by its value in `names`.

    A list, or a frame's column, that is a whole argument becomes several; a frame its ids. Raises UsageError for a
    quote that is not closed and for a name that is not defined.
    """
    found: list[str] = []
    parts: list[tuple[str, bool]] | None = None  # of the argument being read: text, and whether values are filled in
    position = 0
    while position < len(line):
        match = _PART.match(line, position)
        if match is None:
            raise UsageError(f"a quote is not closed: {shown(line[position:])}")
        position = match.end()
        kind = match.lastgroup
        if kind == "blank":
            found += _argument(parts, names)
            parts = None
        elif kind == "double":
            text = re.sub(r'\\([\\"$`])', r"\1", match["double"])
            parts = [*(parts or []), (text, True)]
        else:
            parts = [*(parts or []), (match[str(kind)], kind == "bare")]
    return found + _argument(parts, names)


def _argument(parts: list[tuple[str, bool]] | None, names: Mapping[str, Any]) -> list[str]:
    if parts is None:
        return []
    if len(parts) == 1 and parts[0][1] and (whole := _VALUE.fullmatch(parts[0][0])):
        return words(_look_up(whole[1], names), f"{{{whole[1]}}}")
    return ["".join(_filled(text, names) if fill else text for text, fill in parts)]


def _filled(text: str, names: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        values = words(_look_up(match[1], names), f"{{{match[1]}}}")
        if len(values) != 1:
            raise UsageError(f"{{{match[1]}}} is {len(values)} values; write it as an argument of its own")
        return values[0]

    return _VALUE.sub(value, text)


def _look_up(path: str, names: Mapping[str, Any]) -> Any:
    name, *attributes = path.split(".")
    if name not in names:
        raise UsageError(f"{{{path}}}: {name} is not defined. In single quotes a brace is just a brace: '{{{path}}}'")
    value = names[name]
    for attribute in attributes:
        if not hasattr(value, attribute):
            raise UsageError(f"{{{path}}}: {type(value).__name__} has no {attribute}")
        value = getattr(value, attribute)
    return value
