"""What the demo says of itself: info and version."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dockmagic import __version__
from dockmagic.demo.clock import rfc3339

if TYPE_CHECKING:
    from dockmagic.demo.world import World

__all__ = ["MAX_VERSION", "MIN_VERSION", "info", "version"]

MIN_VERSION, MAX_VERSION = (1, 41), (1, 45)
"""The versions of the API that it speaks."""

_KERNEL, _ARCHITECTURE = "0.0.0-demo", "x86_64"
_NAME = f"{__version__}-demo"


def info(world: World) -> dict[str, Any]:
    """The reply of GET /info."""
    states = Counter(container.status for container in world.containers)
    running = states["running"] + states["restarting"]
    return {
        "ID": world.id,
        "Containers": len(world.containers),
        "ContainersRunning": running,
        "ContainersPaused": states["paused"],
        "ContainersStopped": len(world.containers) - running - states["paused"],
        "Images": len(world.images.by_id),
        "Driver": "overlay2",
        "DriverStatus": [["Backing Filesystem", "none: this is the demo engine"]],
        "Plugins": {
            "Volume": ["local"],
            "Network": ["bridge", "host", "null"],
            "Authorization": None,
            "Log": ["json-file"],
        },
        **dict.fromkeys(_ABLE, True),
        "Debug": False,
        "NFd": 0,
        "OomKillDisable": False,
        "NGoroutines": 1,
        "SystemTime": rfc3339(world.timeline.now),
        "LoggingDriver": "json-file",
        "CgroupDriver": "none",
        "CgroupVersion": "2",
        "NEventsListener": len(world.events.listeners),
        "KernelVersion": _KERNEL,
        "OperatingSystem": "dockmagic demo engine (nothing is really run)",
        "OSVersion": "",
        "OSType": "linux",
        "Architecture": _ARCHITECTURE,
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": {
            "InsecureRegistryCIDRs": ["127.0.0.0/8"],
            "IndexConfigs": {"docker.io": {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}},
            "Mirrors": None,
        },
        "NCPU": world.cpus,
        "MemTotal": world.memory,
        "GenericResources": None,
        "DockerRootDir": world.root,
        "HttpProxy": "",
        "HttpsProxy": "",
        "NoProxy": "",
        "Name": "demo",
        "Labels": [],
        "ExperimentalBuild": False,
        "ServerVersion": _NAME,
        "Runtimes": {"runc": {"path": "runc"}},
        "DefaultRuntime": "runc",
        "Swarm": {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": False, "Error": ""},
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "docker-init",
        **{f"{each}Commit": {"ID": "", "Expected": ""} for each in ("Containerd", "Runc", "Init")},
        "SecurityOptions": [],
        "Warnings": None,
    }


def version(world: World) -> dict[str, Any]:
    """The reply of GET /version."""
    newest, oldest = (f"{major}.{minor}" for major, minor in (MAX_VERSION, MIN_VERSION))
    details = {
        "ApiVersion": newest,
        "Arch": "amd64",
        "BuildTime": rfc3339(world.born),
        "Experimental": "false",
        "GitCommit": "demo",
        "GoVersion": "",
        "KernelVersion": _KERNEL,
        "MinAPIVersion": oldest,
        "Os": "linux",
    }
    return {
        "Platform": {"Name": "dockmagic demo engine"},
        "Components": [{"Name": "Engine", "Version": _NAME, "Details": details}],
        "Version": _NAME,
        "ApiVersion": newest,
        "MinAPIVersion": oldest,
        "GitCommit": "demo",
        "GoVersion": "",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": _KERNEL,
        "BuildTime": rfc3339(world.born),
    }


_ABLE = (
    *("MemoryLimit", "SwapLimit", "CpuCfsPeriod", "CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit"),
    *("IPv4Forwarding", "BridgeNfIptables", "BridgeNfIp6tables"),
)
