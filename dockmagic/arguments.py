"""A magic's line becomes arguments: split as a shell does, Python values filled in by `{name}`.

Only `{name}` and `{name.attribute}` are values, in exactly this form; `{{json .}}`, `${HOME}` and `{"a": 1}` stay as
they are typed, and so does all that stands in single quotes. Values are filled in after the line is split: a blank in
one does not make two arguments of it, and a quote in one is just a quote.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dockmagic.errors import UsageError
from dockmagic.text import shown
from dockmagic.values import NOTHING, JsonWord, words

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["arguments"]

# https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02
_PART = re.compile(
    r"""
      (?P<blank>[ \t\r\n]+)
    | '(?P<single>[^']*)'
    | "(?P<double>(?:\\.|[^"\\])*)"
    | (?P<continued>\\\n)
    | \\(?P<escaped>.)
    | (?P<bare>[^ \t\r\n'"\\]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:([\\"$`])|\n)')  # all that a backslash does within double quotes
# not ${HOME}, not {{json .}}, not {"a": 1}
_VALUE = re.compile(r"(?<![${])\{([^\W\d]\w*(?:\.[^\W\d]\w*)*)\}(?!\})")


def arguments(line: str, names: Mapping[str, Any]) -> list[str]:
    """Split `line` and replace each `{name}` or `{name.attribute}` outside single quotes by its value in `names`.

    A list, or a frame's column, that is a whole argument becomes several, an empty one NOTHING; a frame its ids; a dict
    is JSON. What stands behind a # at the beginning of an argument is a comment. Raises UsageError for a quote that is
    not closed, a name that is not defined and a value that is none.
    """
    found: list[str] = []
    parts: list[tuple[str, bool]] = []  # of the argument being read: text, and whether values are filled in
    position = 0
    while position < len(line):
        match = _PART.match(line, position)
        if match is None:
            raise UsageError(_unfinished(line[position:]))
        position = match.end()
        kind = str(match.lastgroup)
        if kind == "bare" and not parts and match["bare"].startswith("#"):
            position = (line + "\n").index("\n", position)
        elif kind == "blank":
            found += _argument(parts, names)
            parts = []
        elif kind == "double":
            parts.append((_ESCAPE.sub(r"\1", match["double"]), True))
        elif kind != "continued":
            parts.append((match[kind], kind == "bare"))
    return found + _argument(parts, names)


def _unfinished(text: str) -> str:
    if text == "\\":
        return "nothing stands behind the backslash at the end"
    return f"a quote is not closed: {shown(text)}"


def _argument(parts: list[tuple[str, bool]], names: Mapping[str, Any]) -> list[str]:
    """The arguments that `parts` are: none of no parts, several of a list, else one."""
    if not parts:
        return []
    if len(parts) == 1 and parts[0][1] and (whole := _VALUE.fullmatch(parts[0][0])):
        value = _look_up(whole[1], names)
        if isinstance(value, dict):
            return [JsonWord(json.dumps(value), source=whole[0])]
        return words(value, whole[0]) or [NOTHING]
    return ["".join(_filled(text, names) if fill else text for text, fill in parts)]


def _filled(text: str, names: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        values = words(_look_up(match[1], names), match[0])
        if len(values) != 1:
            raise UsageError(f"{match[0]} is {len(values)} values; write it as an argument of its own")
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
