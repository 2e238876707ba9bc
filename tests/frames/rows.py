"""What engines answer, as they were read off GET /containers/json and GET /images/json of several versions."""

from __future__ import annotations

from typing import Any

CONTAINER_1_41: dict[str, Any] = {
    "Id": "8dfafdbc3a40a5e4ab1b1e1a2f5b1e2d3c4b5a69788796a5b4c3d2e1f0011223",
    "Names": ["/web", "/proxy/backend"],
    "Image": "registry.lab:5000/shop/web:2.1@sha256:" + "0c" * 32,
    "ImageID": "sha256:" + "d1" * 32,
    "Command": "/docker-entrypoint.sh nginx -g 'daemon off;'",
    "Created": 1699999999,
    "Ports": [
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
        {"PrivatePort": 443, "Type": "tcp"},
    ],
    "SizeRw": 12288,
    "SizeRootFs": 187654321,
    "Labels": {
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": "web",
        "note": "<img src=x onerror=alert(1)>\x1b[31m",
    },
    "State": "running",
    "Status": "Up 3 hours (healthy)",
    "HostConfig": {"NetworkMode": "shop_default"},
    "NetworkSettings": {"Networks": {"shop_default": {"NetworkID": "ab" * 32}, "edge": {"NetworkID": "cd" * 32}}},
    "Mounts": [
        {"Type": "volume", "Name": "shop_data", "Source": "/var/lib/docker/volumes/shop_data/_data", "RW": True},
        {"Type": "bind", "Source": "/srv/conf", "Destination": "/etc/nginx", "Mode": "ro", "RW": False},
    ],
}
"""Docker 20.10: the health is in the words of the status alone."""

CONTAINER_1_52: dict[str, Any] = {
    "Id": "f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f",
    "Names": ["/job"],
    "Image": "busybox",
    "ImageID": "sha256:" + "5e" * 32,
    "ImageManifestDescriptor": {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": "sha256:" + "77" * 32,
        "size": 610,
        "platform": {"architecture": "amd64", "os": "linux"},
    },
    "Command": "sh -c 'exit 3'",
    "Created": 1764000000,
    "Ports": [],
    "Labels": {},
    "State": "exited",
    "Status": "Exited (3) 2 minutes ago",
    "HostConfig": {"NetworkMode": "bridge", "Annotations": {"io.x": "y"}},
    "Health": {"Status": "none", "FailingStreak": 0},
    "NetworkSettings": {"Networks": {"bridge": {"GwPriority": 0, "DNSNames": None}}},
    "Mounts": [],
}
"""Docker 29: health is an object of its own, and there is a descriptor."""

IMAGE_1_41: dict[str, Any] = {
    "Containers": -1,
    "Created": 1699000000,
    "Id": "sha256:" + "d1" * 32,
    "Labels": None,
    "ParentId": "",
    "RepoDigests": ["busybox@sha256:" + "aa" * 32],
    "RepoTags": ["busybox:1.36", "busybox:latest"],
    "SharedSize": -1,
    "Size": 4261550,
    "VirtualSize": 4261550,
}

IMAGE_1_52: dict[str, Any] = {
    "Containers": 2,
    "Created": 1764000000,
    "Descriptor": {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:" + "bb" * 32, "size": 9},
    "Id": "sha256:" + "bb" * 32,
    "Labels": {"maintainer": "x"},
    "ParentId": "",
    "RepoDigests": ["docker.io/u/x@sha256:" + "bb" * 32],
    "RepoTags": ["docker.io/u/x:2"],
    "SharedSize": -1,
    "Size": 4438034,
}
