"""Builds over a session, and what came of them: by our session, or by the client that docker 20.10 has built in."""

from __future__ import annotations

import functools
import hashlib
import io
import subprocess
import tarfile
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.builder.buildkit.filesync import FileSync
from dockmagic.builder.buildkit.session import Session
from dockmagic.builder.buildkit.sources import Directory, Files
from dockmagic.builder.buildkit.trace import Failed, ImageBuilt, Trace, read_message
from tests.engines.http import checked, request
from tests.engines.programs import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from dockmagic.builder.buildkit.services import Service
    from dockmagic.builder.buildkit.sources import Source
    from dockmagic.builder.buildkit.trace import BuildMessage


class Entry(NamedTuple):
    """What of a path in an image is compared."""

    name: bytes
    kind: bytes
    mode: int
    owner: tuple[int, int]
    modified: int
    link: bytes
    content: str
    attributes: tuple[tuple[str, str], ...]


class Build:
    """The messages of a build, and its session, which has ended."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.messages: list[BuildMessage] = []

    @property
    def log(self) -> bytes:
        """All that its steps printed."""
        traces = [message for message in self.messages if isinstance(message, Trace)]
        return b"".join(log.data for trace in traces for log in trace.logs)

    @property
    def image(self) -> str:
        """The id of what was built, "" if nothing."""
        return next((message.id for message in self.messages if isinstance(message, ImageBuilt)), "")

    @property
    def error(self) -> str:
        """Why it failed, "" if it did not."""
        return next((message.message for message in self.messages if isinstance(message, Failed)), "")


@contextmanager
def building(
    engine: Engine, context: Path | Source, dockerfile: str, *services: Service, shared_key: str = "", **params: Any
) -> Iterator[tuple[Build, Iterator[BuildMessage]]]:
    """A build that goes on, and its messages as they come."""
    sources: dict[str, Source] = {
        "context": Directory(context) if isinstance(context, Path) else context,
        "dockerfile": Files({"Dockerfile": dockerfile.encode()}),
    }
    with Session(engine, FileSync(sources), *services, shared_key=shared_key or uuid.uuid4().hex) as session:
        query = {"version": "2", "remote": "client-session", "session": session.id, "buildid": session.id, **params}
        with engine.stream("POST", "/build", params=query) as stream:
            build = Build(session)
            yield build, _kept(build, stream)


def _kept(build: Build, stream: Any) -> Iterator[BuildMessage]:
    for line in stream:
        if (message := read_message(line)) is not None:
            build.messages.append(message)
            yield message


def run(engine: Engine, context: Path | Source, dockerfile: str, *services: Service, **options: Any) -> Build:
    """A build, to its end."""
    with building(engine, context, dockerfile, *services, **options) as (build, messages):
        for _ in messages:
            pass
    return build


@functools.cache
def built_in_client() -> str | None:
    """A docker command line that has BuildKit's client in it, or finds buildx; None if there is none."""
    for docker in (find("docker"), "/usr/bin/docker"):
        try:
            version = subprocess.run([docker, "--version"], capture_output=True, text=True, check=True).stdout
            if version.startswith("Docker version 20.") or _works(docker, "buildx", "version"):
                return docker
        except (OSError, subprocess.CalledProcessError):
            continue
    return None


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def docker_build(docker: str, host: str, directory: Path, dockerfile: str, *flags: str) -> str:
    """Build with docker's own client, the Dockerfile from stdin, and return the image's name.

    Raises:
        AssertionError: docker failed; the message is what it said.
    """
    name = f"oracle:{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [docker, "--host", host, "build", "--tag", name, *flags, "--file", "-", str(directory)],
            input=dockerfile.encode(),
            env={"DOCKER_BUILDKIT": "1", "PATH": "/usr/bin:/bin", "HOME": home, "DOCKER_CONFIG": home},
            capture_output=True,
            check=False,
            timeout=100,
        )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return name


def files_of(socket: str, image: str, path: str) -> list[Entry]:
    """What is at `path` in an image: name, kind, mode, owner, group, time, link, content and extended attributes.

    The times of directories are those of the build, and left out.
    """
    body = b'{"Image": "%b", "Cmd": ["true"], "NetworkDisabled": true}' % image.encode()
    identity = checked(request(socket, "POST", "/containers/create", body=body)).json()["Id"]
    try:
        archive = checked(request(socket, "GET", f"/containers/{identity}/archive?path={path}")).body
    finally:
        checked(request(socket, "DELETE", f"/containers/{identity}?force=1"))
    with tarfile.open(fileobj=io.BytesIO(archive), encoding="utf-8", errors="surrogateescape") as tar:
        return sorted(_entry(tar, member) for member in tar)


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    file = tar.extractfile(member) if member.isfile() else None
    modified = 0 if member.isdir() else int(member.mtime)
    content = hashlib.sha256(file.read()).hexdigest() if file else ""
    extra = {key: value for key, value in member.pax_headers.items() if key.startswith("SCHILY.xattr.")}
    name = member.name.encode("utf-8", "surrogateescape")
    link = member.linkname.encode("utf-8", "surrogateescape")
    owner, attributes = (member.uid, member.gid), tuple(sorted(extra.items()))
    return Entry(name, member.type, member.mode, owner, modified, link, content, attributes)
