"""The subjects of a task measured against each other: interleaved rounds, each in an order of its own."""

from __future__ import annotations

import random
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.process import SubjectFailed, SubjectProcess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.task import Setting, Subject, Task

__all__ = ["LEAST_ROUNDS", "QUICK_ROUNDS", "Run", "measure"]

LEAST_ROUNDS = 7
"""Fewer say nothing: one slow moment of the machine would be the median's neighbour."""

QUICK_ROUNDS = 3
"""Enough to see that everything works, and too few to conclude anything."""

_GLANCE = 1.0  # seconds in which it is seen what others do with the processors
_IDLE = (3, 4)  # places of idle and iowait among the times of /proc/stat (man proc_stat)


@dataclass(slots=True)
class Run:
    """What the rounds of a task at one size gave."""

    task: Task
    size: int  # as the goals name it
    taken: int  # the size that was measured, smaller with --quick
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    versions: dict[str, Any] = field(default_factory=dict)
    first: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # the call before the first round
    rounds: int = 0  # that were measured to their end
    lost: list[str] = field(default_factory=list)  # of each engine that locked up, how that was seen
    busy: float = 0.0  # share of the processors that others had in the second before: nothing is measured then

    @property
    def name(self) -> str:
        """As the report calls it."""
        return self.task.run_name(self.taken)

    def median(self, subject: str, measure: str) -> float | None:
        """Seconds per call, or what the subject tells; None if it was not measured. Of memory the most: see `worst`."""
        if "memory" in measure:
            return self.worst(subject, measure)
        values = [sample[measure] for sample in self.samples.get(subject, ()) if measure in sample]
        return median(values) if values else None

    def worst(self, subject: str, measure: str) -> float | None:
        """The most of all rounds and of the call before them.

        So memory is told: what a process has once had from the kernel it often keeps, and grows no more.
        """
        samples = [*self.first.get(subject, ()), *self.samples.get(subject, ())]
        return max((sample[measure] for sample in samples if measure in sample), default=None)


def measure(task: Task, size: int, *, rounds: int, quick: bool) -> Run:
    """Measure `task`, after one call of each subject that is not counted and whose answers are compared.

    Where engines are known to lock up, another one takes its place, and the round that was under way begins again.
    Raises RuntimeError if two subjects give different answers, so that they cannot be compared; SubjectFailed if one
    raises or does not answer.
    """
    run = Run(task, size, task.sizes[size] if quick else size, busy=_busy_share())
    rounds = min(rounds, task.rounds or rounds)
    for spare in reversed(range(task.engines)):
        try:
            _measure_on_one(run, rounds)
            break
        except SubjectFailed as failed:
            if not spare:
                raise
            run.lost.append(str(failed).strip().rpartition("\n")[2])
    _tell("\r\033[K")
    return run


def _measure_on_one(run: Run, rounds: int) -> None:
    """The rounds that are left to do, on what the task prepares once."""
    task = run.task
    with task.prepare(run.taken) as setting, ExitStack() as stack:
        processes = []
        for subject in _able(task.subjects, run.taken):
            processes.append(stack.enter_context(SubjectProcess(task, subject, setting.place)))
            run.versions[subject.name] = processes[-1].versions
            run.samples.setdefault(subject.name, [])
        if task.warm_up:
            first = {each.subject.name: _sample(each, 1, setting) for each in processes if not each.subject.once}
            _compare(task, first)
            run.first = {name: [sample] for name, sample in first.items()}
        while run.rounds < rounds:
            answers = {}
            for process in random.sample(processes, len(processes)):
                if process.subject.once and run.rounds:
                    continue
                times = 1 if process.subject.once else task.times.get(run.size, 1)
                answers[process.subject.name] = _sample(process, times, setting)
            _compare(task, answers)
            for name, sample in answers.items():
                run.samples[name].append(sample)
            run.rounds += 1
            _tell(f"\r{run.name}: round {run.rounds}")


def _busy_share() -> float:
    """How much of all processors is not idle while nothing is measured, from 0 to 1; what a host's guests steal too."""
    before = _processor_times()
    time.sleep(_GLANCE)
    spent = [after - each for each, after in zip(before, _processor_times(), strict=True)]
    return 1.0 - sum(spent[place] for place in _IDLE) / sum(spent)


def _processor_times() -> list[int]:
    return [int(each) for each in Path("/proc/stat").read_text().partition("\n")[0].split()[1:]]


def _tell(progress: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(progress)
        sys.stderr.flush()


def _able(subjects: Sequence[Subject], size: int) -> list[Subject]:
    return [each for each in subjects if each.largest is None or size <= each.largest]


def _sample(process: SubjectProcess, times: int, setting: Setting) -> dict[str, Any]:
    setting.before()
    return process.sample(times)


def _compare(task: Task, samples: Mapping[str, Mapping[str, Any]]) -> None:
    """Each key of an answer has one value, whoever gives it."""
    first: dict[str, tuple[str, object]] = {}
    for subject, sample in samples.items():
        for key, value in sample["answer"].items():
            other, known = first.setdefault(key, (subject, value))
            if value != known:
                raise RuntimeError(f"{task.name}: {key} is {known!r} of {other}, and {value!r} of {subject}")
