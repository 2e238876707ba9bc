"""HostConfig: what a container is allowed and given, with the engine's defaults for what was not asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["host_config"]

_NOTHING = (
    *("Binds", "PortBindings", "VolumesFrom", "CapAdd", "CapDrop", "Dns", "DnsOptions", "DnsSearch", "ExtraHosts"),
    *("GroupAdd", "Links", "SecurityOpt", "BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps"),
    *("BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "Devices", "DeviceCgroupRules", "DeviceRequests"),
    *("MemorySwappiness", "PidsLimit", "Ulimits"),
)
_ZERO = (
    *("OomScoreAdj", "CpuShares", "Memory", "NanoCpus", "BlkioWeight", "CpuPeriod", "CpuQuota", "CpuRealtimePeriod"),
    *("CpuRealtimeRuntime", "MemoryReservation", "MemorySwap", "CpuCount", "CpuPercent", "IOMaximumIOps"),
    "IOMaximumBandwidth",
)
_TEXT = (
    *("ContainerIDFile", "VolumeDriver", "Cgroup", "PidMode", "UTSMode", "UsernsMode", "Isolation", "CgroupParent"),
    *("CpusetCpus", "CpusetMems"),
)
_FALSE = ("AutoRemove", "Privileged", "PublishAllPorts", "ReadonlyRootfs", "OomKillDisable")


def host_config(asked: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was asked for, and the defaults for the rest."""
    given = {key: value for key, value in (asked or {}).items() if value is not None}
    policy = given.get("RestartPolicy") or {}
    return {
        **dict.fromkeys(_NOTHING),
        **dict.fromkeys(_ZERO, 0),
        **dict.fromkeys(_TEXT, ""),
        **dict.fromkeys(_FALSE, False),
        "LogConfig": {"Type": "json-file", "Config": {}},
        "CgroupnsMode": "private",
        "IpcMode": "private",
        "Runtime": "runc",
        "ShmSize": 64 * 1024 * 1024,
        "ConsoleSize": [0, 0],
        "MaskedPaths": ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/sys/firmware"],
        "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        **given,
        "NetworkMode": "bridge" if given.get("NetworkMode") in {None, "", "default"} else given["NetworkMode"],
        "RestartPolicy": {
            "Name": policy.get("Name") or "no",
            "MaximumRetryCount": int(policy.get("MaximumRetryCount") or 0),
        },
    }
