"""A build that failed, in two lines: the step and how it ended, and its last words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockmagic.errors import BuildError
from dockmagic.feeds.build_lines import step_title
from dockmagic.masking import masked
from dockmagic.text import log_line, shown, single_line

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.feeds.build_progress import Progress

__all__ = ["NO_SESSION", "build_error", "wanted_image"]

NO_SESSION = "no active sessions"
"""What BuildKit says where it would have asked the session, and there is none."""

_WHOLE = "(whole log: sys.last_value.log, steps: sys.last_value.steps)"
_WORDS = 400
_LAST = 50  # lines, among which the last one with words in it is looked for
_PREFIX = re.compile(r"failed to solve(?: with frontend \S+)?: (?:failed to create LLB definition: )?")
_PLACE = re.compile(r"dockerfile parse error (?:on )?line (\d{1,6}):")
_WANTED = re.compile(r"(?:load metadata for|resolve image config for|FROM(?:\s+--\S+)*)\s+(\S+)", re.IGNORECASE)
_TAKES_FILES = re.compile(r"(?:COPY|ADD)\s", re.IGNORECASE)


def build_error(
    progress: Progress,
    *,
    steps: pd.DataFrame,
    with_context: bool = True,
    too_new: bool = False,
    dockerfile: str = "",
    words: str = "",
    advice: str = "",
) -> BuildError:
    """The error to raise. `words` are the engine's own, where it refused before the first step; `advice` what to do.

    `with_context` says whether there was anything that COPY could have taken, `too_new` whether the Dockerfile may have
    heredocs that the engine does not know; `dockerfile` is its text, if that is known.
    """
    key = progress.failed
    told = words or progress.error or (progress.steps[key].error if key else "")
    told = progress.hidden.text(_PREFIX.sub("", single_line(told)))
    said: str = masked(told)  # the address of a repository may hold a password
    hint = _advice(progress, said, with_context=with_context, too_new=too_new) or advice
    if key:
        title = shown(masked(step_title(progress.steps[key])))
        how = f"ended with exit code {progress.exit_code}" if progress.exit_code is not None else f"failed: {said}"
        message = _shortened(f"step {title} {how}")
        hint = hint or f"{_last_words(progress, key)}{_WHOLE}"
    else:
        message = _shortened(f"the build failed: {said}")
        hint = hint or progress.hidden.text(_line(said, dockerfile))
    log = "\n".join(map(log_line, progress.all_lines()))
    return BuildError(message, hint=hint, steps=steps, log=log, exit_code=progress.exit_code)


def _shortened(text: str) -> str:
    """In one line, without its middle if it is long: at its end an engine says why."""
    line = single_line(text)
    return line if len(line) <= _WORDS else f"{line[: _WORDS // 3]} … {line[-_WORDS // 2 :]}"


def wanted_image(name: str) -> str:
    """The image that the step of that name takes from a registry, "" if it takes none."""
    found = _WANTED.match(name)
    return found[1] if found else ""


def _last_words(progress: Progress, key: str) -> str:
    lines = [line for line in map(log_line, progress.lines(key, last=_LAST)) if line.strip()]
    return f"{shown(lines[-1], length=_WORDS)}    " if lines else ""


def _line(said: str, dockerfile: str) -> str:
    """The line of the Dockerfile that could not be understood."""
    found = _PLACE.search(said)
    lines = dockerfile.split("\n")
    number = int(found[1]) if found else 0
    if not 0 < number <= len(lines):
        return "The engine said no more; what it did before: sys.last_value.steps"
    return f"Line {number}: {shown(lines[number - 1], length=_WORDS)}"


def _advice(progress: Progress, said: str, *, with_context: bool, too_new: bool) -> str:
    """What to do, where it is not in the engine's words."""
    takes = progress.failed and _TAKES_FILES.match(progress.steps[progress.failed].name)
    if not with_context and takes and ("not found" in said or "no such file" in said.lower()):
        return "There is no context, so COPY and ADD find nothing: name a directory, %%dbuild -t NAME DIRECTORY"
    if "unknown instruction" in said and too_new:
        return "Heredocs (RUN <<EOF) need Docker 23 or newer; this engine knows RUN one && two."
    if "requires BuildKit" in said:
        return "Leave out --builder classic: the engine's BuildKit may know it."
    if NO_SESSION in said:
        return "This engine keeps no sessions, which secrets and private images need. %dpull fetches a base image."
    return ""
