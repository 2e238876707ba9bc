"""What a row of the table of options says besides the option itself: where its value goes in the body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from dockmagic.engine.container_spec.values import text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["At", "Duration", "Number", "Pairs", "Size", "Texts"]

Texts: TypeAlias = str | Sequence[str]
"""Texts, of which one may stand alone."""
Pairs: TypeAlias = str | Sequence[str] | Mapping[str, Any]
"""NAME=VALUE texts, or a dict."""
Number: TypeAlias = int | str
Size: TypeAlias = int | str
"""Bytes, or text such as "64m"."""
Duration: TypeAlias = str | timedelta
"""Text such as "1m30s", or a timedelta."""


@dataclass(frozen=True, slots=True)
class At:
    """A value's place in the body of POST /containers/create, and what makes JSON of it."""

    path: str  # the names of the members on the way, with dots between: HostConfig.Memory
    read: Callable[[Any], Any] = text
    since: tuple[int, int] | None = None  # the version of the API that brought it, if not all have it
