"""The process of one subject: it stays warm from round to round. `python -m benchmarks.worker MODULE FUNCTION`.

Lines of JSON go in and out: in comes what the subject is told (once), then how many calls to make (each time); out goes
what one sample took. The process ends with its standard input.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
import traceback
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_LIBRARIES = (
    *("dockmagic", "docker", "aiodocker", "python-on-whales", "httpx", "httptools", "orjson"),
    *("pandas", "numpy", "pyarrow", "IPython", "ipykernel"),
)
_KILOBYTE, _MEGABYTE = 1024, 1_000_000


def main(module: str, function: str) -> None:
    """Serve until the end of the standard input."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints goes where it can be read
    try:
        task = import_module(module).TASK
        subject = next(each for each in task.subjects if each.function.__name__ == function)
        place = json.loads(sys.stdin.readline())
        with contextmanager(subject.function)(place) as call:
            _say(answers, {"python": sys.version.split()[0], "libraries": _libraries()})
            for line in sys.stdin:
                answer, sample = _sampled(call, int(line), figures=subject.figures)
                sample["answer"] = task.essence(answer)
                del answer  # taken apart off the clock
                _say(answers, sample)
    except Exception:  # noqa: BLE001 - whatever it is, the other side is the one to tell it
        _say(answers, {"error": traceback.format_exc()})


def _say(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _sampled(call: Callable[[], Any], times: int, *, figures: bool) -> tuple[Any, dict[str, Any]]:
    """The last answer, and seconds per call and the growth in MB of one sample, without the garbage of the one before.

    The processor's time is that of this process and of the children that it has waited for.
    """
    gc.collect()
    answer: Any = None
    resident = _forget_peak()
    before, wall = _cpu(), time.perf_counter()
    for _ in range(times):
        answer = call()
    wall, cpu = time.perf_counter() - wall, _cpu() - before
    growth = (_status("VmHWM") - resident) / _MEGABYTE
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _KILOBYTE / _MEGABYTE
    answer, told = answer if figures else (answer, {})
    sample = {"wall": wall / times, "cpu": cpu / times, "memory": growth, "children_memory": children, **told}
    return answer, sample


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _forget_peak() -> int:
    """Bytes in memory now; VmHWM begins again from here (man proc_pid_clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(key: str) -> int:
    """Bytes, from /proc/self/status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * _KILOBYTE for line in lines if line.startswith(key))


def _libraries() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
