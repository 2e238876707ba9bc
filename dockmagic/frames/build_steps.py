"""The columns of `build --steps`: one step of a build per row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockmagic.frames.schema import Category, Column

if TYPE_CHECKING:
    from dockmagic.feeds.build_progress import Progress
    from dockmagic.frames.schema import Schema

__all__ = ["BUILD_STEPS", "build_step_rows"]

BUILD_STEPS: Schema = (
    Column("step", "step", "str", "2/5 of an instruction; NA of what the builder does besides"),
    Column("stage", "stage", "str", "the stage's name, or internal; NA if it has none"),
    Column("name", "name", "str", "the instruction, or what the builder does"),
    Column("cached", "cached", "bool", "whether its result was there already"),
    Column("started", "started", "datetime64[us, UTC]", "when it began; NA if it never did"),
    Column("seconds", "seconds", "float64", "how long it took; NA if it has not ended"),
    Column(
        "status",
        "status",
        Category(("waiting", "running", "done", "cached", "failed", "canceled")),
        "waiting, running, done, cached, failed or canceled",
    ),
    Column("error", "error", "str", "why it failed; NA if it did not"),
)


def build_step_rows(progress: Progress) -> list[dict[str, Any]]:
    """The rows, in the order in which the builder told of the steps."""
    return [
        {
            "step": step.step or None,
            "stage": step.stage or None,
            "name": step.name,
            "cached": step.status == "cached",
            "started": _text(step.started),
            "seconds": step.seconds,
            "status": step.status,
            "error": step.error or None,
        }
        for step in progress.steps.values()
    ]


def _text(nanoseconds: int | None) -> str | None:
    """As RFC 3339; None for what no calendar has."""
    if nanoseconds is None:
        return None
    try:
        return (
            datetime.fromtimestamp(nanoseconds // 10**9, UTC)
            .replace(microsecond=nanoseconds // 1000 % 10**6)
            .isoformat()
        )
    except (OverflowError, OSError, ValueError):
        return None
