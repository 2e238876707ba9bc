"""What a benchmark is made of: a task, the subjects that do it, and the goals it is held against. Only data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["OURS", "Environment", "Goal", "Place", "Setting", "Subject", "Task"]

OURS = "dockmagic"
"""The subject that the goals are about."""

Place: TypeAlias = Mapping[str, Any]
"""What a subject is told, as JSON: the path of the engine's socket, names, counts."""

Environment: TypeAlias = Literal["ours", "peers", "pyarrow"]
"""Whose interpreter runs a subject: dockmagic's, that of the other clients, or dockmagic's with pyarrow beside it."""

_Function: TypeAlias = Callable[[Place], Iterator[Callable[[], Any]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """One way to do the task, in a process of its own.

    `function` is a generator in the task's file: it makes a client ready, yields a function of no arguments, which is
    what is measured, and tidies up. It imports what it needs inside: the other clients' interpreter has no dockmagic,
    and ours need not have them. The function returns the task's answer, or (answer, figures) with `figures=True`, a
    dict of numbers that it has measured itself.
    """

    name: str
    function: _Function
    environment: Environment = "ours"
    once: bool = False  # too slow for more than one round
    largest: int | None = None  # the largest size that it is asked to do
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """`subject` takes at most `limit` times the `measure` of `of`, the best of them where there are several.

    Without `of`, the measure itself is at most `limit`. `measure` is wall or cpu (seconds), memory (MB that the
    subject's process grew at its peak), or one of the figures that the subject tells.
    """

    measure: str
    limit: float
    of: str | tuple[str, ...] = ()
    of_measure: str = ""  # of the other one; the same without
    subject: str = OURS
    size: int | None = None  # of those of the task; None where it has one
    factor: float = 1.0  # of the ratio: 0.1 makes one per row where the subject has ten times as many
    unit: str = ""  # of a measure without `of`
    says: str = ""  # the goal in words, where the rest does not say it
    profile: str = ""  # of one that is hard to meet: where the time goes, and what it would take; told if it is missed


@dataclass(frozen=True, slots=True)
class Setting:
    """What a task has prepared: what its subjects are told, and what is done off the clock before each call."""

    place: Place
    before: Callable[[], Any] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to measure.

    Attributes:
        name: as it is asked for on the command line.
        title: what is done, in words.
        person: what its figures mean for somebody at a notebook.
        module: the file's `__name__`.
        prepare: makes the engine and what is in it for a size; a context manager.
        essence: what is kept of an answer, as JSON, and compared: {"count": ...} and more. The answers of two subjects
            must agree in each key that both have.
        sizes: each size, and the smaller one that `--quick` takes in its place. Goals name the first.
        times: calls that make one sample, as many as it takes to be well above the clock's grain, by size.
        engines: how many may be used up where one is known to lock up.
        warm_up: whether one call comes before the first round.
    """

    name: str
    title: str
    person: str
    module: str
    prepare: Callable[[int], AbstractContextManager[Setting]]
    essence: Callable[[Any], Mapping[str, Any]]
    subjects: tuple[Subject, ...]
    goals: tuple[Goal, ...] = ()
    sizes: Mapping[int, int] = field(default_factory=lambda: {1: 1})
    times: Mapping[int, int] = field(default_factory=dict)
    warm_up: bool = True
    engines: int = 1
    rounds: int | None = None  # more than these say nothing new: what takes minutes per round

    def run_name(self, size: int) -> str:
        """The name of one of its runs: list-1000."""
        return self.name if len(self.sizes) == 1 else f"{self.name}-{size}"
