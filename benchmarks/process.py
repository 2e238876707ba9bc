"""A subject's process, from outside: it is started, asked for samples, and ended."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from benchmarks.task import Environment, Place, Subject, Task

__all__ = ["SubjectFailed", "SubjectProcess", "missing_environments"]

_ROOT = Path(__file__).resolve().parent.parent
PEERS = _ROOT / "build" / "peers" / "bin" / "python"
PYARROW = _ROOT / "build" / "pyarrow"

_PATIENCE = 120.0  # seconds for one sample; the slowest takes half a minute


class SubjectFailed(Exception):
    """A subject raised, and the message is its traceback; or it does not answer, for which engines are known too."""


class SubjectProcess:
    """A context manager. `versions` tells what the subject's interpreter has; `patience` is seconds for one sample."""

    def __init__(self, task: Task, subject: Subject, place: Place, *, patience: float = _PATIENCE) -> None:
        self.subject = subject
        self._patience = patience
        self.versions: dict[str, Any] = {}
        self._place = place
        self._command = [_interpreter(subject.environment), "-m", "benchmarks.worker"]
        self._command += [task.module, subject.function.__name__]

    def __enter__(self) -> Self:
        environ = _environ(self.subject.environment)
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=environ
        )
        try:
            self.versions = self._asked(json.dumps(self._place))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def sample(self, times: int) -> dict[str, Any]:
        """One sample of so many calls. Raises SubjectFailed."""
        return self._asked(str(times))

    def _asked(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            if not select.select([self._process.stdout], [], [], self._patience)[0]:
                self._process.kill()
                raise SubjectFailed(f"{self.subject.name}: no answer in {self._patience:.0f} s")
            told = self._process.stdout.readline()
        except BrokenPipeError:
            told = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(told or '{"error": "its process ended"}')
        if "error" in answer:
            raise SubjectFailed(f"{self.subject.name}: {answer['error']}")
        return answer


def missing_environments() -> str | None:
    """What `make bench` would have made and is not there, in a sentence, or None."""
    absent = [str(path.relative_to(_ROOT)) for path in (PEERS, PYARROW) if not path.exists()]
    return f"there is no {' and no '.join(absent)}: make bench makes it" if absent else None


def _interpreter(environment: Environment) -> str:
    return str(PEERS) if environment == "peers" else sys.executable


def _environ(environment: Environment) -> dict[str, str]:
    """Nothing of the person who measures decides which engine is asked, or how."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DOCKER_", "DOCKMAGIC_", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(PYARROW)} if environment == "pyarrow" else kept
