"""Docker's own command line as the oracle: an engine that notes the context which `docker build` sends to it."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import tarfile
from typing import TYPE_CHECKING, NamedTuple

from tests.engine.scripted import serving
from tests.engines.programs import find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.scripted import Peer

_PING = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOSType: linux\r\nContent-Length: 0\r\n\r\n"
_BUILT = b'{"aux":{"ID":"sha256:%b"}}\n' % (b"0" * 64)
_REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(_BUILT), _BUILT)


class Member(NamedTuple):
    """What of an archive's entry arrives in an image."""

    name: str
    kind: bytes
    mode: int
    user: int
    group: int
    modified: float
    link: str
    content: bytes
    records: dict[str, str]  # extended attributes


def members(archive: bytes) -> list[Member]:
    """The entries of a tar archive, in its order."""
    archive += bytes(1024 + -len(archive) % 512)  # docker leaves the end out where it has added a Dockerfile
    with tarfile.open(fileobj=io.BytesIO(archive), errors="surrogateescape") as tar:
        return [
            Member(
                name=each.name,
                kind=each.type,
                mode=each.mode & 0o7777,  # docker 20.10 sends the file's type with it
                user=each.uid,
                group=each.gid,
                modified=each.mtime,
                link=each.linkname,
                content=_content(tar, each),
                records={name: value for name, value in each.pax_headers.items() if name.startswith("SCHILY")},
            )
            for each in tar
        ]


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member) if member.isreg() else None
    return file.read() if file else b""


class ClassicClient:
    """Runs `docker build` of the classic builder, and keeps what the engine was sent."""

    def __init__(self, path: str, bodies: list[tuple[str, bytes]]) -> None:
        self._path = path
        self._bodies = bodies

    def sends(self, context: str | Path, *options: str, stdin: bytes = b"") -> bytes:
        """The body of POST /build. Raises subprocess.CalledProcessError where docker refuses before it."""
        return self.asks(context, *options, stdin=stdin)[1]

    def asks(self, context: str | Path, *options: str, stdin: bytes = b"") -> tuple[str, bytes]:
        """The target of POST /build, with its query, and the body."""
        self._bodies.clear()
        command = [find("docker"), "--host", f"unix://{self._path}", "build", "--quiet", *options, str(context)]
        environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_BUILDKIT": "0"}
        subprocess.run(command, check=True, capture_output=True, input=stdin, env=environ, timeout=60)
        (found,) = self._bodies
        return found


@contextlib.contextmanager
def classic_client() -> Iterator[ClassicClient]:
    """Docker's command line in front of an engine that builds nothing."""
    bodies: list[tuple[str, bytes]] = []

    def script(peer: Peer) -> None:
        while True:
            request = peer.request()
            if request.target.endswith("/_ping"):
                peer.send(_PING)
                continue
            bodies.append((request.target, request.body))
            peer.send(_REPLY)

    with serving(script) as server:
        yield ClassicClient(server.path, bodies)
