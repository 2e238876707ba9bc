"""Execs: a second command in a container that runs, played from its script."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dockmagic.demo.containers import record
from dockmagic.demo.listeners import Listeners
from dockmagic.demo.logs import Log
from dockmagic.demo.problems import Problem, bad_request, conflict
from dockmagic.demo.programs import program
from dockmagic.demo.steps import FOREVER, Typed, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.demo.containers import Container
    from dockmagic.demo.programs import Program
    from dockmagic.demo.steps import Machine
    from dockmagic.demo.world import World

__all__ = ["Exec", "create_exec", "end_exec", "exec_json", "find_exec", "start_exec"]

_KEPT = 1000


@dataclass(slots=True, eq=False)
class Exec:
    """One exec: what it runs, and how far it is."""

    id: str
    container: Container
    config: dict[str, Any]
    running: bool = False
    exit_code: int | None = None
    pid: int = 0
    log: Log = field(default_factory=Log)
    ends: Listeners[int] = field(default_factory=Listeners)
    program: Program | None = None
    machine: Machine | None = None

    @property
    def tty(self) -> bool:
        """Whether it has a terminal."""
        return bool(self.config.get("Tty"))

    @property
    def argv(self) -> list[str]:
        """The command line."""
        return [str(word) for word in self.config["Cmd"]]


def create_exec(world: World, container: Container, body: Mapping[str, Any]) -> Exec:
    """Make an exec. Raises Problem without a command, and where the container does not run or is paused."""
    if not body.get("Cmd") or not isinstance(body["Cmd"], list):
        raise bad_request("No exec command specified")
    if container.status == "paused":
        raise conflict(f"Container {container.name} is paused, unpause the container before exec")
    if container.status != "running" or container.machine is None:
        raise conflict(f"container {container.id} is not running")
    made = Exec(world.identities.digest(), container, dict(body))
    while len(world.execs) >= _KEPT:
        del world.execs[next(iter(world.execs))]
    world.execs[made.id] = made
    record(world, f"exec_create: {' '.join(made.argv)}", container, execID=made.id)
    return made


def find_exec(world: World, identity: str) -> Exec:
    """An exec by its id. Raises Problem where there is none."""
    if identity not in world.execs:
        raise Problem(404, f"No such exec instance: {identity}")
    return world.execs[identity]


def start_exec(world: World, started: Exec) -> None:
    """Play it. Raises Problem where it was played before, and where its container has ended meanwhile."""
    container = started.container
    if started.running or started.exit_code is not None:
        raise conflict(f"Error: Exec command {started.id} has already run")
    if container.status != "running" or container.machine is None:
        raise conflict(f"container {container.id} is not running")
    environ = dict(each.partition("=")[::2] for each in started.config.get("Env") or [])
    started.machine = replace(
        container.machine,
        env={**container.machine.env, **environ},
        workdir=started.config.get("WorkingDir") or container.machine.workdir,
        user=started.config.get("User") or container.machine.user,
        interactive=bool(started.config.get("AttachStdin")),
        typed=Typed(),
    )
    started.program = program(started.argv, started.machine)
    started.running, started.pid = True, world.next_pid()
    container.execs.append(started.id)
    record(world, f"exec_start: {' '.join(started.argv)}", container, execID=started.id)
    leave = container.exits.join(lambda _: end_exec(world, started, 137))
    started.ends.join(lambda _: leave())
    world.timeline.after(0, lambda: _play(world, started))


def _play(world: World, started: Exec) -> None:
    if not started.running or started.program is None or started.machine is None:
        return
    for _ in range(200):
        started.machine.now = world.timeline.now
        try:
            step = next(started.program.steps)
        except StopIteration as end:
            end_exec(world, started, int(end.value or 0))
            return
        if isinstance(step, Wait):
            if step.seconds != FOREVER:
                world.timeline.after(step.seconds, lambda: _play(world, started))
            return
        started.log.write(world.timeline.now, step.stream, step.text)
    world.timeline.after(0.05, lambda: _play(world, started))


def end_exec(world: World, started: Exec, code: int) -> None:
    """It ends, by itself or because its container does."""
    if not started.running:
        return
    started.running, started.exit_code = False, code
    if started.id in started.container.execs:
        started.container.execs.remove(started.id)
    record(world, "exec_die", started.container, execID=started.id, exitCode=str(code))
    started.ends.publish(code)


def exec_json(known: Exec) -> dict[str, Any]:
    """An exec as the API shows it."""
    process = {
        "tty": known.tty,
        "entrypoint": known.argv[0],
        "arguments": known.argv[1:],
        "privileged": bool(known.config.get("Privileged")),
    }
    return {
        "ID": known.id,
        "Running": known.running,
        "ExitCode": known.exit_code,
        "ProcessConfig": process | ({"user": known.config["User"]} if known.config.get("User") else {}),
        "OpenStdin": bool(known.config.get("AttachStdin")),
        "OpenStderr": bool(known.config.get("AttachStderr")),
        "OpenStdout": bool(known.config.get("AttachStdout")),
        "CanRemove": False,
        "ContainerID": known.container.id,
        "DetachKeys": "",
        "Pid": known.pid,
    }
