"""Writes docs/performance.md of what runs have left: `python -m benchmarks.page [FILE...]`. It measures nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks.report import duration, times
from benchmarks.task import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["main", "merged", "page"]

_INTRODUCTION = """\
# Performance

How long things take with dockmagic, beside what one would use instead and beside the least that is possible. What a
task compares was measured in one run on one machine. The figures are written into this page by a program; `make bench`
runs them again on yours, and `python -m benchmarks.page` makes this page of that.
"""

_BUSY = 0.1
"""A share of the processors above which what others do is no longer little."""

_METHOD = """\
## Method

- Each client runs in a process of its own that stays warm; where starting is what is measured, each call starts a
  new one. The other clients have an environment of their own, with their newest versions.
- In each round every client does the task once, in an order that is drawn anew. What is told is the median of the
  rounds; a ratio is that of two medians of the same run. Every sample is in `build/bench.json`.
- *Time* is that of the wall's clock, the engine's work in it. *Client CPU* is the processor time of the client's
  process and of its children, in user and system mode, without the engine's: where that is most of the time, the
  client's CPU tells more. *Memory* is what the client's process grew at its peak, in the round where that was most,
  and the largest of its children.
- Before the first round the answers are compared. Where another client is compared "to the frame", it makes the same
  columns with the same dtypes and values.
- *limit* is the least that is possible: bytes over a raw socket, with orjson, and no frame.
- The engine is a dockerd started for the run, on a unix socket. Nothing here says anything about TCP, TLS or ssh.
- Medians repeat to about 10 % on a quiet machine and 20 % on a busy one; less is no finding.
"""


def page(data: dict[str, Any]) -> str:
    """The whole page, in Markdown."""
    parts = [_INTRODUCTION, _machine(data), _goals(data["runs"]), "## Each task\n", *map(_task, data["runs"]), _METHOD]
    return "\n".join(parts)


def _machine(data: dict[str, Any]) -> str:
    told = data["circumstances"]
    libraries: dict[str, str] = {}
    for run in data["runs"]:
        for subject in run["subjects"]:
            libraries |= subject["versions"].get("libraries", {})
            python = subject["versions"].get("python", "")
    versions = ", ".join(
        f"{name} {version}" for name, version in sorted(libraries.items(), key=lambda each: each[0].lower())
    )
    lines = [f"- {title}: {text}" for title, text in told.items()]
    busiest = max(run["busy"] for run in data["runs"])
    others = f"others had {busiest:.0%} of the processors at most, in the second before each task"
    if busiest > _BUSY:
        others = f"**{others}: times and their ratios are no finding, processor times to about 20 %**"
    lines.append(f"- quiet: {others}")
    return "\n".join(["## The run\n", *lines, f"- Python {python}; {versions}", ""])


def _goals(runs: Sequence[dict[str, Any]]) -> str:
    rows = [
        (run["name"], goal["says"], goal["measured"], goal["allowed"], _met(goal["met"]))
        for run in runs
        for goal in run["goals"]
    ]
    met = sum(row[-1] == "yes" for row in rows)
    title = f"## Goals\n\n{met} of {len(rows)} are met in this run.\n"
    profiles = [
        f"- **{run['name']}, {goal['says']}: {goal['measured']} of {goal['allowed']} allowed.** {goal['profile']}"
        for run in runs
        for goal in run["goals"]
        if goal["met"] is False
    ]
    missed = ["", "Where it goes, and what it would take:\n", *profiles] if profiles else []
    return "\n".join([title, *_table(("task", "goal", "measured", "allowed", "met"), rows), *missed, ""])


def _task(run: dict[str, Any]) -> str:
    subjects = sorted(run["subjects"], key=lambda each: each["median"].get("wall") or 0.0)
    ours = next(each["median"] for each in subjects if each["name"] == OURS)
    rows = [_row(each, ours) for each in subjects]
    titles = ("", "time", "of ours", "client CPU", "of ours", "memory", "rounds")
    lost = [f"\nEngines that locked up meanwhile and were replaced: {len(run['lost'])}."] if run["lost"] else []
    return "\n".join([f"### {run['name']}: {run['title']}\n", f"{run['person']}\n", *_table(titles, rows), *lost, ""])


def _row(subject: dict[str, Any], ours: dict[str, float]) -> tuple[str, ...]:
    told = subject["median"]
    memory = (told.get("memory") or 0.0) + (told.get("children_memory") or 0.0)
    ratios = [times(told[key] / ours[key] if ours.get(key) else None) for key in ("wall", "cpu")]
    name = f"**{subject['name']}**" if subject["name"] == OURS else subject["name"]
    rounds = str(len(subject["samples"]))
    return name, duration(told["wall"]), ratios[0], duration(told["cpu"]), ratios[1], f"{memory:.0f} MB", rounds


def _met(met: bool | None) -> str:  # noqa: FBT001 - the verdict itself
    return {True: "yes", False: "**no**", None: "not measured"}[met]


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Texts to the left, figures to the right."""
    yield "| " + " | ".join(titles) + " |"
    yield (
        "| "
        + " | ".join("---" if number == 0 or title == "goal" else "---:" for number, title in enumerate(titles))
        + " |"
    )
    for row in rows:
        yield "| " + " | ".join(text.replace("|", "\\|") for text in row) + " |"


def merged(files: Sequence[Path]) -> dict[str, Any]:
    """The runs of all files, a task's last one in its place; the circumstances are those of the first file.

    But for the rounds, which are told of all.
    """
    read = [orjson.loads(file.read_bytes()) for file in files]
    runs = {run["name"]: run for data in read for run in data["runs"]}
    rounds = dict.fromkeys(data["circumstances"]["rounds"] for data in read)
    return {"circumstances": {**read[0]["circumstances"], "rounds": "; or ".join(rounds)}, "runs": list(runs.values())}


def main(arguments: Sequence[str]) -> int:
    """Write the page of build/bench.json, or of the files that are named."""
    files = [Path(each) for each in arguments] or [Path("build/bench.json")]
    target = Path("docs", "performance.md")
    target.write_text(page(merged(files)), encoding="utf-8")
    print(f"{target} is made of {', '.join(map(str, files))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
