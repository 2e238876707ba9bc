"""`build` that is interrupted: the engine ends it, and nothing is left on either side."""

from __future__ import annotations

import os
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockmagic import build
from dockmagic.feeds.build_lines import BuildLines
from dockmagic.widgets.build_view import BuildView
from tests.engine.scripted import PROMPT, eventually
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.commands.builds import Context
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


class Begun(BuildLines):
    """A watcher that notes when a RUN has begun to print."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        super().__init__(self._tell_begun)

    def _tell_begun(self, line: str) -> None:
        if line.strip().startswith("begun"):
            self.begun.set()


def threads() -> list[str]:
    """Those of ours that run."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dockmagic-")]


def processes(mark: str) -> list[str]:
    """The processes of this machine in whose command line `mark` stands: those of containers too."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "cmdline").read_bytes():
                found.append(entry.name)
        except OSError:
            continue  # it has ended
    return [each for each in found if each != str(os.getpid())]


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_an_interrupt_ends_the_build_on_the_engine_and_leaves_nothing(
    engine: Engine, label: str, docker_cli: DockerCli, builder: str
) -> None:
    """Its process is killed at once, its container removed, our threads have ended, and the next build is one."""
    mark = uuid.uuid4().hex
    before = docker_cli("ps", "-aq").split()
    watcher = Begun()

    def work() -> None:
        dockerfile = f"FROM bb:1\nRUN echo begun; sleep 1000; echo {mark}\n"
        build(engine, dockerfile=dockerfile, builder=builder, labels=[label], watcher=watcher)

    assert interrupted(work, watcher.begun) < PROMPT
    assert eventually(lambda: threads() == [])
    assert eventually(lambda: processes(mark) == [])
    assert eventually(lambda: docker_cli("ps", "-aq").split() == before)
    again = build(engine, dockerfile="FROM bb:1\nENV A=1\n", builder=builder, labels=[label], progress="none")
    assert len(again) == 1


def test_an_interrupted_view_says_so_and_its_thread_has_ended(engine: Engine, label: str) -> None:
    """The last that a notebook shows of it."""
    shown: list[Mapping[str, str]] = []
    begun = threading.Event()

    def display(bundle: Mapping[str, str]) -> Callable[[Mapping[str, str]], object]:
        def update(newer: Mapping[str, str]) -> None:
            shown.append(newer)
            if "    begun" in newer["text/plain"]:
                begun.set()

        update(bundle)
        return update

    def work() -> None:
        dockerfile = f"FROM bb:1\nRUN echo begun; sleep 1000; echo {uuid.uuid4().hex}\n"
        build(engine, dockerfile=dockerfile, labels=[label], watcher=BuildView(display))

    assert interrupted(work, begun) < PROMPT
    assert eventually(lambda: threads() == [])
    assert "interrupted with BuildKit" in shown[-1]["text/html"]


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_an_interrupt_while_the_context_is_sent_ends_the_build(
    engine: Engine, label: str, context: Context, builder: str
) -> None:
    """By either way: as an archive, or by the session. The file has a terabyte, and is nothing but a hole."""
    where = context("FROM scratch\nCOPY hole /\n", hole="x")
    os.truncate(f"{where}/hole", 1 << 40)
    began = threading.Event()

    class Beginning(BuildLines):
        def begin(self, title: str, builder: str) -> None:
            began.set()

    def work() -> None:
        build(engine, where, builder=builder, labels=[label], watcher=Beginning(lambda _: None))

    assert interrupted(work, began) < PROMPT
    assert eventually(lambda: threads() == [])
    assert len(build(engine, dockerfile="FROM bb:1\n", builder=builder, labels=[label], progress="none")) == 1


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_an_interrupted_magic_is_two_lines_and_the_next_one_works(
    shell: InteractiveShell,
    engine_process: Dockerd,
    label: str,
    builder: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the same engine."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    mark = uuid.uuid4().hex
    begun = threading.Event()
    watching = threading.Thread(target=lambda: begun.set() if eventually(lambda: processes(mark) != []) else None)
    shell.run_line_magic("load_ext", "dockmagic")
    watching.start()

    def work() -> None:
        cell = f"FROM bb:1\nRUN sleep 1000; echo {mark}\n"
        shell.run_cell_magic("dbuild", f"--builder {builder} --label {label}", cell)

    assert interrupted(work, begun) < PROMPT
    watching.join()
    assert eventually(lambda: threads() == [])
    assert eventually(lambda: processes(mark) == [])
    ids = shell.run_cell_magic("dbuild", f"-q --builder {builder} --label {label}", "FROM bb:1\nENV A=1\n")
    assert len(ids) == 1
