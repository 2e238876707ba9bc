"""A real sshd on the loopback device, and an `ssh` that finds it under the name `dm`."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.engines.contained import Contained
from tests.engines.namespace import free_port
from tests.engines.programs import find
from tests.engines.scratch import Scratch

# SetEnv is read once, so all variables stand on one line.
_SERVER = """\
ListenAddress 127.0.0.1:{port}
HostKey {directory}/host_key
PidFile none
AuthorizedKeysFile {directory}/user_key.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
MaxStartups 100
MaxSessions 100
SetEnv DOCKER_HOST={host} DOCKER_CONFIG={directory}/home PATH={path}
"""

_CLIENT = """\
Host dm
    HostName 127.0.0.1
    Port {port}
    User root
Host *
    IdentityFile {directory}/user_key
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile {directory}/known_hosts
    GlobalKnownHostsFile /dev/null
    HostKeyAlias dm
    StrictHostKeyChecking yes
    BatchMode yes
    LogLevel ERROR
"""

_WRAPPER = """\
#!{python} -IS
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
os.execv({ssh!r}, [{ssh!r}, "-F", {config!r}, *sys.argv[1:]])
"""

# root as sshd is to see it: not locked, with an empty home, so that no start-up file of the machine's user has a say.
_SETUP = "mkdir -p /run/sshd; mount --bind {0}/passwd /etc/passwd; mount --bind {0}/shadow /etc/shadow"


class Sshd:
    """An sshd that runs while the `with` block does; root logs in with a key of its own.

    Attributes:
        port: where it listens on 127.0.0.1.
        wrapper: the directory with an executable `ssh`, to be put in front of PATH: it knows the host `dm`, which is
            this sshd, and reads nothing of the user's ~/.ssh.
    """

    def __init__(self, host: str, *, port: int = 0) -> None:
        """Say how it is to be; it starts at `with`.

        Args:
            host: the engine that a remote `docker` talks to (its DOCKER_HOST), such as unix:///tmp/dm-.../s.
            port: the port; 0 takes a free one.
        """
        self._host = host
        self._contained: Contained | None = None
        self._scratch = Scratch()
        self._directory = self._scratch.path
        self.port = port or free_port()
        self.wrapper = self._directory / "wrapper"

    @property
    def path(self) -> str:
        """A PATH that begins with the wrapper's directory."""
        return os.pathsep.join([str(self.wrapper), os.environ.get("PATH", os.defpath)])

    def calls(self) -> list[list[str]]:
        """Return the arguments of each `ssh` that was started so far, without the program's name."""
        log = self._directory / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def forget(self) -> None:
        """Begin the list of calls anew."""
        (self._directory / "calls").unlink(missing_ok=True)

    def __enter__(self) -> Self:
        try:
            self._write()
            self._contained = Contained(
                ["sshd", "-D", "-e", "-f", str(self._directory / "sshd_config")],
                log=self._directory / "log",
                home=self._directory / "home",
                setup=[_SETUP.format(self._directory)],
            )
            self._contained.wait_until(self._greets)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._contained:
                self._contained.kill()
        finally:
            self._scratch.close()

    def _greets(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False

    def _write(self) -> None:
        """Write the keys, the settings of both sides, the users and the wrapper."""
        directory = self._directory
        (directory / "home").mkdir()
        for key in ("host_key", "user_key"):
            make = [find("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", str(directory / key)]
            subprocess.run(make, check=True, capture_output=True, timeout=30)
        (directory / "known_hosts").write_text(f"dm {(directory / 'host_key.pub').read_text()}")
        path = f"{Path(find('docker')).parent}:/usr/sbin:/usr/bin:/sbin:/bin"
        server = _SERVER.format(port=self.port, directory=directory, host=self._host, path=path)
        (directory / "sshd_config").write_text(server)
        config = directory / "ssh_config"
        config.write_text(_CLIENT.format(port=self.port, directory=directory))
        users = [line for line in Path("/etc/passwd").read_text().splitlines() if not line.startswith("root:")]
        root = f"root:x:0:0:root:{directory}/home:/bin/sh"
        (directory / "passwd").write_text("\n".join([root, *users, ""]))
        (directory / "shadow").write_text("root:*:20000:0:99999:7:::\n")
        self.wrapper.mkdir()
        log = str(directory / "calls")
        script = _WRAPPER.format(python=sys.executable, log=log, ssh=find("ssh"), config=str(config))
        (self.wrapper / "ssh").write_text(script)
        (self.wrapper / "ssh").chmod(0o755)
