"""ssh://: the user's own ssh, running `docker system dial-stdio` at the other end, as one more kind of socket."""

from __future__ import annotations

import contextlib
import shlex
import socket
import subprocess
import tempfile
import time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from dockmagic.engine.endpoint import Endpoint

__all__ = ["SSHProcess", "ssh_command", "start_ssh"]

_LAST_WORDS = 2000  # characters of ssh's stderr that an error quotes
_FAREWELL = 1.0  # seconds that ssh gets to say why it closed the pipe


def ssh_command(endpoint: Endpoint) -> list[str]:
    """The command line that docker's own client uses for an ssh:// host: one process per connection."""
    command = ["ssh", "-o", "ConnectTimeout=30", "-T"]
    if endpoint.user:
        command += ["-l", endpoint.user]
    if endpoint.port:
        command += ["-p", str(endpoint.port)]
    remote = ["docker", "system", "dial-stdio"]
    if endpoint.path.strip("/"):
        remote.insert(1, f"--host=unix://{endpoint.path}")
    return [*command, "--", endpoint.hostname, shlex.join(remote)]


def start_ssh(endpoint: Endpoint) -> tuple[socket.socket, SSHProcess]:
    """Start ssh on one end of a socket pair. Raises OSError where there is no ssh."""
    ours, theirs = socket.socketpair()
    stderr = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
    try:
        # A session of its own, or the interrupt of a cell would end ssh with it. A pipe for stderr could fill up.
        process = subprocess.Popen(  # noqa: S603 - no shell; every argument was checked with the endpoint
            ssh_command(endpoint),
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=stderr.fileno(),
            start_new_session=True,
        )
    except BaseException:
        ours.close()
        stderr.close()
        raise
    finally:
        theirs.close()
    return ours, SSHProcess(process, stderr)


class SSHProcess:
    """The ssh of one connection."""

    def __init__(self, process: subprocess.Popen[bytes], stderr: IO[bytes]) -> None:
        self._process = process
        self._stderr = stderr

    def complaint(self) -> str:
        """Why it ended, in its own words; "" if it still runs after a second."""
        deadline = time.monotonic() + _FAREWELL
        while self._process.poll() is None:
            if time.monotonic() > deadline:
                return ""
            time.sleep(0.01)
        self._stderr.seek(0)
        words = self._stderr.read().decode(errors="replace").strip()[-_LAST_WORDS:]
        return words or f"ssh ended with exit code {self._process.returncode}"

    def close(self) -> None:
        """End it now and take its exit code: waiting for it politely would make every stop a second long."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._stderr.close()
