"""dashboard: a change among 300 containers, until it stands in a page of JupyterLab; and what idling costs."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.places import create, dockerd, started, web_container
from benchmarks.task import Goal, Setting, Subject, Task
from tests.engines.http import checked, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.task import Place

__all__ = ["TASK"]

_RUNNING = 20
"""So many of them run: they are sampled every two seconds while the page can be seen."""

_IDLE = 10.0
"""Seconds in which nothing happens."""

_WATCH = """() => {
  window.arrived = {};
  const look = () => {
    for (const cell of document.querySelectorAll('.dm-dash tbody td.dm-dash-strong'))
      if (cell.textContent.startsWith('renamed-')) window.arrived[cell.textContent] ??= Date.now();
  };
  const table = document.querySelector('.dm-dash tbody');
  new MutationObserver(look).observe(table, { subtree: true, childList: true, characterData: true });
}"""
_ARRIVED = "name => window.arrived[name]"


@contextmanager
def prepare(size: int) -> Iterator[Setting]:
    """The containers, a few of which run."""
    with dockerd() as path, tempfile.TemporaryDirectory() as home:
        created = create(path, {f"web-{number}": web_container(number) for number in range(size - _RUNNING)})
        started(path, [f"idle-{number}" for number in range(_RUNNING)])
        yield Setting({"socket": path, "home": home, "created": created, "size": size})


def ours(place: Place) -> Iterator[Callable[[], Any]]:
    """`%dashboard`, in a browser that nobody sees."""
    from tests.browser.dashboard_lab import opened
    from tests.browser.servers import jupyterlab

    numbers = count()
    cells = (f"%load_ext dockmagic\n%dconnect unix://{place['socket']};", "board = %dashboard\nboard")
    with jupyterlab(Path(place["home"]), port=_free_port()) as server, opened(server, *cells, name="board") as lab:
        lab.page.locator(".dm-dash tbody tr").nth(place["size"] - 1).wait_for()
        lab.page.evaluate(_WATCH)
        pid = Path(place["home"]) / "pid"
        lab.execute(f"import os, pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))", wait=True)
        kernel = int(pid.read_text(encoding="utf-8"))

        def call() -> tuple[int, dict[str, float]]:
            idle = _share_of_a_processor(kernel)
            number = next(numbers)
            name = f"renamed-{number}"
            begin = time.time()
            checked(request(place["socket"], "POST", f"/containers/{place['created'][number]}/rename?name={name}"))
            lab.page.wait_for_function(_ARRIVED, arg=name)
            seconds = lab.page.evaluate(_ARRIVED, name) / 1000 - begin
            return lab.page.locator(".dm-dash tbody tr").count(), {"page": seconds, "idle": 100 * idle}

        yield call


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _share_of_a_processor(pid: int) -> float:
    """How much of one a process uses, over a while."""

    def used() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before, begin = used(), time.monotonic()
    time.sleep(_IDLE)
    return (used() - before) / (time.monotonic() - begin)


def essence(answer: Any) -> Mapping[str, Any]:
    """How many rows the page has."""
    return {"count": answer}


TASK = Task(
    name="dashboard",
    title="a change among {size} containers, until it stands in the page",
    person="How late a dashboard is, the engine's answer to the change included, and what it costs to leave it open: "
    "its kernel's share of a processor while nothing happens. (The time of a call is mostly that of waiting.)",
    module=__name__,
    prepare=prepare,
    essence=essence,
    sizes={300: 60},
    subjects=(Subject("dockmagic", ours, figures=True),),
    goals=(
        Goal("page", 0.3, unit="s", says="from the change to the page, in any round"),
        Goal("idle", 5, unit="%", says="of a processor while nothing happens, in any round"),
    ),
)
