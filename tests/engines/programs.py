"""Which programs the real engines, sshd and registry need, where they are, and the line that installs them."""

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping

PACKAGES: Mapping[str, str] = {
    "busybox": "busybox-static",
    "containerd": "docker.io",
    "docker": "docker.io",
    "docker-registry": "docker-registry",
    "dockerd": "docker.io",
    "ip": "iproute2",
    "iptables": "iptables",
    "nsenter": "util-linux",
    "openssl": "openssl",
    "setpriv": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "sshd": "openssh-server",
    "unshare": "util-linux",
}
"""Each program and the Debian package that brings it."""

ENGINE_PROGRAMS = ("dockerd", "containerd", "iptables", "ip", "busybox", "setpriv", "unshare", "nsenter")
"""What an engine of our own cannot do without."""


def search_path(environ: Mapping[str, str] = os.environ) -> str:
    """Return the PATH to look in: DOCKMAGIC_TEST_DOCKERD first, and sbin last, which not every shell has."""
    parts = [environ.get("DOCKMAGIC_TEST_DOCKERD", ""), environ.get("PATH", os.defpath)]
    parts += ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"]
    return os.pathsep.join(part for part in parts if part)


def find(program: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the absolute path of `program`.

    Raises:
        FileNotFoundError: it is nowhere on the search path; the message holds the line to type.
    """
    found = shutil.which(program, path=search_path(environ))
    if found is None:
        raise FileNotFoundError(missing(program, environ=environ))
    return os.path.abspath(found)  # noqa: PTH100 - only made absolute: busybox is found by the name of a link


def missing(*programs: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return one sentence that names the missing ones of `programs` and how to get them, or None."""
    absent = [name for name in programs if shutil.which(name, path=search_path(environ)) is None]
    if not absent:
        return None
    packages = " ".join(dict.fromkeys(PACKAGES[name] for name in absent))
    return (
        f"not found: {', '.join(absent)}; on Debian or Ubuntu type: "
        f"sudo apt-get install -y --no-install-recommends {packages}"
    )


def why_not(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return why no real engine can be started here, in one sentence, or None if nothing speaks against it."""
    if sys.platform != "linux":
        return f"a real engine of our own runs on Linux only, this is {sys.platform}"
    if os.geteuid() != 0:
        return "a real engine of our own needs root: sudo make test"
    absent = missing(*ENGINE_PROGRAMS, environ=environ)
    return None if absent is None else f"a real engine cannot be started, {absent}"


@functools.cache
def client_version() -> tuple[int, ...]:
    """The version of docker's command line, (28, 2) say; (0,) where there is none."""
    docker = shutil.which("docker")
    if docker is None:
        return (0,)
    printed = subprocess.run([docker, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.search(r"(\d+)\.(\d+)", printed)
    return tuple(map(int, found.groups())) if found else (0,)
