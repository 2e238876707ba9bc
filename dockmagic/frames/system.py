"""The columns of `info`, `version`, `connect` and `context ls`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from dockmagic.frames.schema import Row, Schema

__all__ = ["CONNECTION", "CONTEXTS", "INFO", "VERSION", "component_rows"]


def _swarm(row: Row) -> str | None:
    swarm = row.get("Swarm")
    return swarm.get("LocalNodeState") if isinstance(swarm, dict) else None


def _warnings(row: Row) -> list[str]:
    """The engine's warnings, each in one line; 20.10 writes some in several."""
    warnings = row.get("Warnings")
    return [" ".join(str(text).split()) for text in warnings] if isinstance(warnings, list) else []


INFO: Schema = (
    Column("name", "Name", "str", "name of the engine's host"),
    Column("engine_version", "ServerVersion", "str", "version of the engine"),
    Column("api_version", "api_version", "str", "version of the API that is spoken with it"),
    Column("os", "OperatingSystem", "str", "operating system of the host"),
    Column("kernel", "KernelVersion", "str", "version of its kernel"),
    Column("architecture", "Architecture", "str", "x86_64, aarch64, ..."),
    Column("cpus", "NCPU", "Int64", "logical processors"),
    Column("memory", "MemTotal", "Int64", "bytes"),
    Column("containers", "Containers", "Int64", "all of them"),
    Column("running", "ContainersRunning", "Int64", "containers that run"),
    Column("paused", "ContainersPaused", "Int64", "containers that are paused"),
    Column("stopped", "ContainersStopped", "Int64", "containers that do not run"),
    Column("images", "Images", "Int64", "all of them, those without a name too"),
    Column("storage_driver", "Driver", "str", "overlay2, overlayfs, ..."),
    Column("cgroup_version", "CgroupVersion", "str", "1 or 2"),
    Column("root_dir", "DockerRootDir", "str", "where the engine keeps its data"),
    Column("swarm", _swarm, "str", "inactive, active, ..."),
    Column("warnings", _warnings, "list", "what the engine warns of"),
)

VERSION: Schema = (
    Column("component", "Name", "str", "dockmagic itself, Engine, containerd, runc, ..."),
    Column("version", "Version", "str", "version of the component"),
    Column("details", "Details", "dict", "what else it says of itself"),
)

CONNECTION: Schema = (
    Column("host", "host", "str", "where the engine is"),
    Column("source", "source", "str", "why this one"),
    Column("engine_version", "engine_version", "str", "version of the engine"),
    Column("api_version", "api_version", "str", "version of the API that is spoken with it"),
    Column("tls", "tls", "bool", "whether the connection is TLS"),
    Column("ping_ms", "ping_ms", "float64", "milliseconds that GET /_ping took"),
)

CONTEXTS: Schema = (
    Column("name", "name", "str", "name of the docker context"),
    Column("current", "current", "bool", "whether docker would use it now"),
    Column("description", "description", "str", "the words of whoever made it"),
    Column("host", "host", "str", "where its engine is"),
    Column("tls", "tls", "bool", "whether it has certificates"),
    Column("error", "error", "str", "why it cannot be used; NA if it can"),
)


def component_rows(version: Row) -> list[dict[str, Any]]:
    """The rows of `version` from the reply of GET /version; an engine that names no components is one itself."""
    components = version.get("Components")
    if not isinstance(components, list) or not components:
        return [{"Name": "Engine", "Version": version.get("Version"), "Details": {}}]
    return [component for component in components if isinstance(component, dict)]
