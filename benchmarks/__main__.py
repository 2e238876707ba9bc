"""The command line: python -m benchmarks [--only TASK] [--quick] [--rounds N] [--json FILE]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import report
from benchmarks.catalogue import TASKS
from benchmarks.process import SubjectFailed, missing_environments
from benchmarks.rounds import LEAST_ROUNDS, QUICK_ROUNDS, measure
from benchmarks.verdict import verdicts
from tests.engines.dockerd import dockerd_version, why_not
from tests.engines.programs import client_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rounds import Run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure dockmagic beside other clients, on engines of its own. The exit status is 1 if a goal is"
        " missed or a task failed; with --quick nothing is judged by the goals.",
        epilog="tasks: " + ", ".join(TASKS),
        allow_abbrev=False,
    )
    parser.add_argument("--only", action="append", type=_task, metavar="TASK", help="this task alone (repeatable)")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds of smaller sizes")
    parser.add_argument("--rounds", type=_rounds, metavar="N", help=f"{LEAST_ROUNDS} unless told, and at least")
    parser.add_argument("--json", type=Path, metavar="FILE", help="default: build/bench.json")
    return parser


def _task(name: str) -> str:
    if name not in TASKS:
        raise argparse.ArgumentTypeError(f"no task is called {name!r}; there are {', '.join(TASKS)}")
    return name


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < LEAST_ROUNDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {LEAST_ROUNDS} on")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, tell, and return the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if reason := why_not() or missing_environments():
        parser.error(reason)
    rounds = QUICK_ROUNDS if options.quick else options.rounds or LEAST_ROUNDS
    client = ".".join(map(str, client_version()))
    header = report.circumstances(engine=dockerd_version(), client=client, rounds=rounds, quick=options.quick)
    print(*(f"{title + ':':<9}{text}" for title, text in header.items()), sep="\n", end="\n\n", flush=True)
    file = options.json or Path("build", "bench.json")
    file.parent.mkdir(exist_ok=True)
    runs: list[Run] = []
    failed = False
    for task in [TASKS[name] for name in options.only or TASKS]:
        for size in task.sizes:
            try:
                runs.append(measure(task, size, rounds=rounds, quick=options.quick))
            except SubjectFailed as error:  # the other tasks have nothing to do with it
                print(f"{task.run_name(size)} FAILED: {error}\n", flush=True)
                failed = True
                continue
            print(report.table(runs[-1]), end="\n\n", flush=True)
            file.write_bytes(report.as_json(header, runs))  # each time: an interrupt loses one run
    print(report.goals(runs))
    print(f"\nEvery sample is in {file}; python -m benchmarks.page makes docs/performance.md of it.")
    missed = not options.quick and not all(each.met for run in runs for each in verdicts(run))
    return 1 if missed or failed else 0


if __name__ == "__main__":
    sys.exit(main())
