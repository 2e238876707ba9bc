"""A container's life: start, stop, kill, pause, restart and its end, and the script that is played meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.demo.attachment import attach, detach
from dockmagic.demo.clock import SECOND
from dockmagic.demo.containers import record
from dockmagic.demo.health import start_checks
from dockmagic.demo.problems import Problem, conflict
from dockmagic.demo.programs import program
from dockmagic.demo.signals import KILLING, signal_number
from dockmagic.demo.stats import become
from dockmagic.demo.steps import FOREVER, Machine, Wait
from dockmagic.demo.volumes import ANONYMOUS, drop_volume, fill_volumes, keep_written, users_of_volumes

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container
    from dockmagic.demo.world import World

__all__ = ["ask_to_stop", "finish", "kill", "pause", "remove", "start", "unpause"]

_AT_ONCE = 200  # steps of a script that are played without a pause; then comes the next moment
_STEADY = 10 * SECOND  # whoever ran as long begins anew with its restarts


def start(world: World, container: Container) -> bool:
    """Start it; False if it runs already. Raises Problem where it is paused, or where a network or port is missing."""
    if container.status == "paused":
        raise conflict("cannot start a paused container, try unpause instead")
    if container.running:
        return False
    container.stopped_by_hand = False
    try:
        attach(world, container)
    except Problem as problem:
        detach(world, container)
        container.error = problem.message
        raise
    _begin(world, container)
    return True


def _begin(world: World, container: Container) -> None:
    for mount in container.mounts:
        if mount.get("Name"):
            attributes = {"container": container.id, "destination": mount["Destination"], "driver": "local"}
            more = {"propagation": "", "read/write": str(mount["RW"]).lower()}
            world.events.record("volume", "mount", mount["Name"], attributes | more)
    container.status, container.error, container.exit_code = "running", "", 0
    container.started, container.pid = world.timeline.now, world.next_pid()
    container.load, container.load_since, container.worked = 1.0, container.started, 0.0
    image = world.images.by_id.get(container.image_id)
    environ = {"HOSTNAME": container.config["Hostname"], "HOME": "/root"}
    environ |= dict(each.partition("=")[::2] for each in container.config["Env"])
    container.machine = Machine(
        hostname=container.config["Hostname"],
        image=container.image,
        env=environ,
        workdir=container.config["WorkingDir"] or "/",
        user=container.config["User"] or "root",
        release=image.release if image else "",
        files=set(image.files) if image else set(),
        main=" ".join(container.argv),
        interactive=bool(container.config.get("OpenStdin")),
        typed=container.typed,
        now=world.timeline.now,
        seed=f"{container.id}{container.restart_count}",
    )
    container.program = program(container.argv, container.machine)
    if container.program.serves:
        fill_volumes(world, container)
    record(world, "start", container)
    start_checks(world, container)
    _later(world, container, 0.0)


def _later(world: World, container: Container, seconds: float) -> None:
    if seconds != FOREVER:
        container.timers = [timer for timer in container.timers if not timer.cancelled][-4:]
        container.timers.append(world.timeline.after(seconds, lambda: _play(world, container)))


def _play(world: World, container: Container) -> None:
    """Play the script up to its next pause, or to its end."""
    if container.status == "paused":
        _later(world, container, 0.2)
        return
    if container.status != "running" or container.program is None or container.machine is None:
        return
    for _ in range(_AT_ONCE):
        container.machine.now = world.timeline.now
        try:
            step = next(container.program.steps)
        except StopIteration as end:
            finish(world, container, int(end.value or 0))
            return
        if isinstance(step, Wait):
            _later(world, container, step.seconds)
            return
        container.log.write(world.timeline.now, step.stream, step.text)
    _later(world, container, 0.05)


def ask_to_stop(world: World, container: Container, *, seconds: float | None, signal: str = "") -> bool:
    """Send the signal that ends it, and KILL after `seconds` of grace; False if it does not run."""
    if not container.running:
        return False
    container.stopped_by_hand = True
    if container.status == "restarting":
        finish(world, container, container.exit_code, silent=True)
        return True
    number = signal_number(signal or container.config.get("StopSignal") or "SIGTERM", container.name)
    stop_timeout = container.config.get("StopTimeout")
    grace = seconds if seconds is not None else (10 if stop_timeout is None else stop_timeout)
    record(world, "kill", container, signal=str(number))
    code = container.program.on_term if container.program and container.status == "running" else None
    if code is not None:
        container.timers.append(world.timeline.after(0.1, lambda: _stopped(world, container, code)))
    elif grace >= 0:
        container.timers.append(world.timeline.after(grace, lambda: _killed(world, container)))
    return True


def _stopped(world: World, container: Container, code: int) -> None:
    finish(world, container, code)
    record(world, "stop", container)


def _killed(world: World, container: Container) -> None:
    record(world, "kill", container, signal="9")
    _stopped(world, container, 137)


def kill(world: World, container: Container, signal: str = "") -> None:
    """Send a signal. Raises Problem where it does not run, or for a signal that there is none."""
    number = signal_number(signal or "SIGKILL", container.name)
    if not container.running:
        raise conflict(f"cannot kill container: {container.name}: container {container.id} is not running")
    record(world, "kill", container, signal=str(number))
    if number == 9:  # noqa: PLR2004 - SIGKILL
        container.stopped_by_hand = True
        finish(world, container, 137)
    elif number in KILLING and container.program and container.program.on_term is not None:
        code = container.program.on_term
        container.stopped_by_hand = True
        container.timers.append(world.timeline.after(0.1, lambda: finish(world, container, code)))


def pause(world: World, container: Container) -> None:
    """Hold it. Raises Problem where it is held, or does not run."""
    if container.status == "paused":
        raise conflict(f"Container {container.id} is already paused")
    if container.status != "running":
        raise conflict(f"container {container.id} is not running")
    container.status = "paused"
    become(world, container, load=0.0)
    record(world, "pause", container)


def unpause(world: World, container: Container) -> None:
    """Let it go on. Raises Problem where it is not held."""
    if container.status != "paused":
        raise Problem(500, f"Container {container.id} is not paused")
    container.status = "running"
    become(world, container, load=1.0)
    record(world, "unpause", container)


def finish(world: World, container: Container, code: int, *, silent: bool = False) -> None:
    """Its process ends; a restart policy may start it again."""
    for timer in container.timers:
        timer.cancel()
    container.timers = []
    lasted = world.timeline.now - container.started
    container.exit_code, container.finished, container.pid = code, world.timeline.now, 0
    container.files = frozenset(container.machine.files) if container.machine else container.files
    keep_written(world, container)
    container.program = container.machine = None
    if not silent:
        detach(world, container)
        for mount in container.mounts:
            if mount.get("Name"):
                attributes = {"container": container.id, "driver": "local"}
                world.events.record("volume", "unmount", mount["Name"], attributes)
    again = _wants_restart(container, lasted)
    container.status = "restarting" if again else "exited"
    if container.health is not None:
        container.health.status = "unhealthy"
    if not silent:
        record(world, "die", container, exitCode=str(code), execDuration=str(lasted // SECOND))
    if again:
        seconds = min(0.1 * 2 ** min(container.restart_count, 10), 60)
        container.restart_count += 1
        container.timers.append(world.timeline.after(seconds, lambda: _again(world, container)))
    container.exits.publish(container)
    if container.host_config["AutoRemove"] and not again and not container.removed:
        _drop(world, container, volumes=True)


def _wants_restart(container: Container, lasted: int) -> bool:
    policy = container.host_config["RestartPolicy"]
    if lasted >= _STEADY:
        container.restart_count = 0
    if container.stopped_by_hand or policy["Name"] in {"", "no"}:
        return False
    limit = policy["MaximumRetryCount"]
    failed = container.exit_code != 0 and not (limit and container.restart_count >= limit)
    return failed if policy["Name"] == "on-failure" else True


def _again(world: World, container: Container) -> None:
    if container.status != "restarting":
        return
    container.status = "exited"
    try:
        attach(world, container)
    except Problem as problem:
        container.error = problem.message
        return
    _begin(world, container)


def remove(world: World, container: Container, *, force: bool, volumes: bool) -> None:
    """Remove it, with `force` while it runs. Raises Problem where it runs without that."""
    if container.running:
        if not force:
            state = {"paused": "paused", "restarting": "restarting"}.get(container.status, "running")
            remedy = {"paused": "unpause and then stop"}.get(state, "stop")
            raise conflict(
                f'cannot remove container "/{container.name}": container is {state}: '
                f"{remedy} the container before removing or force remove"
            )
        container.stopped_by_hand = True
        if container.status != "restarting":
            record(world, "kill", container, signal="9")
        finish(world, container, 137, silent=container.status == "restarting")
    if not container.removed:
        _drop(world, container, volumes=volumes)


def _drop(world: World, container: Container, *, volumes: bool) -> None:
    world.containers.drop(container)
    if volumes:
        used = users_of_volumes(world)
        for mount in container.mounts:
            volume = world.volumes.get(mount.get("Name", ""))
            if volume is not None and ANONYMOUS in (volume.labels or {}) and volume.name not in used:
                drop_volume(world, volume)
    record(world, "destroy", container)
