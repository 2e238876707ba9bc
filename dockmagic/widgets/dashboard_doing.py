"""What a dashboard asks an engine for: the commands, as functions that whoever makes the dashboard gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    import pandas as pd

    from dockmagic.engine.client import Engine

    Act: TypeAlias = Callable[[Engine, Sequence[str]], pd.DataFrame]
    Ask: TypeAlias = Callable[[Engine], pd.DataFrame]

__all__ = ["Doing", "Prune"]


class Prune(Protocol):
    """A prune, such as `container_prune`: without `force` what would go, with it what is gone."""

    def __call__(self, engine: Engine, *, force: bool, tell: Callable[[str], None]) -> pd.DataFrame:
        """`tell` gets the sentence about it."""


@dataclass(frozen=True, slots=True)
class Doing:
    """The commands of a dashboard."""

    acts: Mapping[str, Act]
    """start, stop, restart, pause, unpause, remove: each gets ids, and gives the rows of an action."""
    prunes: Mapping[str, Prune]
    """containers, untagged, images, volumes, networks, cache."""
    tables: Mapping[str, Ask]
    """images, volumes, networks."""
    usage: Ask
    """The rows of `system df`."""
