"""How many lines of a log: --tail as docker takes it."""

from __future__ import annotations

from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["tail_of"]


def tail_of(lines: int | str | None) -> int | None:
    """How many; None for all of them, which a number below 0 is too. Raises UsageError for what is no number."""
    if lines is None or lines == "all":
        return None
    try:
        number = int(lines)
    except (ValueError, TypeError) as error:
        raise UsageError(f"--tail is a number of lines or all, not {shown(str(lines))!r}") from error
    return number if number >= 0 else None
