"""A real engine for the time of the tour: a dockerd in namespaces of its own, as the tests start it. Root only."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.engines.dockerd import Dockerd
from tests.engines.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("docker.io", "iptables", "iproute2", "busybox-static", "docker-registry")
REGISTRY_PORT = 5000  # inside the engine's network namespace


def installed() -> bool:
    """Whether what a private engine takes is here, after it was installed where that surprises nobody."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        print("An engine of its own can be started by root only: sudo make tour-private")
        return False
    return subprocess.run(["sh", "tests/engines/install.sh", *PACKAGES], cwd=ROOT, check=False).returncode == 0


@contextlib.contextmanager
def started() -> Iterator[str]:
    """Run a dockerd in namespaces of its own, whose Docker Hub is a registry beside it that holds busybox."""
    mirror = f"http://127.0.0.1:{REGISTRY_PORT}"
    with Dockerd(registry_mirror=mirror) as engine, Registry(port=REGISTRY_PORT, inside=engine) as registry:
        registry.push(engine, "library/busybox:latest")
        with tempfile.TemporaryDirectory() as settings:
            os.environ["DOCKER_CONFIG"] = settings
            yield engine.host
