"""The classic builder's text becomes steps, logs and warnings. Pure.

It writes its own words and what RUN prints into the same stream, so its own are taken for such only in the exact form
that they have. Source: builder/dockerfile of moby/moby.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dockmagic.feeds.build_changes import with_log, with_step, with_warnings
from dockmagic.feeds.build_progress import Step

if TYPE_CHECKING:
    from dockmagic.feeds.build_progress import Progress

__all__ = ["folded_text"]

_STEP = re.compile(r"Step (\d{1,6})/(\d{1,6}) : (.*)", re.DOTALL)
_CACHED = re.compile(r" ---> Using cache\n?")
_BUILT = re.compile(r"Successfully built [0-9a-f]{12}\n?")
_OTHER = re.compile(
    r" ---> (?:Running in |Removed intermediate container )?[0-9a-f]{12}\n?"
    r"|Removing intermediate container [0-9a-f]{12}\n?"
    r"|Successfully tagged \S+\n?"
    r"|sha256:[0-9a-f]{64}\n?"  # of --squash, and of a quiet build
)
_WARNING = "[Warning] "
_FROM = re.compile(r"FROM\s", re.IGNORECASE)
_STAGE = re.compile(r"FROM\s+(?:--\S+\s+)*\S+\s+AS\s+(\S+)", re.IGNORECASE)


def folded_text(progress: Progress, text: str, *, now: int) -> Progress:
    """`progress` after one more piece of text. The classic builder does one step after the other."""
    begun = _STEP.fullmatch(text)
    if begun and _follows(progress, int(begun[1]), int(begun[2])):
        return _begin(
            _completed(progress, now), f"{begun[1]}/{begun[2]}", progress.hidden.text(begun[3].rstrip("\n")), now
        )
    key = progress.current
    if _CACHED.fullmatch(text) and key and key not in progress.logs:
        return with_step(progress, key, replace(progress.steps[key], status="cached"))
    if _BUILT.fullmatch(text):
        return _completed(progress, now)
    if text.startswith(_WARNING):
        return with_warnings(progress, [progress.hidden.text(text.removeprefix(_WARNING).strip())])
    if _OTHER.fullmatch(text) or (text == "\n" and key not in progress.logs):
        return progress
    return with_log(progress, key, text.encode(errors="replace"))


def _follows(progress: Progress, number: int, total: int) -> bool:
    """Whether it is the next step's number; a RUN may print what looks like one."""
    if not progress.current:
        return True
    last, _, known = progress.current.partition("/")
    return (number, total) == (int(last) + 1, int(known))


def _begin(progress: Progress, key: str, name: str, now: int) -> Progress:
    named = _STAGE.match(name)
    last = progress.steps[progress.current].stage if progress.current else ""
    stage = named[1] if named else "" if _FROM.match(name) else last
    step = Step(key, stage, name, status="running", started=now)
    return replace(with_step(progress, key, step), current=key)


def _completed(progress: Progress, now: int) -> Progress:
    """The step is over: the next one has begun, or the image is built."""
    step = progress.steps.get(progress.current)
    if step is None or step.completed is not None:
        return progress
    status = "cached" if step.status == "cached" else "done"
    return with_step(progress, progress.current, replace(step, status=status, completed=now, transfers={}))
