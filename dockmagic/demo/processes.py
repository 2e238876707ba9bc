"""`docker top`: the processes that a container would have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo.clock import SECOND
from dockmagic.demo.containers import record
from dockmagic.demo.problems import conflict
from dockmagic.demo.stats import sample

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container
    from dockmagic.demo.world import World

__all__ = ["top"]

_FULL = ("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD")
_BSD = ("USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND")


def top(world: World, container: Container, ps_args: str) -> dict[str, Any]:
    """Titles and processes, of `ps -ef`, or of `ps aux`. Raises Problem where it does not run."""
    if not container.running or container.status == "restarting":
        raise conflict(f"container {container.id} is not running")
    record(world, "top", container)
    user = container.config["User"] or "root"
    minutes = f"{(container.started // SECOND // 3600) % 24:02d}:{(container.started // SECOND // 60) % 60:02d}"
    bsd = "aux" in ps_args or "u" in ps_args.removeprefix("-").split(" ")[0]
    memory = sample(world, container)["memory_stats"].get("usage", 0)
    rows = []
    for number, command in enumerate(_commands(world, container)):
        pid = str(container.pid + number)
        parent = str(container.pid if number else max(container.pid - 22, 1))
        share = memory // 1024 // (number + 1)
        if bsd:
            used = [f"{memory * 100 / world.memory:.1f}", str(share * 3), str(share)]
            rows.append([user, pid, "0.0", *used, "?", "Ss", minutes, "0:00", command])
        else:
            rows.append([user, pid, parent, "0", minutes, "?", "00:00:00", command])
    return {"Processes": rows, "Titles": list(_BSD if bsd else _FULL)}


def _commands(world: World, container: Container) -> list[str]:
    """The command, and the workers of a server that has some."""
    main = " ".join(container.argv)
    if "nginx" in main:
        return ["nginx: master process nginx -g daemon off;", *["nginx: worker process"] * 2]
    if main.endswith("postgres"):
        return ["postgres", "postgres: checkpointer", "postgres: background writer", "postgres: walwriter"]
    running = [each for each in world.execs.values() if each.container is container and each.running]
    return [main, *(" ".join(each.argv) for each in running)]
