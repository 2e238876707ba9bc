"""load: the whole process of IPython with the extension loaded, against IPython alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.rounds import Mark, Pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]


@contextmanager
def prepare(_: Dockerd) -> Iterator[Pair]:
    """A profile of its own for both."""
    with tempfile.TemporaryDirectory() as home:

        def run(cell: str) -> int:
            command = [sys.executable, "-m", "IPython", "--no-banner", "--quick", "--colors=NoColor", "-c", cell]
            environ = {**os.environ, "IPYTHONDIR": home}
            return subprocess.run(command, check=True, capture_output=True, env=environ).returncode

        yield Pair(lambda: run("%load_ext dockmagic"), lambda: run("pass"))


MARK = Mark(
    name="load",
    ours="IPython, %load_ext dockmagic, exit",
    reference="IPython, exit",
    judged="wall",
    limit=1.1,
    times=1,
    prepare=prepare,
    essence=lambda code: code,
)
