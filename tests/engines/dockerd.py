"""A real engine of our own: dockerd in namespaces of its own, with its data in a directory that vanishes."""

import functools
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from tests.engines.contained import Contained, EngineError
from tests.engines.http import alive
from tests.engines.namespace import is_private
from tests.engines.programs import find, why_not
from tests.engines.scratch import Scratch

__all__ = ["Bridge", "Dockerd", "EngineError", "dockerd_version", "find_dockerd", "why_not"]


class Bridge(NamedTuple):
    """A bridge to make for an engine that shares a network namespace with another one, which has docker0."""

    name: str
    address: str
    """Such as 10.222.1.1/24."""


def find_dockerd(environ: Mapping[str, str] = os.environ) -> str:
    """Return the absolute path of dockerd; the directory in DOCKMAGIC_TEST_DOCKERD comes first.

    Raises:
        FileNotFoundError: there is none; the message holds the line to type.
    """
    return find("dockerd", environ)


def dockerd_version(environ: Mapping[str, str] = os.environ) -> str:
    """Return the version of the dockerd that would be started, such as 20.10.24+dfsg1."""
    told = _output(find_dockerd(environ), "--version")  # Docker version 20.10.24+dfsg1, build 5d6db84
    return told.removeprefix("Docker version ").partition(",")[0].strip()


@functools.cache
def _output(program: str, argument: str) -> str:
    return subprocess.run([program, argument], check=True, capture_output=True, text=True, timeout=30).stdout


