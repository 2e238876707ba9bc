"""A build's progress with one thing more or another. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dockmagic.feeds.build_log import Log, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.feeds.build_progress import Progress, Step

__all__ = ["with_log", "with_step", "with_warnings"]

WARNINGS = 1000
"""More are not kept: an engine that sends them without end is to fill no memory."""


def with_step(progress: Progress, key: str, step: Step) -> Progress:
    """A step is `step` now."""
    return replace(progress, steps={**progress.steps, key: step})


def with_log(progress: Progress, key: str, data: bytes) -> Progress:
    """A step wrote `data`."""
    log = Log(Piece(key, data), progress.log, progress.logs.get(key))
    return replace(progress, log=log, logs={**progress.logs, key: log})


def with_warnings(progress: Progress, warnings: Sequence[str]) -> Progress:
    """The builder warned; of the same thing once."""
    new = [each for each in dict.fromkeys(warnings) if each not in progress.warnings]
    return replace(progress, warnings=(*progress.warnings, *new)[:WARNINGS]) if new else progress
