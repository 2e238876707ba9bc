"""Health checks: starting, then healthy or unhealthy, as a container's checks come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dockmagic.demo.clock import SECOND, rfc3339
from dockmagic.demo.containers import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.demo.containers import Container
    from dockmagic.demo.world import World

__all__ = ["Health", "check", "start_checks"]

_INTERVAL, _RETRIES, _KEPT = 30.0, 3, 5


@dataclass(slots=True)
class Health:
    """What the checks of one container have said. `failing` makes the next ones fail, with that output."""

    test: list[str]
    interval: float = _INTERVAL
    retries: int = _RETRIES
    start_period: float = 0.0
    status: str = "starting"
    streak: int = 0
    failing: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, config: Mapping[str, Any] | None) -> Health | None:
        """The checks that a container's Healthcheck asks for; None for none."""
        test = list((config or {}).get("Test") or [])
        if not test or test == ["NONE"]:
            return None
        given = config or {}
        return cls(
            test,
            interval=max((given.get("Interval") or 0) / SECOND, 0) or _INTERVAL,
            retries=int(given.get("Retries") or _RETRIES),
            start_period=(given.get("StartPeriod") or 0) / SECOND,
        )

    def as_json(self) -> dict[str, Any]:
        """As inspect shows it."""
        return {"Status": self.status, "FailingStreak": self.streak, "Log": self.log}


def start_checks(world: World, container: Container) -> None:
    """Begin anew, as at each start: what ailed the program ended with it."""
    health = container.health
    if health is None:
        return
    health.status, health.streak, health.log, health.failing = "starting", 0, [], ""
    _plan(world, container)


def _plan(world: World, container: Container) -> None:
    health = container.health
    if health is not None:
        container.timers.append(world.timeline.after(health.interval, lambda: _tick(world, container)))


def _tick(world: World, container: Container) -> None:
    if container.status == "running":
        check(world, container)
    if container.running:
        _plan(world, container)


def check(world: World, container: Container) -> None:
    """One check: the events of its exec, and the new status if it changes. `false` and `exit N` fail."""
    health = container.health
    if health is None:
        return
    command = " ".join(["/bin/sh", "-c", *health.test[1:]] if health.test[0] == "CMD-SHELL" else health.test[1:])
    failed = bool(health.failing) or health.test[1:] in (["false"], ["exit 1"])
    identity = world.identities.digest()
    now = world.timeline.now
    record(world, f"exec_create: {command}", container, execID=identity)
    record(world, f"exec_start: {command}", container, execID=identity)
    record(world, "exec_die", container, execID=identity, exitCode=str(int(failed)))
    result = {"Start": rfc3339(now), "End": rfc3339(now), "ExitCode": int(failed), "Output": health.failing}
    health.log = [*health.log, result][-_KEPT:]
    before = health.status
    if not failed:
        health.status, health.streak = "healthy", 0
    elif health.status != "starting" or now - container.started >= health.start_period * SECOND:
        health.streak += 1
        if health.streak >= health.retries:
            health.status = "unhealthy"
    if health.status != before:
        record(world, f"health_status: {health.status}", container)
