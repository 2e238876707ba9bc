"""Which engine? What is asked for, the environment and docker's own configuration lead to one endpoint."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dockmagic.engine.config_file import read_config
from dockmagic.engine.contexts import DEFAULT_CONTEXT, TLS, default_host, find_context, wants_tls
from dockmagic.engine.hosts import DEFAULT_SOCKET, Address, parse_context_host, parse_host
from dockmagic.errors import EngineUnreachable, UsageError
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockmagic.engine.config_file import DockerConfig

__all__ = ["TLS", "Address", "Endpoint", "is_socket", "locate", "neighbours", "parse_host", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Address):
    """One engine's address, why it is this one, and whom to trust there."""

    source: str  # the end of a sentence after "chosen because"
    context: str | None = None  # docker's name for it, if a context led to it
    tls: TLS | None = None  # None: plain

    @property
    def display(self) -> str:
        """A short name for messages and frames: the context's, or the host without its scheme."""
        if self.context and self.context != DEFAULT_CONTEXT:
            return single_line(self.context)
        return single_line(self.host.partition("://")[2])


@dataclass(frozen=True, slots=True)
class _Choice:
    """What was asked for: a host, or a context (neither: docker's own default), and by what."""

    source: str = ""
    host: str | None = None
    context: str | None = None
    subject: str = "the host"  # begins the sentence if the host is none


def resolve(
    target: str | None = None,
    *,
    host: str | None = None,
    context: str | None = None,
    environ: Mapping[str, str],
    config: DockerConfig,
    is_socket: Callable[[str], bool],
    exists: Callable[[Path], bool] = os.path.isfile,
    platform: str = sys.platform,
) -> Endpoint:
    """The endpoint that docker's own client would take, and why.

    In this order: `target` (a host, or else a context), `context` or `host`, DOCKER_HOST, DOCKER_CONTEXT, config.json's
    currentContext, the default socket, and if that is missing the one of rootless docker. A named context brings its
    own TLS; DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH count for every other tcp:// host.
    Source: docker/cli `cli/command/cli.go` and `cli/flags/options.go`.

    Raises UsageError for two answers at once, a host that is none, a context that is unknown or broken, a config.json
    that is needed and cannot be read, and a missing ca.pem; EngineUnreachable for a named pipe.
    """
    choice = _asked(target, host=host, context=context) or _configured(environ, config=config)
    if choice.host is None and choice.context not in {None, DEFAULT_CONTEXT}:
        endpoint = _of_context(choice, config=config)
    else:
        if choice.host is None:
            choice = _choose_default(choice, environ=environ, is_socket=is_socket, platform=platform)
        address = parse_host(choice.host or "", tls=wants_tls(environ), subject=choice.subject)
        tls = _tls_of(environ, directory=config.directory, exists=exists) if address.scheme == "tcp" else None
        endpoint = Endpoint(**asdict(address), source=choice.source, context=choice.context, tls=tls)
    if endpoint.scheme == "npipe":
        raise EngineUnreachable(
            f"{endpoint.host} is a named pipe, which dockmagic does not speak (chosen because {endpoint.source})",
            hint="Let the engine listen on tcp:// with TLS, connect to it through ssh://, or run Jupyter inside WSL.",
        )
    return endpoint


