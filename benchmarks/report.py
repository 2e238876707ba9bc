"""What a run says: the machine, a table of subjects for each task, the goals, and everything as JSON."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks.task import OURS
from benchmarks.verdict import ratio, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.rounds import Run

__all__ = ["as_json", "circumstances", "duration", "goals", "table", "times"]


_TITLES: tuple[str, ...] = ("", "time", "client CPU", "memory", "x time", "x CPU", "rounds")


def circumstances(*, engine: str, client: str, rounds: int, quick: bool) -> dict[str, str]:
    """What the figures depend on: title and text of each line of the header."""
    sizes = "; smaller sizes, too few rounds to conclude anything" if quick else ""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} processors, {_processor()}, {_memory()}, {_system()}",
        "engine": f"dockerd {engine} on a unix socket; docker {client}",
        "rounds": f"{rounds}, interleaved and shuffled{sizes}",
    }


def table(run: Run) -> str:
    """A line per subject, the fastest first: its medians, and how they compare with ours."""
    ordered = sorted(run.samples, key=lambda each: run.median(each, "wall") or 0.0)
    lines = [_TITLES, *(_line(run, name) for name in ordered)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    told = ["  ".join(_aligned(line, widths)).rstrip() for line in lines]
    title = f"{run.name}: {run.task.title.format(size=f'{run.taken:,}')}"
    lost = [f"an engine locked up, and another took its place: {each}" for each in run.lost]
    return "\n".join([title, *told, *lost])


def goals(runs: Iterable[Run]) -> str:
    """A line per goal."""
    lines = [("goal", "measured", "limit", "")]
    for verdict in (each for run in runs for each in verdicts(run)):
        met = {True: "met", False: "MISSED", None: "unknown"}[verdict.met]
        shown = verdict.shown(verdict.value), verdict.shown(verdict.goal.limit)
        lines.append((f"{verdict.run.name}: {verdict.says}", *shown, met))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in lines)


def as_json(header: dict[str, str], runs: Sequence[Run]) -> bytes:
    """Every sample of every round, the medians, and the verdicts."""
    return orjson.dumps({"circumstances": header, "runs": [_as_data(run) for run in runs]}, option=orjson.OPT_INDENT_2)


def _as_data(run: Run) -> dict[str, Any]:
    return {
        "name": run.name,
        "task": run.task.name,
        "title": run.task.title.format(size=f"{run.taken:,}"),
        "person": run.task.person,
        "size": run.taken,
        "busy": run.busy,
        "lost": run.lost,
        "subjects": [
            {
                "name": name,
                "median": {measure: run.median(name, measure) for measure in _measures(samples)},
                "samples": [{key: value for key, value in each.items() if key != "answer"} for each in samples],
                "versions": run.versions[name],
            }
            for name, samples in run.samples.items()
        ],
        "goals": [
            {
                "says": verdict.says,
                "value": verdict.value,
                "limit": verdict.goal.limit,
                "measured": verdict.shown(verdict.value),
                "allowed": verdict.shown(verdict.goal.limit),
                "met": verdict.met,
                "profile": verdict.goal.profile,
            }
            for verdict in verdicts(run)
        ],
    }


def _measures(samples: Sequence[dict[str, Any]]) -> list[str]:
    return [key for key in samples[0] if key != "answer"] if samples else []


def _line(run: Run, name: str) -> tuple[str, ...]:
    wall, cpu = run.median(name, "wall"), run.median(name, "cpu")
    memory = (run.median(name, "memory") or 0.0) + (run.median(name, "children_memory") or 0.0)
    others = ("", "") if name == OURS else (times(ratio(run, name, OURS, each)) for each in ("wall", "cpu"))
    return (name, duration(wall), duration(cpu), f"{memory:.0f} MB", *others, str(len(run.samples[name])))


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Names to the left, figures to the right."""
    first, *rest = zip(line, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]


def times(value: float | None) -> str:
    """A ratio: 1.65x."""
    return "" if value is None else f"{value:.3g}x" if value < 100 else f"{value:.0f}x"


def duration(seconds: float | None) -> str:
    """Three digits that count: 54.2 ms."""
    if seconds is None:
        return ""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1 or unit == "us":
            break
    value = seconds * factor
    return f"{value:.{max(0, 3 - len(str(int(value))))}f} {unit}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()
