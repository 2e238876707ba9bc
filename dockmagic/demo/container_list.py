"""Which containers `docker ps` lists: all or those that run, the last n, and the filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo.container_json import container_row
from dockmagic.demo.problems import Problem, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.demo.containers import Container
    from dockmagic.demo.filters import Filters
    from dockmagic.demo.world import World

__all__ = ["CONTAINER_FILTERS", "all_true", "list_containers"]

CONTAINER_FILTERS = (
    *("ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name", "network"),
    *("publish", "since", "status", "volume"),
)
_STATES = {"created", "running", "paused", "restarting", "removing", "exited", "dead"}
_HEALTHS = {"starting", "healthy", "unhealthy", "none"}


def list_containers(
    world: World, filters: Filters, *, all: bool = False, limit: int = 0, size: bool = False
) -> list[dict[str, Any]]:
    """The rows, newest first. Raises Problem for a filter's value that cannot be one."""
    _check(filters)
    everything = all or limit > 0 or "status" in filters or "exited" in filters or "health" in filters
    wanted = _tests(world, filters)
    newest = sorted(world.containers, key=lambda each: each.created)[::-1]
    chosen: list[Container] = []
    for container in newest:
        if not everything and not container.running:
            continue
        if all_true(wanted, container):
            chosen.append(container)
            if limit > 0 and len(chosen) == limit:
                break
    return [container_row(world, container, size=size) for container in chosen]


def all_true(tests: list[Callable[[Container], bool]], container: Container) -> bool:
    """Whether a container passes every test."""
    return not any(not test(container) for test in tests)


def _check(filters: Filters) -> None:
    for state in filters.get("status", ()):
        if state not in _STATES:
            raise bad_request(f"invalid filter 'status={state}'")
    for health in filters.get("health", ()):
        if health not in _HEALTHS:
            raise bad_request(f"unrecognized filter value for health: {health}")
    for code in filters.get("exited", ()):
        if not code.lstrip("-").isdigit():
            raise bad_request(f"invalid filter 'exited={code}': strconv.Atoi: parsing \"{code}\": invalid syntax")
    for key in ("publish", "expose"):
        for port in filters.get(key, ()):
            if not port.partition("/")[0].partition("-")[0].isdigit():
                message = f'strconv.ParseUint: parsing "{port}": invalid syntax'
                raise Problem(500, f"error while looking up for {key} {port}: {message}")


def _tests(world: World, filters: Filters) -> list[Callable[[Container], bool]]:
    """One test per filter that was given, each as a function of a container."""
    before = [world.containers.find(name).created for name in filters.get("before", ())]
    since = [world.containers.find(name).created for name in filters.get("since", ())]
    tests: dict[str, Callable[[Container], bool]] = {
        "ancestor": lambda each: each.image_id in ancestors,
        "before": lambda each: each.created < min(before),
        "exited": lambda each: each.status == "exited" and filters.exact("exited", str(each.exit_code)),
        "expose": lambda each: filters.exact("expose", *_numbers(each.config.get("ExposedPorts") or {})),
        "health": lambda each: filters.exact("health", each.health.status if each.health else "none"),
        "id": lambda each: filters.prefix("id", each.id),
        "label": lambda each: filters.labels("label", each.labels),
        "name": lambda each: filters.pattern("name", f"/{each.name}", each.name),
        "network": lambda each: bool(networks & each.networks.keys()),
        "publish": lambda each: filters.exact("publish", *_numbers(each.ports)),
        "since": lambda each: each.created > max(since),
        "status": lambda each: filters.exact("status", each.status),
        "volume": lambda each: filters.exact(
            "volume", *(text for mount in each.mounts for text in (mount.get("Name", ""), mount["Destination"]) if text)
        ),
        "is-task": lambda _: "true" not in filters["is-task"],
    }
    ancestors = _ancestors(world, filters)
    networks = _network_names(world, filters)
    return [test for key, test in tests.items() if key in filters]


def _numbers(ports: dict[str, Any]) -> list[str]:
    return [text for port in ports for text in (port, port.partition("/")[0])]


def _ancestors(world: World, filters: Filters) -> set[str]:
    """The images asked for, and all that were built on them."""
    found: set[str] = set()
    for name in filters.get("ancestor", ()):
        try:
            found.add(world.images.find(name).id)
        except Problem:  # an image that is not there has no containers
            continue
    while True:
        more = {image.id for image in world.images.by_id.values() if image.parent in found} - found
        if not more:
            return found
        found |= more


def _network_names(world: World, filters: Filters) -> set[str]:
    wanted = filters.get("network", ())
    return {each.name for each in world.networks.values() if any(name in (each.name, each.id) for name in wanted)}
