"""The replies of the Engine API, version by version: those of 1.41, and what each later version changed.

`api_1_41.json` was recorded on Docker 20.10 (paths, times and the name of the host were exchanged, a volume of a plugin
and a link were added). The changes are those of https://docs.docker.com/reference/api/engine/version-history/, and what
moby/moby does without saying so there.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["OMITTED", "VERSIONS", "Change", "shape", "shapes"]

VERSIONS = tuple(f"1.{minor}" for minor in range(41, 56))

OMITTED = type("Omitted", (), {"__repr__": lambda _: "OMITTED"})()
"""In place of a value: the key is no longer there."""

_RECORDED = Path(__file__).with_name("api_1_41.json")
_MANIFEST = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "77" * 32, "size": 610}
_HEALTHY, _NO_HEALTH = {"Status": "healthy", "FailingStreak": 0}, {"Status": "none", "FailingStreak": 0}
_POOL = {"Subnets": {"172.18.0.0/16": {"IPsInUse": 4, "DynamicIPsAvailable": 65532}}}
_CLUSTER_VOLUME = {"ID": "p5i7g2k2a4", "Version": {"Index": 11}, "Spec": {"AccessMode": {"Scope": "multi"}}}

WEB, PS, DF, SHOP = "/containers/web/json", "/containers/json", "/system/df", "/images/shop:1/json"


class Change(NamedTuple):
    """From `version` on a reply's `key` is `value`. A key is a path; * is every item of a list or every key."""

    version: str
    endpoint: str
    key: str
    value: Any


