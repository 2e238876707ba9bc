"""What a build has done so far, folded from the messages of both builders. Pure: values in, values out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dockmagic.builder.buildkit.trace import Failed, ImageBuilt, Said, Trace, read_message
from dockmagic.feeds.build_changes import settled, with_log, with_step, with_warnings
from dockmagic.feeds.build_classic import folded_text
from dockmagic.feeds.build_progress import Step, Transfer
from dockmagic.text import single_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockmagic.builder.buildkit.trace import Vertex
    from dockmagic.builder.hidden import Hidden
    from dockmagic.feeds.build_progress import Progress

__all__ = ["fold"]

# how BuildKit names its steps: [base 2/3] RUN make; [internal] load metadata of ...; exporting to image
_BRACKETS = re.compile(r"\[([^\]]*)\] (.*)", re.DOTALL)
_NUMBER = re.compile(r"\d+/\d+")
# at its end: the command of a RUN, which is quoted before it, may hold such words too
_EXIT_CODE = re.compile(r"(?:exit code|non-zero code): (\d{1,10})\s*\Z")


def fold(progress: Progress, message: Mapping[str, Any], *, now: int) -> Progress:
    """`progress` after one more message of POST /build. Raises ProtocolError for what is none.

    `now` is the time, in nanoseconds since 1970, which the classic builder's messages do not have. A kind of message
    that is not known is passed over. What `progress.hidden` knows is in none of the texts.
    """
    return settled(_folded(progress, message, now))


def _folded(progress: Progress, message: Mapping[str, Any], now: int) -> Progress:
    told = read_message(message)
    if isinstance(told, Trace):
        return _traced(progress, told)
    if isinstance(told, ImageBuilt):
        return replace(progress, image_id=told.id)
    if isinstance(told, Failed):
        return _failed(progress, told, now)
    if isinstance(told, Said):
        return folded_text(progress, told.text, now=now)
    return _pulling(progress, message)


def _failed(progress: Progress, failed: Failed, now: int) -> Progress:
    words = progress.hidden.text(failed.message)
    found = _EXIT_CODE.search(words)
    exit_code = failed.code or (int(found[1]) if found else None)
    progress = replace(progress, error=words, exit_code=exit_code)
    step = progress.steps.get(progress.current)
    if step is None or step.status != "running":
        return progress
    return with_step(
        progress, progress.current, replace(step, status="failed", error=words, completed=now, transfers={})
    )


def _pulling(progress: Progress, message: Mapping[str, Any]) -> Progress:
    """Progress of a layer that the classic builder fetches for FROM."""
    step = progress.steps.get(progress.current)
    detail, layer = message.get("progressDetail"), message.get("id")
    if step is None or not isinstance(detail, dict) or not isinstance(layer, str):
        return progress
    current, total = detail.get("current"), detail.get("total")
    if not isinstance(current, int):
        return progress
    moved = Transfer(current, total if isinstance(total, int) else 0)
    transfers = {**step.transfers, single_line(layer): moved}
    return with_step(progress, progress.current, replace(step, transfers=transfers))


def _traced(progress: Progress, told: Trace) -> Progress:
    """A message of BuildKit: new states of some vertexes, bytes, logs and warnings."""
    steps = dict(progress.steps)
    for vertex in _in_order(told.vertexes):
        steps[vertex.digest] = _step(vertex, steps.get(vertex.digest), progress.hidden)
    for moved in told.statuses:
        if moved.vertex in steps:
            step = steps[moved.vertex]
            transfers = {**step.transfers, moved.id: Transfer(moved.current, moved.total)}
            steps[moved.vertex] = replace(step, transfers=transfers)
    progress = replace(progress, steps=steps)
    for log in told.logs:
        progress = with_log(progress, log.vertex, log.data)
    return with_warnings(progress, [progress.hidden.text(warning.short) for warning in told.warnings])


def _in_order(vertexes: Sequence[Vertex]) -> list[Vertex]:
    """Each behind those that it needs, as the Dockerfile has them: some engines tell the last one first."""
    inputs = {vertex.digest: vertex.inputs for vertex in vertexes}
    places: dict[str, int] = {}
    begun: set[str] = set()
    stack = list(reversed(inputs))
    while stack:
        digest = stack[-1]
        needed = [each for each in inputs[digest] if each in inputs and each not in begun]
        if needed and digest not in begun:
            stack += reversed(needed)
        else:
            places.setdefault(stack.pop(), len(places))
        begun.add(digest)
    return sorted(vertexes, key=lambda vertex: places[vertex.digest])


def _step(vertex: Vertex, known: Step | None, hidden: Hidden) -> Step:
    """The step that a vertex is; told again it keeps when it first began."""
    stage, number, name = _parts(hidden.text(vertex.name))
    return Step(
        step=number,
        stage=stage,
        name=name,
        status=_status(vertex),
        started=known.started if known and known.started is not None else vertex.started,
        completed=vertex.completed,
        error=hidden.text(vertex.error),
        transfers=known.transfers if known else {},
    )


def _parts(name: str) -> tuple[str, str, str]:
    """Stage, number and name: "[base 2/3] RUN make" is base, 2/3 and RUN make."""
    found = _BRACKETS.fullmatch(name)
    if found is None:
        return "", "", name
    stage, _, number = found[1].rpartition(" ")
    if _NUMBER.fullmatch(number):
        return stage.strip(), number, found[2]
    return found[1], "", found[2]


def _status(vertex: Vertex) -> str:
    if vertex.error:
        return "canceled" if "context canceled" in vertex.error else "failed"
    if vertex.cached:
        return "cached"
    if vertex.completed is not None:
        return "done"
    return "running" if vertex.started is not None else "waiting"
