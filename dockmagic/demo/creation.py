"""The body of POST /containers/create becomes a container: image and request joined, mounts and networks made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.demo.containers import Container, record
from dockmagic.demo.health import Health
from dockmagic.demo.host_config import host_config
from dockmagic.demo.identities import number_of
from dockmagic.demo.problems import bad_request
from dockmagic.demo.volumes import create_volume, mountpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.demo.images import Image
    from dockmagic.demo.world import World

__all__ = ["create_container"]

_LOWEST_MEMORY = 6 * 1024 * 1024


def create_container(world: World, body: Mapping[str, Any], *, name: str = "") -> Container:
    """Make a container. Raises Problem for a body that is none, a name in use, and an image that is not there."""
    if not body:
        raise bad_request("config cannot be empty in order to create a container")
    wanted = str(body.get("Image") or "")
    if not wanted:
        raise bad_request("no command specified")
    name = name.removeprefix("/")
    if name:
        world.containers.check_name(name)
    image = world.images.find(wanted)
    identity = world.identities.digest()
    config = _config(body, image, identity)
    if not (config["Entrypoint"] or config["Cmd"]):
        raise bad_request("no command specified")
    host = host_config(body.get("HostConfig"))
    _check_limits(world, host)
    container = Container(
        id=identity,
        name=name or world.identities.name(world.containers.names),
        image=wanted,
        image_id=image.id,
        created=world.timeline.now,
        config=config,
        host_config=host,
    )
    container.networks = _networks(host, body)
    container.mounts = _mounts(world, container)
    container.health = Health.of(config.get("Healthcheck"))
    container.size_rw = 1 + number_of(identity, "rw", below=40_000) if len(image.layers) > 1 else 0
    world.containers.add(container)
    record(world, "create", container)
    return container


def _config(body: Mapping[str, Any], image: Image, identity: str) -> dict[str, Any]:
    """What is asked for, on top of what the image says."""
    base = image.config
    own = {key: value for key, value in body.items() if key not in {"HostConfig", "NetworkingConfig"}}
    entrypoint = own.get("Entrypoint")
    command = own.get("Cmd")
    if entrypoint is None:
        entrypoint = base.get("Entrypoint")
        command = command or base.get("Cmd")
    if entrypoint == [""]:
        entrypoint = None
    environ = dict(each.partition("=")[::2] for each in base.get("Env") or [])
    environ |= dict(each.partition("=")[::2] for each in own.get("Env") or [] if "=" in each)
    ports = {**(base.get("ExposedPorts") or {}), **(own.get("ExposedPorts") or {})}
    ports |= {port: {} for port in ((body.get("HostConfig") or {}).get("PortBindings") or {})}
    return {
        **_EMPTY,
        **own,
        "Hostname": own.get("Hostname") or identity[:12],
        "User": own.get("User") or base.get("User") or "",
        "Env": [f"{key}={value}" for key, value in environ.items()],
        "Entrypoint": _words(entrypoint),
        "Cmd": _words(command),
        "WorkingDir": own.get("WorkingDir") or base.get("WorkingDir") or "",
        "Volumes": {**(base.get("Volumes") or {}), **(own.get("Volumes") or {})} or None,
        "Labels": {**(base.get("Labels") or {}), **(own.get("Labels") or {})},
        **({"ExposedPorts": ports} if ports else {}),
        **({"Healthcheck": base["Healthcheck"]} if "Healthcheck" in base and not own.get("Healthcheck") else {}),
        **({"StopSignal": base["StopSignal"]} if "StopSignal" in base and not own.get("StopSignal") else {}),
    }


def _words(value: Any) -> list[str] | None:
    if isinstance(value, str):
        return [value]
    return [str(word) for word in value] if isinstance(value, list) and value else None


def _check_limits(world: World, host: Mapping[str, Any]) -> None:
    if 0 < int(host["Memory"]) < _LOWEST_MEMORY:
        raise bad_request("Minimum memory limit allowed is 6MB")
    if int(host["NanoCpus"]) > world.cpus * 1_000_000_000:
        raise bad_request(
            f"range of CPUs is from 0.01 to {world.cpus}.00, as there are only {world.cpus} CPUs available"
        )


def _networks(host: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    mode = str(host["NetworkMode"])
    asked = dict((body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {})
    if mode.startswith("container:"):
        return {}
    names = [mode, *(name for name in asked if name not in {mode, "default"})]
    return {name: {"Aliases": (asked.get(name) or {}).get("Aliases")} for name in names}


def _mounts(world: World, container: Container) -> list[dict[str, Any]]:
    """Binds, mounts and the anonymous volumes of the image; volumes that are not there are made."""
    mounts: dict[str, dict[str, Any]] = {}
    for text in container.host_config.get("Binds") or []:
        source, target, mode = _bind(str(text))
        mounts[target] = _mount(world, source, target, writable="ro" not in mode.split(","), mode=mode or "z")
    for asked in container.host_config.get("Mounts") or []:
        target = str(asked.get("Target") or "")
        if asked.get("Type") == "tmpfs" or not target:
            continue
        source = str(asked.get("Source") or "")
        mounts[target] = _mount(world, source, target, writable=not asked.get("ReadOnly"), mode="z")
    for target in container.config.get("Volumes") or {}:
        if target not in mounts:
            mounts[target] = _mount(world, "", target, writable=True, mode="")
    return list(mounts.values())


def _bind(text: str) -> tuple[str, str, str]:
    """Source, target and mode of `source:target:mode`; one part alone is a target."""
    parts = text.split(":")
    if len(parts) > 3:  # noqa: PLR2004 - source:target:mode
        raise bad_request(f"invalid volume specification: '{text}'")
    source, target, mode = ["", *parts, ""][:3] if len(parts) == 1 else [*parts, ""][:3]
    if not target.startswith("/"):
        raise bad_request(f"invalid volume specification: '{text}': invalid mount config: mount path must be absolute")
    return source, target, mode


def _mount(world: World, source: str, target: str, *, writable: bool, mode: str) -> dict[str, Any]:
    if source.startswith("/"):
        kind = {"Type": "bind", "Source": source}
        return kind | {"Destination": target, "Mode": "", "RW": writable, "Propagation": "rprivate"}
    volume = create_volume(world, {"Name": source})
    return {
        "Type": "volume",
        "Name": volume.name,
        "Source": mountpoint(world, volume.name),
        "Destination": target,
        "Driver": "local",
        "Mode": mode,
        "RW": writable,
        "Propagation": "",
    }


_EMPTY: dict[str, Any] = {
    "Domainname": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "OnBuild": None,
}
