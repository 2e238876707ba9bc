"""Two subjects measured against each other: interleaved, shuffled rounds, and the median of the rounds' ratios."""

from __future__ import annotations

import gc
import random
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.engines.dockerd import Dockerd

__all__ = ["LEAST_ROUNDS", "Figure", "Mark", "Measure", "Pair", "Sample", "measure"]

LEAST_ROUNDS = 7
"""Fewer say nothing: one slow moment of the machine would be the median's neighbour."""

Measure: TypeAlias = Literal["wall", "cpu"]


class Pair(NamedTuple):
    """The two subjects of a mark, warm and ready to be called; both give the same answer.

    `before` is done off the clock before each call: it makes anew what a call removes.
    """

    ours: Callable[[], Any]
    reference: Callable[[], Any]
    before: Callable[[], Any] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing to measure."""

    name: str
    ours: str  # what is measured, in words
    reference: str  # against what, in words
    judged: Measure  # the measure that has the limit; the other one is told
    limit: float  # of the median of ours / reference
    times: int  # calls that make one sample: as many as it takes to be well above the clock's grain
    prepare: Callable[[Dockerd], AbstractContextManager[Pair]]
    essence: Callable[[Any], object]  # what must be the same of both answers


class Sample(NamedTuple):
    """Seconds that one call took: of the wall's clock, and of this process's CPU, in user and system mode."""

    wall: float
    cpu: float

    def of(self, measure: Measure) -> float:
        """The one of the two."""
        return self.wall if measure == "wall" else self.cpu


@dataclass(frozen=True, slots=True)
class Figure:
    """What the rounds of a mark gave, one sample of each subject per round."""

    mark: Mark
    ours: list[Sample]
    reference: list[Sample]

    def median(self, subject: Literal["ours", "reference"], measure: Measure) -> float:
        """Seconds per call."""
        samples = self.ours if subject == "ours" else self.reference
        return median(sample.of(measure) for sample in samples)

    def ratio(self, measure: Measure) -> float:
        """The median of the rounds' ratios: what slows the machine down for a while slows both subjects of a round."""
        pairs = zip(self.ours, self.reference, strict=True)
        return median(ours.of(measure) / reference.of(measure) for ours, reference in pairs)

    @property
    def ok(self) -> bool:
        """Whether the limit is kept."""
        return self.ratio(self.mark.judged) <= self.mark.limit


def measure(mark: Mark, dockerd: Dockerd, *, rounds: int) -> Figure:
    """Measure `mark` in so many rounds, each in an order of its own, after one that is not counted.

    Raises:
        RuntimeError: the two subjects give different answers, so that they cannot be compared.
    """
    with mark.prepare(dockerd) as pair:
        calls = (pair.ours, pair.reference)
        answers = [(pair.before(), mark.essence(call()))[1] for call in calls]
        if answers[0] != answers[1]:
            raise RuntimeError(f"{mark.name}: ours gives {answers[0]!r}, the reference {answers[1]!r}")
        taken: tuple[list[Sample], list[Sample]] = ([], [])
        subjects = list(zip(calls, taken, strict=True))
        for counted in [False] + [True] * rounds:
            random.shuffle(subjects)
            for call, samples in subjects:
                sample = _sample(call, mark.times, pair.before)
                if counted:
                    samples.append(sample)
    return Figure(mark, *taken)


def _sample(call: Callable[[], Any], times: int, before: Callable[[], Any]) -> Sample:
    """One sample, without the garbage of the one before. The last answer is taken apart off the clock."""
    gc.collect()
    before()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        answer = call()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    del answer
    return Sample(wall / times, cpu / times)
