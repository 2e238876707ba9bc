"""Containers as the API shows them: a row of the list, and all that is known of one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from dockmagic.demo.attachment import network_settings
from dockmagic.demo.clock import SECOND, rfc3339
from dockmagic.demo.durations import human

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container
    from dockmagic.demo.world import World

__all__ = ["container_row", "inspect_container", "status_text"]


def container_row(world: World, container: Container, *, size: bool = False) -> dict[str, Any]:
    """One row of `docker ps`."""
    image = world.images.by_id.get(container.image_id)
    row = {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": _shown_image(world, container),
        "ImageID": container.image_id,
        "Command": _command(container.argv),
        "Created": container.created // SECOND,
        "Ports": _ports(container),
        "Labels": container.labels,
        "State": container.status,
        "Status": status_text(container, world.timeline.now),
        "HostConfig": {"NetworkMode": container.host_config["NetworkMode"]},
        "NetworkSettings": {"Networks": network_settings(world, container)},
        "Mounts": container.mounts,
    }
    if size:
        row |= {"SizeRootFs": (image.size if image else 0) + container.size_rw}
        row |= {"SizeRw": container.size_rw} if container.size_rw else {}
    return row


def _shown_image(world: World, container: Container) -> str:
    """The name it was made from, while that still leads there; else the image's id."""
    if world.images.tags.get(container.image) == container.image_id or ":" not in container.image:
        return container.image
    return container.image_id


def _command(argv: list[str]) -> str:
    """As the engine joins it: only what has a blank in it is quoted."""
    return " ".join([argv[0], *(shlex.quote(word) if " " in word else word for word in argv[1:])]) if argv else ""


def _ports(container: Container) -> list[dict[str, Any]]:
    if container.status not in {"running", "paused"}:
        return []
    rows: list[dict[str, Any]] = []
    for port in sorted({*(container.config.get("ExposedPorts") or {}), *container.ports}):
        number, _, protocol = port.partition("/")
        private = {"PrivatePort": int(number), "Type": protocol or "tcp"}
        bound = container.ports.get(port, [])
        rows += [{"IP": each["HostIp"], "PublicPort": int(each["HostPort"]), **private} for each in bound]
        rows += [] if bound else [private]
    return rows


def status_text(container: Container, now: int) -> str:
    """`Up 2 hours (healthy)`, as docker says it."""
    if container.status == "created":
        return "Created"
    if container.status == "restarting":
        return f"Restarting ({container.exit_code}) {human(now - container.finished)} ago"
    if container.status == "exited":
        return f"Exited ({container.exit_code}) {human(now - container.finished)} ago" if container.finished else ""
    up = f"Up {human(now - container.started)}"
    if container.status == "paused":
        return f"{up} (Paused)"
    if container.health is None:
        return up
    return f"{up} ({'health: ' if container.health.status == 'starting' else ''}{container.health.status})"


def inspect_container(world: World, container: Container, *, size: bool = False) -> dict[str, Any]:
    """All that is known of a container."""
    image = world.images.by_id.get(container.image_id)
    folder = f"{world.root}/containers/{container.id}"
    networks = network_settings(world, container)
    argv = container.argv
    shown: dict[str, Any] = {
        "Id": container.id,
        "Created": rfc3339(container.created),
        "Path": argv[0] if argv else "",
        "Args": argv[1:],
        "State": _state(container),
        "Image": container.image_id,
        "ResolvConfPath": f"{folder}/resolv.conf" if container.started else "",
        "HostnamePath": f"{folder}/hostname" if container.started else "",
        "HostsPath": f"{folder}/hosts" if container.started else "",
        "LogPath": f"{folder}/{container.id}-json.log" if container.started else "",
        "Name": f"/{container.name}",
        "RestartCount": container.restart_count,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": container.execs or None,
        "HostConfig": container.host_config,
        "GraphDriver": {"Data": {"MergedDir": f"{world.root}/overlay2/{container.short}/merged"}, "Name": "overlay2"},
        "Mounts": container.mounts,
        "Config": container.config,
        "NetworkSettings": _network_summary(container, networks),
    }
    if size:
        shown |= {"SizeRw": container.size_rw, "SizeRootFs": (image.size if image else 0) + container.size_rw}
    return shown


def _state(container: Container) -> dict[str, Any]:
    state = {
        "Status": container.status,
        "Running": container.running,
        "Paused": container.status == "paused",
        "Restarting": container.status == "restarting",
        "OOMKilled": False,
        "Dead": False,
        "Pid": container.pid,
        "ExitCode": container.exit_code,
        "Error": container.error,
        "StartedAt": rfc3339(container.started),
        "FinishedAt": rfc3339(container.finished),
    }
    if container.health is not None and container.started:
        state["Health"] = container.health.as_json()
    return state


def _network_summary(container: Container, networks: dict[str, Any]) -> dict[str, Any]:
    bridge = networks.get("bridge", {})
    exposed = dict.fromkeys(container.config.get("ExposedPorts") or {}) if container.pid else {}
    return {
        "Bridge": "",
        "SandboxID": container.id[::-1] if container.pid else "",
        "SandboxKey": f"/var/run/docker/netns/{container.id[:-13:-1]}" if container.pid else "",
        "Ports": exposed | container.ports,
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "SecondaryIPAddresses": None,
        "SecondaryIPv6Addresses": None,
        "EndpointID": bridge.get("EndpointID", ""),
        "Gateway": bridge.get("Gateway", ""),
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "IPAddress": bridge.get("IPAddress", ""),
        "IPPrefixLen": bridge.get("IPPrefixLen", 0),
        "IPv6Gateway": "",
        "MacAddress": bridge.get("MacAddress", ""),
        "Networks": networks,
    }
