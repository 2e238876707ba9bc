"""The command line: python -m benchmarks [--rounds N] [--json FILE] [MARK...]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import (
    mark_build,
    mark_call,
    mark_context,
    mark_engine,
    mark_events,
    mark_feed,
    mark_list,
    mark_load,
    mark_logs,
    mark_relist,
    mark_rm,
    mark_small,
    mark_stats,
    report,
)
from benchmarks.rounds import LEAST_ROUNDS, measure
from tests.engines.dockerd import Dockerd, dockerd_version, why_not

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rounds import Mark

MARKS: dict[str, Mark] = {
    mark.name: mark
    for mark in (
        mark_small.MARK,
        mark_list.MARK,
        mark_relist.MARK,
        mark_call.MARK,
        mark_events.MARK,
        mark_feed.RAW,
        mark_feed.CLIENT,
        mark_logs.MARK,
        mark_stats.MARK,
        mark_rm.COMMAND_LINE,
        mark_rm.CLIENT,
        mark_engine.MARK,
        mark_load.MARK,
        mark_context.SMALL,
        mark_context.LARGE,
        mark_context.IGNORED,
        mark_build.WHOLE,
        mark_build.AGAIN,
    )
}


def _mark(name: str) -> Mark:
    if name not in MARKS:
        raise argparse.ArgumentTypeError(f"no mark is called {name!r}, only {', '.join(MARKS)}")
    return MARKS[name]


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < LEAST_ROUNDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {LEAST_ROUNDS} on")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure dockmagic on a private engine. The exit status is 1 if a limit is missed.",
        allow_abbrev=False,
    )
    parser.add_argument("marks", nargs="*", type=_mark, metavar="MARK", help=f"{', '.join(MARKS)}; all without one")
    parser.add_argument("--rounds", type=_rounds, default=15, metavar="N", help="15 unless told, at least 7")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures of every round")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, tell, and return the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if reason := why_not():
        parser.error(reason)
    header = report.circumstances(engine=dockerd_version(), rounds=options.rounds)
    print(*(f"{title + ':':<11}{text}" for title, text in header.items()), sep="\n", end="\n\n", flush=True)
    with Dockerd() as dockerd:
        figures = [
            measure(mark, dockerd, rounds=options.rounds) for mark in dict.fromkeys(options.marks or MARKS.values())
        ]
    print(report.table(figures))
    if options.json:
        options.json.write_bytes(report.as_json(header, figures))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