CHANGES = (
    Change("1.42", "/info", "KernelMemory", OMITTED),
    Change("1.42", WEB, "HostConfig/KernelMemory", OMITTED),
    Change("1.42", DF, "BuilderSize", OMITTED),
    Change("1.42", DF, "BuildCache/*/Parent", OMITTED),
    Change("1.42", DF, "BuildCache/3/ Parents", ["0f8dampdwv2slzbd4w30i3k0d"]),  # the blank is the engine's
    Change("1.42", "/volumes", "Volumes/1/ClusterVolume", _CLUSTER_VOLUME),
    Change("1.43", "/info", "SecurityOptions", ["name=seccomp,profile=builtin", "name=no-new-privileges"]),
    Change("1.43", "/images/json", "0/RepoTags", []),
    Change("1.43", "/images/json", "0/RepoDigests", []),
    Change("1.43", "/images/json", "1/RepoDigests", []),
    Change("1.43", "/images/json", "2/RepoDigests", []),
    Change("1.43", DF, "Images/1/RepoTags", None),
    Change("1.43", DF, "Images/1/RepoDigests", []),
    Change("1.44", "/images/json", "*/VirtualSize", OMITTED),
    Change("1.44", DF, "Images/*/VirtualSize", OMITTED),
    Change("1.44", SHOP, "VirtualSize", OMITTED),
    Change("1.44", "/info", "CDISpecDirs", ["/etc/cdi", "/var/run/cdi"]),
    Change("1.44", "/info", "Runtimes/runc/status", {"org.opencontainers.runtime-spec.features": "{}"}),
    Change("1.44", PS, "*/NetworkSettings/Networks/*/DNSNames", None),
    Change("1.44", DF, "Containers/*/NetworkSettings/Networks/*/DNSNames", None),
    Change("1.44", WEB, "NetworkSettings/Networks/*/DNSNames", ["web", "6eed4f851beb"]),
    Change("1.45", WEB, "NetworkSettings/Networks/*/Aliases", None),
    Change("1.45", SHOP, "Container", OMITTED),
    Change("1.45", SHOP, "ContainerConfig", OMITTED),
    Change("1.46", "/info", "Containerd", {"Address": "/run/containerd/containerd.sock", "Namespaces": {}}),
    Change("1.46", PS, "*/HostConfig/Annotations", {"io.kubernetes.cri.sandbox-id": "web"}),
    Change("1.48", PS, "*/ImageManifestDescriptor", _MANIFEST),
    Change("1.48", PS, "*/NetworkSettings/Networks/*/GwPriority", 0),
    Change("1.48", WEB, "ImageManifestDescriptor", _MANIFEST),
    Change("1.48", "/images/json", "*/Descriptor", _MANIFEST),
    Change("1.48", SHOP, "Descriptor", _MANIFEST),
    Change("1.48", "/networks", "*/EnableIPv4", value=True),
    Change("1.48", "/networks/shop_default", "EnableIPv4", value=True),
    Change("1.48", "/info", "RegistryConfig/AllowNondistributableArtifactsCIDRs", None),
    Change("1.48", "/info", "BridgeNfIptables", value=False),
    Change("1.49", "/info", "RegistryConfig/AllowNondistributableArtifactsCIDRs", OMITTED),
    Change("1.49", "/info", "RegistryConfig/AllowNondistributableArtifactsHostnames", OMITTED),
    Change("1.49", "/info", "RuncCommit/Expected", OMITTED),
    Change("1.49", "/info", "FirewallBackend", {"Driver": "iptables"}),
    Change("1.50", "/info", "BridgeNfIptables", OMITTED),
    Change("1.50", "/info", "BridgeNfIp6tables", OMITTED),
    Change("1.50", "/info", "DiscoveredDevices", [{"Source": "cdi", "ID": "vendor.com/device=0"}]),
    *(
        Change("1.50", SHOP, f"Config/{key}", OMITTED)
        for key in (
            *("Hostname", "Domainname", "AttachStdin", "AttachStdout", "AttachStderr"),
            *("Tty", "OpenStdin", "StdinOnce", "Image"),
        )
    ),
    Change("1.51", "/images/json", "*/Containers", 0),
    Change("1.51", "/images/json", "2/Containers", 2),
    Change("1.52", "/info", "KernelMemoryTCP", OMITTED),
    Change("1.52", PS, "0/Health", _NO_HEALTH),
    Change("1.52", PS, "1/Health", _HEALTHY),
    Change("1.52", DF, "Containers/0/Health", _NO_HEALTH),
    Change("1.52", DF, "Containers/1/Health", _HEALTHY),
    Change("1.52", DF, "ImageUsage", {"TotalCount": 4, "ActiveCount": 1, "TotalSize": 1984231, "Reclaimable": 2}),
    Change("1.52", DF, "ContainerUsage", {"TotalCount": 2, "ActiveCount": 1, "TotalSize": 2}),
    Change("1.52", DF, "VolumeUsage", {"TotalCount": 1, "ActiveCount": 1}),
    Change("1.52", DF, "BuildCacheUsage", {"TotalCount": 4, "TotalSize": 10302, "Reclaimable": 10302}),
    Change("1.52", WEB, "Config/OnBuild", OMITTED),
    Change("1.52", WEB, "HostConfig/KernelMemoryTCP", OMITTED),
    *(
        Change("1.52", WEB, f"NetworkSettings/{key}", OMITTED)
        for key in (
            *("Bridge", "HairpinMode", "LinkLocalIPv6Address", "LinkLocalIPv6PrefixLen", "SecondaryIPAddresses"),
            *("SecondaryIPv6Addresses", "EndpointID", "Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen"),
            *("IPAddress", "IPPrefixLen", "IPv6Gateway", "MacAddress"),
        )
    ),
    Change("1.52", WEB, "Storage", {"RootFS": {"Snapshot": {"Name": "overlayfs"}}}),
    Change("1.52", WEB, "GraphDriver", OMITTED),  # of the containerd image store
    Change("1.52", SHOP, "GraphDriver", OMITTED),
    *(Change("1.52", SHOP, key, OMITTED) for key in ("Parent", "DockerVersion", "Author", "Config/OnBuild")),
    *(Change("1.52", SHOP, f"Config/{key}", OMITTED) for key in ("Volumes", "Entrypoint", "User", "WorkingDir")),
    Change("1.52", "/networks/shop_default", "Status", {"IPAM": _POOL}),
    *(Change("1.52", "/events", f"*/{key}", OMITTED) for key in ("status", "id", "from")),
    Change("1.52", "/images/create", "*/progress", OMITTED),
    Change("1.53", "/info", "NRI", {"Info": [["plugin-path", "/opt/nri/plugins"]]}),
    Change("1.53", SHOP, "Identity", {"Build": [{"Ref": "q4ja3t", "CreatedAt": "2026-01-31T13:00:00Z"}]}),
)


def shape(endpoint: str, version: str) -> Any:
    """What GET `endpoint` replies in an API `version`, as JSON (of streams a list of its lines)."""
    return shapes(version)[endpoint]


def shapes(version: str) -> dict[str, Any]:
    """All replies of an API `version`, by endpoint."""
    replies: dict[str, Any] = json.loads(_RECORDED.read_text(encoding="utf-8"))
    replies["/version"]["ApiVersion"] = version
    for change in CHANGES:
        if VERSIONS.index(change.version) <= VERSIONS.index(version):
            _apply(replies[change.endpoint], change.key.split("/"), change.value)
    return replies


def _apply(reply: Any, path: list[str], value: Any) -> None:
    """Put `value` there, or take the key away."""
    first, *rest = path
    everything = range(len(reply)) if isinstance(reply, list) else list(reply)
    for key in everything if first == "*" else [int(first) if isinstance(reply, list) else first]:
        if rest:
            _apply(reply[key], rest, value)
        elif value is OMITTED:
            reply.pop(key, None)
        else:
            reply[key] = copy.deepcopy(value)
