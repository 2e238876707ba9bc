"""A build's progress with one thing more or another. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dockmagic.feeds.build_log import Piece, grown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.feeds.build_progress import Progress, Step

__all__ = ["settled", "with_log", "with_step", "with_warnings"]

WARNINGS = 1000
"""More are not kept: an engine that sends them without end is to fill no memory."""


def with_step(progress: Progress, key: str, step: Step) -> Progress:
    """A step is `step` now."""
    return replace(progress, steps={**progress.steps, key: step})


def with_log(progress: Progress, key: str, data: bytes) -> Progress:
    """A step wrote `data`. What may be the beginning of a value that is hidden waits for the rest."""
    if progress.hidden:
        data, rest = progress.hidden.divided(progress.held.get(key, b"") + data)
        if rest or key in progress.held:
            progress = replace(progress, held={**progress.held, key: rest})
    return _with_piece(progress, Piece(key, data)) if data else progress


def settled(progress: Progress) -> Progress:
    """What waits for more in a step that writes no more, is all that there is."""
    over = [key for key, rest in progress.held.items() if rest and _is_over(progress, key)]
    for key in over:
        rest = progress.hidden.data(progress.held[key])
        progress = _with_piece(replace(progress, held={**progress.held, key: b""}), Piece(key, rest))
    return progress


def _is_over(progress: Progress, key: str) -> bool:
    return key not in progress.steps or progress.steps[key].status not in {"waiting", "running"}


def _with_piece(progress: Progress, piece: Piece) -> Progress:
    log, logs = grown(progress.log, progress.logs, piece)
    return replace(progress, log=log, logs=logs)


def with_warnings(progress: Progress, warnings: Sequence[str]) -> Progress:
    """The builder warned; of the same thing once."""
    new = [each for each in dict.fromkeys(warnings) if each not in progress.warnings]
    return replace(progress, warnings=(*progress.warnings, *new)[:WARNINGS]) if new else progress
