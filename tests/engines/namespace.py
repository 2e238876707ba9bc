"""A network namespace of our own: nothing in it but a loopback device, and nothing outside can be reached from it."""

import ctypes
import os
import socket
import struct
import subprocess
from pathlib import Path

from tests.engines.programs import find

_CLONE_NEWNET = 0x40000000  # linux/sched.h
_SIOCSIFFLAGS = 0x8914  # linux/sockios.h
_IFF_UP = 0x1  # linux/if.h

_MADE: set[int] = set()
"""The namespaces that this process made, by the number of their inode."""


def private_network() -> None:
    """Move this process into a new network namespace and bring its loopback device up. Root only.

    To be called from the main thread before any other thread starts: a thread that runs already stays where it is.

    Raises:
        OSError: the kernel refuses (not root, or a container without the right to make namespaces).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), f"unshare(CLONE_NEWNET): {os.strerror(ctypes.get_errno())}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # What `ip link set lo up` does, without the need for a program.
        request = struct.pack("16sH14x", b"lo", _IFF_UP)
        if libc.ioctl(probe.fileno(), _SIOCSIFFLAGS, request) != 0:
            raise OSError(ctypes.get_errno(), f"lo up: {os.strerror(ctypes.get_errno())}")
    _MADE.add(_present())


def add_address(address: str) -> None:
    """Give the loopback device another address, such as 10.99.0.1; a second time does nothing.

    Engines trust 127.0.0.0/8 whatever certificate is shown there, and no other address.

    Raises:
        RuntimeError: the network namespace is not one that `private_network` made.
    """
    if not is_private():
        raise RuntimeError("an address is added only in a network that private_network() made")
    done = subprocess.run(
        [find("ip"), "address", "replace", f"{address}/32", "dev", "lo"], capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())


def is_private() -> bool:
    """Tell whether this process is in a network namespace that `private_network` made."""
    return bool(_MADE) and _present() in _MADE


def _present() -> int:
    return Path("/proc/self/ns/net").stat().st_ino


def free_port(address: str = "127.0.0.1") -> int:
    """Return a TCP port of that address that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((address, 0))
        port: int = listener.getsockname()[1]
        return port
