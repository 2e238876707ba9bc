"""One pattern of a .dockerignore: what is written becomes what is compared with a path, as moby/patternmatcher does.

Docker makes a regular expression of each pattern that has a wildcard, and what it does not escape means what Go's
regular expressions mean: `a|b*` are two patterns, `[[:digit:]]` is a class. Those few constructs are carried over.
"""

from __future__ import annotations

import posixpath
import re
from typing import Literal, NamedTuple

from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["BLANKS", "Pattern", "cleaned", "parsed"]

BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
    "\u205f\u3000"
)
"""What Go takes for blanks at the ends of a line; Python's strip() takes four more."""

_ESCAPED = frozenset(".+()$")  # the characters that docker makes literal; for | { } its own table is too small
_LETTERS = frozenset("dDwWsSafnrtv")  # what stands behind a backslash as in Go's expressions and means the same here
_REPEAT = re.compile(r"\{\d{1,3}(?:,\d{0,3})?\}", re.ASCII)
_POSIX_NAME = re.compile(r"\[:([^]]*):\]")
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t\ ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": r"\ -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r\ ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}


class Pattern(NamedTuple):
    """A pattern, ready to be compared with paths below the context."""

    exception: bool  # it began with !
    text: str  # as docker has cleaned it, without the !
    kind: Literal["exact", "prefix", "suffix", "expression"]
    expression: str = ""  # for re.match with re.ASCII; of the kind "expression" only

    @property
    def start(self) -> str:
        """How each path begins that it can match."""
        if self.kind == "exact":
            return self.text
        if self.kind == "suffix" or any(char in self.text for char in "|{"):
            return ""
        return re.split(r"[*?\[\]\\^]", self.text, maxsplit=1)[0]


def parsed(text: str) -> Pattern | None:
    """Read one pattern; None for an empty one. Raises UsageError for one that docker refuses, and names it."""
    text = text.strip(BLANKS)
    if not text:
        return None
    text = cleaned(text)
    exception = text.startswith("!")
    text = text.removeprefix("!")
    if not text:
        raise UsageError("! alone excepts nothing", hint="Write what it is that is not to be ignored: !notes/keep.txt")
    try:
        _check(text)
        kind, source = _translated(text)
        expression = _as_python(source) if kind == "expression" else ""
    except ValueError as error:
        raise UsageError(
            f"{shown(text)} is no pattern that docker understands: {error}",
            hint="A backslash takes one of * ? [ ] \\ as it is: a\\[1\\].txt",
        ) from None
    return Pattern(exception, text, kind, expression)


def cleaned(path: str) -> str:
    """The shortest path that means the same, as Go's filepath.Clean: no //, no /./, no a/.., no slash at the end."""
    path = posixpath.normpath(path)
    return path[1:] if path.startswith("//") else path


def _check(text: str) -> None:
    """Raise ValueError for what Go's filepath.Match calls malformed; docker asks it first."""
    position = 0
    while position < len(text):
        if text[position] == "[":
            position = _check_class(text, position + 1)
        elif text[position] != "\\":
            position += 1
        elif position + 1 < len(text):
            position += 2
        else:
            raise ValueError("nothing stands behind the backslash")


def _check_class(text: str, position: int) -> int:
    """The position behind a class whose [ is before `position`."""
    if text[position : position + 1] == "^":
        position += 1
    first = True
    while first or text[position : position + 1] != "]":
        position = _check_char(text, position)
        if text[position : position + 1] == "-":
            position = _check_char(text, position + 1)
        first = False
    return position + 1


def _check_char(text: str, position: int) -> int:
    """The position behind one character of a class, which something has to follow."""
    if text[position : position + 1] in {"-", "]"}:
        raise ValueError(f"{text[position]} has to stand behind a backslash there")
    if text[position : position + 1] == "\\":
        position += 1
    if position + 1 >= len(text):
        raise ValueError("a [ is not closed")
    return position + 1


def _translated(text: str) -> tuple[Literal["exact", "prefix", "suffix", "expression"], str]:
    """What kind of comparison it takes, and the regular expression that docker makes of it, without the two ends."""
    kind: Literal["exact", "prefix", "suffix", "expression"] = "exact"
    parts: list[str] = []
    for number, match in enumerate(re.finditer(r"\*\*/?|\\?.", text, re.DOTALL)):
        part = match[0]
        if part.startswith("**"):
            if match.end() < len(text):
                kind = "expression"
                parts.append("(.*/)?")
            else:
                kind = "prefix" if kind == "exact" else "expression"
                parts.append(".*")
            if number == 0:
                kind = "suffix"
        elif part in {"*", "?"}:
            kind = "expression"
            parts.append("[^/]*" if part == "*" else "[^/]")
        else:
            if part[0] in "\\[]":
                kind = "expression"
            parts.append("\\" + part if part in _ESCAPED else part)
    return kind, "".join(parts)


def _as_python(source: str) -> str:
    """The same expression as re.match takes it. Raises ValueError for what Go refuses, and for what nobody writes."""
    parts: list[str] = []
    position = 0
    while position < len(source):
        char = source[position]
        if char == "\\":
            parts.append(_escape(source[position + 1]))
            position += 2
        elif char == "[":
            part, position = _class(source, position + 1)
            parts.append(part)
        else:
            repeat = _REPEAT.match(source, position)
            parts.append(repeat[0] if repeat else "\\" + char if char in "{}" else char)
            position += len(repeat[0]) if repeat else 1
    expression = "^" + "".join(parts) + r"\Z"
    try:
        re.compile(expression, re.ASCII)
    except re.error as error:
        raise ValueError(error.msg) from None
    # an alternative is anchored at one end only, and so found anywhere
    return f"(?s:.*?)(?:{expression})" if "|" in parts else expression


def _escape(char: str) -> str:
    if char in _LETTERS:
        return "\\" + char
    if char.isalnum() or not char.isascii():
        raise ValueError(f"\\{char} means nothing")
    return re.escape(char)


def _class(source: str, position: int) -> tuple[str, int]:
    """A class whose [ is before `position`, and the position behind it."""
    parts = ["["]
    if source[position : position + 1] == "^":
        parts.append("^")
        position += 1
    first = position
    while source[position : position + 1] != "]" or position == first:
        name = _POSIX_NAME.match(source, position)
        if name:
            if name[1] not in _POSIX:
                raise ValueError(f"{name[0]} is no class")
            parts.append(_POSIX[name[1]])
            position = name.end()
            continue
        low, position = _class_char(source, position)
        parts.append(low)
        if source[position : position + 1] == "-" and source[position + 1 : position + 2] not in {"]", ""}:
            high, position = _class_char(source, position + 1)
            parts.append("-" + high)
    return "".join(parts) + "]", position + 1


def _class_char(source: str, position: int) -> tuple[str, int]:
    """One character of a class as Python writes it there, and the position behind it."""
    char = source[position : position + 1]
    if not char:
        raise ValueError("a [ is not closed")
    if char == "\\":
        return _escape(source[position + 1]), position + 2
    return re.escape(char), position + 1
