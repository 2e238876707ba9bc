"""Which lines are wanted: --grep and --log, a regular expression that is searched for in each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["line_matcher"]


def line_matcher(pattern: str | None, flag: str) -> Callable[[str], object] | None:
    """What tells whether a line has `pattern` in it, None for no pattern. Raises UsageError for what is no pattern.

    Python's expressions can take for ever where they backtrack, and nothing can interrupt them.
    """
    if pattern is None:
        return None
    try:
        return re.compile(pattern).search
    except (re.error, TypeError, RecursionError, OverflowError) as error:
        raise UsageError(f"{flag} wants a regular expression, not {shown(str(pattern))!r}: {error}") from error
