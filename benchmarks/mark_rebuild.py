"""rebuild: the second build of a directory with one file of 500 MB, after a small file beside it has changed."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.mark_build import LIMIT, built, built_by_tar_and_curl, change, context, essence
from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TASK"]


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """The first build is the call that is not counted; before each further one the small file changes."""
    with context(size) as place:
        yield Setting(place, lambda: change(Path(place["path"], "small")))


TASK = Task(
    name="rebuild",
    title="the same image again, {size} MB unchanged and a small file changed",
    person="How long each further `%dbuild` takes while one works on a small file.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={500: 50},
    subjects=(Subject("dockmagic", built), Subject(LIMIT, built_by_tar_and_curl)),
    goals=(Goal("wall", 0.20, of=LIMIT),),
)