class Dockerd:
    """An engine that runs while the `with` block does.

    Attributes:
        directory: where its data, log and socket are: data, exec, home, log, pid, s.
        socket: the path of its unix socket.
        host: the same as docker writes it: unix:///tmp/dm-.../s
    """

    def __init__(
        self,
        *,
        private_network: bool = True,
        tcp: Sequence[str] = (),
        tls: Path | None = None,
        bridge: Bridge | None = None,
        registry_mirror: str = "",
        trusted: Mapping[str, bytes] | None = None,
        hosts: Mapping[str, str] | None = None,
        extra: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Say how the engine is to be; it starts at `with` or `start`.

        Args:
            private_network: give it a network namespace of its own, whose ports only `nsenter` reaches. Without, it
                shares ours, which must be one that `private_network()` made, never the machine's.
            tcp: listeners besides the unix socket, such as tcp://127.0.0.1:2376.
            tls: the directory with ca.pem, server-cert.pem and server-key.pem; all `tcp` listeners then demand
                a client certificate (--tlsverify).
            bridge: needed by every second engine that shares a network namespace.
            registry_mirror: where `docker pull busybox` goes, such as http://127.0.0.1:5000.
            trusted: registries, such as 10.99.0.1:5443, with the authority that signed their certificate, PEM. It is
                in /etc/docker/certs.d before the engine starts: BuildKit of 20.10 looks there once.
            hosts: names that the engine is to know, with their addresses.
            extra: further arguments of dockerd.
            environ: further variables of dockerd.
        """
        if not private_network and not is_private():
            raise EngineError("an engine shares only a network that private_network() made")
        listeners = [part for host in tcp for part in ("--host", host)]
        mirror = ["--registry-mirror", registry_mirror] if registry_mirror else []
        flags = [*listeners, *_tls_flags(tls), *mirror, *_bridge_flags(bridge), *extra]
        self._private_network, self._bridge, self._environ = private_network, bridge, environ
        self._scratch = Scratch()
        self._contained: Contained | None = None
        self.directory = self._scratch.path
        self.socket = str(self.directory / "s")
        self.host = f"unix://{self.socket}"
        (self.directory / "home").mkdir()
        self._setup = [*_trust(self.directory, trusted or {}), *_know(self.directory, hosts or {})]
        self._arguments = [*self._paths(), *flags]

    def _paths(self) -> list[str]:
        return [
            *("--host", self.host),
            *("--data-root", str(self.directory / "data")),
            *("--exec-root", str(self.directory / "exec")),
            *("--pidfile", str(self.directory / "pid")),
            *("--cgroup-parent", f"/{self._scratch.name}"),
        ]

    @property
    def pid(self) -> int:
        """The process id, seen from here, of process 1 in the engine's namespaces; 0 while it is down."""
        return self._contained.init if self._contained else 0

    @property
    def log(self) -> Path:
        """The file with what dockerd said, over all its starts."""
        return self.directory / "log"

    def nsenter(self, *namespaces: str) -> list[str]:
        """Return what to put in front of a command to run it in the engine's network (or other `namespaces`)."""
        return [find("nsenter"), "--target", str(self.pid), *(namespaces or ("--net",))]

    def start(self) -> None:
        """Start dockerd and wait until it answers, 30 seconds at most.

        Raises:
            EngineError: it does not; the message holds the end of its log.
        """
        # What a killed dockerd leaves: small process ids, which exist again in the new namespace.
        (self.directory / "pid").unlink(missing_ok=True)
        shutil.rmtree(self.directory / "exec", ignore_errors=True)
        if self._bridge and self._contained is None:
            _make_bridge(self._bridge)
        self._contained = Contained(
            ["dockerd", *self._arguments],
            log=self.log,
            home=self.directory / "home",
            setup=self._setup,
            private_network=self._private_network,
            environ=self._environ,
        )
        self._contained.wait_until(lambda: alive(self.socket))

    def halt(self, *, hard: bool) -> None:
        """End dockerd and its containers but keep the data: at once (`hard`), or as SIGTERM does it."""
        if self._contained and hard:
            self._contained.kill()
        elif self._contained:
            self._contained.terminate()

    def restart(self, *, hard: bool) -> None:
        """Halt and start again, at the same socket and with the same data."""
        self.halt(hard=hard)
        self.start()

    def stop(self) -> None:
        """End everything at once and leave nothing behind; a second call does nothing."""
        try:
            self.halt(hard=True)
            self._contained = None
            if self._bridge:
                subprocess.run([find("ip"), "link", "delete", self._bridge.name], check=False, capture_output=True)
        finally:
            self._scratch.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _trust(directory: Path, authorities: Mapping[str, bytes]) -> list[str]:
    """Return the shell lines that give the engine an /etc/docker of its own, with certificates in it."""
    certificates = directory / "certs.d"
    certificates.mkdir()
    for registry, authority in authorities.items():
        (certificates / registry).mkdir()
        (certificates / registry / "ca.crt").write_bytes(authority)
    return ["mkdir -p /etc/docker", "mount -t tmpfs none /etc/docker", f"cp -r {certificates} /etc/docker"]


def _know(directory: Path, hosts: Mapping[str, str]) -> list[str]:
    """Return the shell lines that give the engine an /etc/hosts of its own."""
    if not hosts:
        return []
    names = directory / "hosts"
    names.write_text("".join(f"{address} {name}\n" for name, address in {"localhost": "127.0.0.1", **hosts}.items()))
    return [f"mount --bind {names} /etc/hosts"]


def _tls_flags(directory: Path | None) -> list[str]:
    if directory is None:
        return []
    files = {"--tlscacert": "ca.pem", "--tlscert": "server-cert.pem", "--tlskey": "server-key.pem"}
    return ["--tlsverify", *(part for flag, name in files.items() for part in (flag, str(directory.resolve() / name)))]


def _bridge_flags(bridge: Bridge | None) -> list[str]:
    if bridge is None:
        return []
    known = ["--ip6tables=false"] if "--ip6tables" in _output(find_dockerd(), "--help") else []
    return [f"--bridge={bridge.name}", "--iptables=false", *known, "--ip-forward=false"]


def _make_bridge(bridge: Bridge) -> None:
    ip = find("ip")
    for arguments in (
        ["link", "add", "name", bridge.name, "type", "bridge"],
        ["addr", "add", bridge.address, "dev", bridge.name],
        ["link", "set", bridge.name, "up"],
    ):
        subprocess.run([ip, *arguments], check=True, capture_output=True, timeout=30)