def locate(
    target: str | None = None,
    *,
    host: str | None = None,
    context: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Endpoint:
    """`resolve` with the files of this machine: docker's configuration directory, sockets and certificates."""
    config = read_config(environ)
    return resolve(target, host=host, context=context, environ=environ, config=config, is_socket=is_socket)


def is_socket(path: str) -> bool:
    """Whether a socket lies at `path` (somebody listening or not)."""
    try:
        return stat.S_ISSOCK(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return False


def neighbours(environ: Mapping[str, str], is_socket: Callable[[str], bool], home: Path) -> list[str]:
    """The sockets that exist where engines put theirs: what to offer if the chosen one does not answer.

    Looks for Docker Desktop, Colima, Rancher Desktop, OrbStack, rootless docker, Podman and Lima, and connects to none.
    """
    at_home = (
        ".docker/run/docker.sock",
        ".docker/desktop/docker.sock",
        ".colima/default/docker.sock",
        ".colima/docker.sock",
        ".rd/docker.sock",
        ".orbstack/run/docker.sock",
    )
    paths = [f"{home}/{path}" for path in at_home]
    runtime = environ.get("XDG_RUNTIME_DIR")
    if runtime:
        paths.append(f"{runtime}/docker.sock")
    if hasattr(os, "getuid"):
        paths.append(f"/run/user/{os.getuid()}/docker.sock")
    if runtime:
        paths.append(f"{runtime}/podman/podman.sock")
    paths += ["/run/podman/podman.sock", f"{home}/.lima/docker/sock/docker.sock"]
    return [path for path in dict.fromkeys(paths) if is_socket(path)]


def _asked(target: str | None, *, host: str | None, context: str | None) -> _Choice | None:
    given = {"a target": target, "--host": host, "--context": context}
    names = [name for name, value in given.items() if value is not None]
    for name in names:
        if not isinstance(given[name], str):  # not repeated: a dict may hold a password
            raise UsageError(f"{name} is {type(given[name]).__name__}, which names no engine")
    if len(names) > 1:
        raise UsageError(f"{' and '.join(names)} say which engine, each in its way", hint="Give one of them.")
    if target is not None and (":" in target or target.startswith("/")):  # neither can stand in a context's name
        return _Choice("%dconnect named it", host=target)
    if target is not None:
        return _Choice(f"%dconnect named the context {shown(target)}", context=target)
    if host is not None:
        return _Choice("--host named it", host=host, subject="--host")
    if context is not None:
        return _Choice(f"--context named {shown(context)}", context=context)
    return None


def _configured(environ: Mapping[str, str], *, config: DockerConfig) -> _Choice:
    if environ.get("DOCKER_HOST"):
        return _Choice()
    if name := environ.get("DOCKER_CONTEXT"):
        return _Choice(f"DOCKER_CONTEXT names {shown(name)}", context=name)
    if config.error:
        raise UsageError(
            f"docker's settings may name an engine, but {config.error}",
            hint="Repair that, or say which engine: %dconnect ssh://user@host, --host, --context or DOCKER_HOST.",
        )
    if name := config.current_context:
        return _Choice(f"config.json's currentContext is {shown(name)}", context=name)
    return _Choice()


def _choose_default(
    choice: _Choice, *, environ: Mapping[str, str], is_socket: Callable[[str], bool], platform: str
) -> _Choice:
    """Docker's own default. Rootless docker's socket steps in only where nobody named the context "default"."""
    host, subject = default_host(environ, platform=platform), "the host"
    runtime = environ.get("XDG_RUNTIME_DIR")
    rootless = f"{runtime}/docker.sock" if runtime and host == f"unix://{DEFAULT_SOCKET}" else ""
    if environ.get("DOCKER_HOST", "").strip():
        why, subject = "DOCKER_HOST is set", "DOCKER_HOST"
    elif wants_tls(environ):
        why = "DOCKER_TLS_VERIFY or DOCKER_TLS is set, and DOCKER_HOST is not"
    elif choice.context is not None:
        why = "DOCKER_HOST is not set"
    elif rootless and not is_socket(DEFAULT_SOCKET) and is_socket(rootless):
        host, why = f"unix://{rootless}", f"{DEFAULT_SOCKET} does not exist and rootless docker's socket does"
    else:
        why = "no context or DOCKER_HOST is set"
    source = f"{choice.source}, and {why}" if choice.source else why
    return _Choice(source, host=host, context=DEFAULT_CONTEXT, subject=subject)


def _of_context(choice: _Choice, *, config: DockerConfig) -> Endpoint:
    name = choice.context or ""
    context = find_context(config.contexts, name)
    host = context.host or f"unix://{DEFAULT_SOCKET}"  # as docker's client, which then ignores DOCKER_HOST
    address = parse_context_host(
        host, tls=context.tls is not None, subject=f"the host of the docker context {context.name},"
    )
    return Endpoint(**asdict(address), source=choice.source, context=context.name, tls=context.tls)


def _tls_of(environ: Mapping[str, str], *, directory: Path, exists: Callable[[Path], bool]) -> TLS | None:
    """TLS as the environment asks for it; certificates are checked with DOCKER_TLS too.

    Only ca.pem must be there, and only with DOCKER_TLS_VERIFY: without it DOCKER_TLS trusts the system's CAs.
    """
    if not wants_tls(environ):
        return None
    folder = Path(environ.get("DOCKER_CERT_PATH") or directory)
    ca, cert, key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
    if environ.get("DOCKER_TLS_VERIFY") and not exists(ca):
        raise UsageError(
            f"DOCKER_TLS_VERIFY is set, but there is no {ca}",
            hint="Put the CA's certificate there, or let DOCKER_CERT_PATH name the directory that has it.",
        )
    paired = exists(cert) and exists(key)
    return TLS(ca if exists(ca) else None, cert if paired else None, key if paired else None)
