"""What a prune would do, or has done, in a sentence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dockmagic.frames.human_size import human_size
from dockmagic.frames.prune import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockmagic.frames.schema import Row

__all__ = ["counted", "removed_sentence", "would_remove_sentence"]

_NOUNS = {"build cache": "build cache record"}
_WITHOUT_SIZE = frozenset({"network", "tag"})


def would_remove_sentence(rows: Iterable[Row], *, most: int, note: str = "") -> str:
    """Such as: Would remove 2 images and free up to 813.5 MB. Nothing has been removed: add -f to do it."""
    found = [row["kind"] for row in rows]
    if not found:
        return "There is nothing to remove."
    size = f" and free up to {human_size(most)}" if set(found) - _WITHOUT_SIZE else ""
    return f"Would remove {counted(found)}{size}. {note}Nothing has been removed: add -f to do it."


def removed_sentence(rows: Iterable[Row], *, freed: int) -> str:
    """Such as: Removed 2 images; the engine freed 813.5 MB. 1 image stayed: removed is False."""
    gone = [row["kind"] for row in rows if row["removed"]]
    stayed = [row["kind"] for row in rows if not row["removed"]]
    size = f"; the engine freed {human_size(freed)}" if set(gone) - _WITHOUT_SIZE else ""
    said = f"Removed {counted(gone)}{size}." if gone else "Nothing was removed."
    return f"{said} {counted(stayed)} stayed: removed is False." if stayed else said


def counted(kinds: Iterable[str]) -> str:
    """Such as: 1 container, 2 networks and 1 image. They are in the order in which they are removed."""
    found = Counter(kinds)
    texts = [_count(found[kind], _NOUNS.get(kind, kind)) for kind in KINDS if found[kind]]
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
