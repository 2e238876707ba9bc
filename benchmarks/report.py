"""What a run says: the machine and the versions, a table of the marks, and the raw figures as JSON."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import orjson

from benchmarks.rounds import Measure
from dockmagic import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rounds import Figure, Sample

__all__ = ["as_json", "circumstances", "table"]

_LIBRARIES = ("httpx", "httptools", "orjson", "pandas", "numpy")
_TITLES = ("mark", "ours", "reference", "ratio", "limit", "ok")


def circumstances(*, engine: str, rounds: int) -> dict[str, str]:
    """What the figures depend on: title and text of each line of the header."""
    return {
        "machine": f"{os.cpu_count()} cores, {_processor()}, {_system()}, load {os.getloadavg()[0]:.1f}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "engine": f"dockerd {engine}, on a unix socket",
        "libraries": ", ".join([f"dockmagic {__version__}", *(f"{name} {version(name)}" for name in _LIBRARIES)]),
        "rounds": f"{rounds}, interleaved and shuffled; medians, and the median of the rounds' ratios",
    }


def table(figures: Sequence[Figure]) -> str:
    """Two lines per mark, wall time and the client's CPU time, of which one has the limit; what they are, below."""
    lines = [_TITLES, *(_line(figure, measure) for figure in figures for measure in get_args(Measure))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    told = ["  ".join(_aligned(line, widths)).rstrip() for line in lines]
    told.insert(1, "  ".join("-" * width for width in widths))
    legend = [f"{each.mark.name}: {each.mark.ours}; reference: {each.mark.reference}" for each in figures]
    return "\n".join([*told, "", *legend])


def as_json(header: dict[str, str], figures: Sequence[Figure]) -> bytes:
    """The raw figures: seconds per call of every round."""
    marks = [
        {
            "name": figure.mark.name,
            "judged": figure.mark.judged,
            "limit": figure.mark.limit,
            "ratio": {measure: figure.ratio(measure) for measure in get_args(Measure)},
            "ok": figure.ok,
            "calls_per_sample": figure.mark.times,
            "ours": _columns(figure.ours),
            "reference": _columns(figure.reference),
        }
        for figure in figures
    ]
    return orjson.dumps({"circumstances": header, "marks": marks}, option=orjson.OPT_INDENT_2)


def _line(figure: Figure, measure: Measure) -> tuple[str, ...]:
    judged = measure == figure.mark.judged
    return (
        f"{figure.mark.name} {measure}",
        _duration(figure.median("ours", measure)),
        _duration(figure.median("reference", measure)),
        f"{figure.ratio(measure):.2f}x",
        f"{figure.mark.limit:.2f}x" if judged else "",
        ("yes" if figure.ok else "NO") if judged else "",
    )


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Names to the left, figures to the right."""
    first, *rest = zip(line, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]


def _duration(seconds: float) -> str:
    """Three digits that count: 54.2 ms."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1 or unit == "us":
            break
    value = seconds * factor
    return f"{value:.{max(0, 3 - len(str(int(value))))}f} {unit}"


def _columns(samples: Sequence[Sample]) -> dict[str, Any]:
    return {measure: [sample.of(measure) for sample in samples] for measure in get_args(Measure)}


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()
