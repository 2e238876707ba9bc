"""load: IPython started, the extension loaded, and ended."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.task import Goal, Setting, Subject, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]


@contextmanager
def prepare(_: int) -> Iterator[Setting]:
    """A profile that is nobody's."""
    with tempfile.TemporaryDirectory() as home:
        yield Setting({"home": home})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """With the extension."""
    yield _ipython(place, "%load_ext dockmagic")


def limit(place: Place) -> Iterator[Callable[[], Any]]:
    """Without it."""
    yield _ipython(place, "pass")


def _ipython(place: Place, cell: str) -> Callable[[], int]:
    command = [sys.executable, "-m", "IPython", "--no-banner", "--quick", "--colors=NoColor", "-c", cell]
    environ = {**os.environ, "IPYTHONDIR": place["home"]}
    return lambda: subprocess.run(command, check=True, capture_output=True, env=environ).returncode


def essence(answer: Any) -> Mapping[str, Any]:
    """How it ended."""
    return {"code": answer}


TASK = Task(
    name="load",
    title="IPython started, %load_ext dockmagic, ended",
    person="What the line in a profile or at the top of a notebook costs when nothing is asked yet.",
    module=__name__,
    prepare=prepare,
    essence=essence,
    times={1: 3},
    subjects=(Subject("dockmagic", ours), Subject("limit: IPython alone", limit)),
    goals=(Goal("wall", 1.10, of="limit: IPython alone"), Goal("cpu", 1.10, of="limit: IPython alone")),
)
