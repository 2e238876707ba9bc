"""Whether a goal was met: the ratio of two medians of one run, or one median, held against its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.task import OURS

if TYPE_CHECKING:
    from benchmarks.rounds import Run
    from benchmarks.task import Goal

__all__ = ["Verdict", "ratio", "verdicts"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal, and what the run says about it."""

    goal: Goal
    run: Run
    value: float | None  # None if one of the two was not measured
    best: str  # of those that the goal names, the one that was best

    @property
    def met(self) -> bool | None:
        """None if it cannot be told."""
        return None if self.value is None else self.value <= self.goal.limit

    @property
    def says(self) -> str:
        """The goal in words."""
        goal = self.goal
        if goal.says:
            return goal.says
        measure = {"cpu": "client CPU", "wall": "time", "memory": "growth"}.get(goal.measure, goal.measure)
        who = "" if goal.subject == OURS else f" ({goal.subject.removeprefix(f'{OURS}, ')})"
        return f"{measure}{who}, against {self.best}" if goal.of else f"{measure}{who}"

    def shown(self, value: float | None) -> str:
        """0.66x, or 12 MB."""
        if value is None:
            return "not measured"
        if self.goal.of:
            return f"{value:.3f}x" if self.goal.limit < 0.1 else f"{value:.2f}x"
        return f"{value:.3g} {self.goal.unit}".rstrip()


def verdicts(run: Run) -> list[Verdict]:
    """Those of a run's goals that are about its size."""
    goals = [goal for goal in run.task.goals if goal.size in (None, run.size)]
    return [Verdict(goal, run, *_value(run, goal)) for goal in goals]


def ratio(run: Run, subject: str, other: str, measure: str) -> float | None:
    """Of two medians."""
    ours, theirs = run.median(subject, measure), run.median(other, measure)
    return ours / theirs if ours is not None and theirs else None


def _value(run: Run, goal: Goal) -> tuple[float | None, str]:
    ours = run.median(goal.subject, goal.measure)
    if not goal.of:
        return run.worst(goal.subject, goal.measure), ""
    others = (goal.of,) if isinstance(goal.of, str) else goal.of
    known = {name: value for name in others if (value := run.median(name, goal.of_measure or goal.measure))}
    if ours is None or not known:
        return None, " / ".join(others)
    best = min(known, key=lambda name: known[name])
    return ours / known[best] * goal.factor, best
