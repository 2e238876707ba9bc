"""/containers: the list, one of them, and what is done to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dockmagic.demo import body_types
from dockmagic.demo.call import Reply, Stream, next_of
from dockmagic.demo.changes import changes
from dockmagic.demo.container_json import inspect_container
from dockmagic.demo.container_list import CONTAINER_FILTERS, list_containers
from dockmagic.demo.containers import record, rename
from dockmagic.demo.creation import create_container
from dockmagic.demo.lifecycle import ask_to_stop, kill, pause, remove, start, unpause
from dockmagic.demo.problems import bad_request, conflict, not_done
from dockmagic.demo.processes import top
from dockmagic.demo.prune import PRUNE_FILTERS, prune_containers
from dockmagic.demo.routing import route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dockmagic.demo.call import Call
    from dockmagic.demo.containers import Container

__all__ = [
    "changed",
    "created",
    "inspected",
    "killed",
    "listed",
    "paused",
    "processes",
    "pruned",
    "removed",
    "renamed",
    "resized",
    "restarted",
    "started",
    "stopped",
    "unpaused",
    "updated",
    "waited",
]

_CONDITIONS = {"", "not-running", "next-exit", "removed"}


def _container(call: Call) -> Container:
    return call.world.containers.find(call.name)


@route("GET", "/containers/json")
def listed(call: Call) -> list[dict[str, Any]]:
    """`docker ps`."""
    limit = call.number("limit") or 0
    filters = call.filters(CONTAINER_FILTERS)
    return list_containers(call.world, filters, all=call.flag("all"), limit=limit, size=call.flag("size"))


@route("POST", "/containers/create")
def created(call: Call) -> Reply:
    """`docker create`."""
    container = create_container(call.world, call.json(body_types.CONTAINER), name=call.text("name"))
    return Reply(201, {"Id": container.id, "Warnings": []})


@route("POST", "/containers/prune")
def pruned(call: Call) -> dict[str, Any]:
    """`docker container prune`."""
    return prune_containers(call.world, call.filters(PRUNE_FILTERS["containers"]))


@route("GET", "/containers/{name}/json")
def inspected(call: Call) -> dict[str, Any]:
    """`docker inspect`."""
    return inspect_container(call.world, _container(call), size=call.flag("size"))


@route("POST", "/containers/{name}/start")
def started(call: Call) -> Reply:
    """`docker start`: 304 where it runs already."""
    return Reply(204 if start(call.world, _container(call)) else 304)


@route("POST", "/containers/{name}/stop")
async def stopped(call: Call) -> Reply:
    """`docker stop`: answered when it has ended; 304 where it does not run."""
    container, seconds = _container(call), call.number("t")
    if not ask_to_stop(call.world, container, seconds=seconds, signal=call.text("signal")):
        return Reply(304)
    await _ended(container)
    return Reply(204)


@route("POST", "/containers/{name}/restart")
async def restarted(call: Call) -> Reply:
    """`docker restart`: stopped where it runs, then started."""
    container, seconds = _container(call), call.number("t")
    if ask_to_stop(call.world, container, seconds=seconds, signal=call.text("signal")):
        await _ended(container)
    start(call.world, container)
    record(call.world, "restart", container)
    return Reply(204)


async def _ended(container: Container) -> None:
    while container.running:
        await next_of(container.exits)


@route("POST", "/containers/{name}/kill")
def killed(call: Call) -> Reply:
    """`docker kill`."""
    kill(call.world, _container(call), call.text("signal"))
    return Reply(204)


@route("POST", "/containers/{name}/pause")
def paused(call: Call) -> Reply:
    """`docker pause`."""
    pause(call.world, _container(call))
    return Reply(204)


@route("POST", "/containers/{name}/unpause")
def unpaused(call: Call) -> Reply:
    """`docker unpause`."""
    unpause(call.world, _container(call))
    return Reply(204)


@route("POST", "/containers/{name}/rename")
def renamed(call: Call) -> Reply:
    """`docker rename`."""
    rename(call.world, _container(call), call.text("name"))
    return Reply(204)


@route("POST", "/containers/{name}/update")
def updated(call: Call) -> dict[str, Any]:
    """`docker update`."""
    container, body = _container(call), call.json(body_types.UPDATE)
    policy = body.pop("RestartPolicy", None) or {}
    if policy.get("Name"):
        if container.host_config["AutoRemove"] and policy["Name"] != "no":
            raise conflict(
                f"Cannot update container {container.id}: Restart policy cannot be updated because AutoRemove is "
                "enabled for the container"
            )
        container.host_config["RestartPolicy"] = {"Name": policy["Name"], "MaximumRetryCount": 0, **policy}
    container.host_config |= {key: value for key, value in body.items() if key in container.host_config and value}
    record(call.world, "update", container)
    return {"Warnings": None}


@route("POST", "/containers/{name}/resize")
def resized(call: Call) -> Reply:
    """The size of its terminal, which nothing here has."""
    container = _container(call)
    if not container.running:
        raise conflict(f"container {container.id} is not running")
    return Reply(200)


@route("POST", "/containers/{name}/wait")
def waited(call: Call) -> Stream:
    """`docker wait`: the headers at once, the exit code when it is known."""
    condition = call.text("condition")
    if condition not in _CONDITIONS:
        raise bad_request(f"invalid condition: {json.dumps(condition)}")
    return Stream(_exit_code(_container(call), condition))


async def _exit_code(container: Container, condition: str) -> AsyncIterator[bytes]:
    if condition == "removed":
        if not container.removed:
            await next_of(container.removals)
    elif condition == "next-exit" or container.running:
        await next_of(container.exits)
        while condition != "next-exit" and container.running:
            await next_of(container.exits)
    yield json.dumps({"StatusCode": container.exit_code}).encode() + b"\n"


@route("DELETE", "/containers/{name}")
def removed(call: Call) -> Reply:
    """`docker rm`."""
    if call.flag("link"):
        raise not_done("links of containers")
    remove(call.world, _container(call), force=call.flag("force"), volumes=call.flag("v"))
    return Reply(204)


@route("GET", "/containers/{name}/top")
def processes(call: Call) -> dict[str, Any]:
    """`docker top`."""
    return top(call.world, _container(call), call.text("ps_args"))


@route("GET", "/containers/{name}/changes")
def changed(call: Call) -> list[dict[str, Any]] | None:
    """`docker diff`."""
    return changes(call.world, _container(call))
