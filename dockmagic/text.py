"""Untrusted text made fit to be shown: names and messages come from engines and whoever made the objects."""

from __future__ import annotations

import re

__all__ = ["log_line", "shown", "shown_path", "single_line"]

# C0 and C1 controls, halves of characters, and the characters that turn the writing direction or hide text
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]+"
)
# CSI (colours, the cursor), OSC (titles, links) up to its end, and escapes of two characters
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]")
_LENGTH = 80


def single_line(text: str) -> str:
    """`text` without control characters (ANSI escapes lose their ESC), runs of them replaced by one blank."""
    return _UNPRINTABLE.sub(" ", text).strip()


def shown(text: str, *, length: int = _LENGTH) -> str:
    """`text` in one line and at most `length` characters, as a message names it."""
    line = single_line(text)
    return line if len(line) <= length else line[: length - 1] + "…"


def shown_path(path: object) -> str:
    """A path of this machine, as a message names it: of a long one the end, where the file's name is."""
    line = single_line(str(path))
    return line if len(line) <= _LENGTH else "…" + line[1 - _LENGTH :]


def log_line(text: str) -> str:
    """A line of output as a terminal ends up with it: without colours, and of what a carriage return wrote over."""
    last = text.rstrip("\r").rpartition("\r")[2]
    return _UNPRINTABLE.sub(" ", _ESCAPES.sub("", last.expandtabs())).rstrip()
