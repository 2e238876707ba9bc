"""Docker's contexts: engines that have names, read where `docker context create` stores them."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from dockmagic.engine.hosts import DEFAULT_PIPE, DEFAULT_SOCKET, HOST_FORMS
from dockmagic.errors import UsageError
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "DEFAULT_CONTEXT",
    "TLS",
    "Context",
    "context_id",
    "default_host",
    "field",
    "find_context",
    "is_context_name",
    "json_object",
    "natural_order",
    "read_contexts",
    "wants_tls",
]

DEFAULT_CONTEXT = "default"  # never stored: it stands for DOCKER_HOST, or else for the default socket
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]+")
_TLS_SCHEMES = {"tcp", "http", "https"}
_NAMES_SHOWN = 10

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class TLS:
    """What proves who is who: PEM files where they lie."""

    ca: Path | None  # who signs the engine's certificate, and nobody else; None: the system's CAs
    cert: Path | None  # the client's certificate; None, as `key`: the client shows none
    key: Path | None
    verify: bool = True  # False only for a context that says SkipTLSVerify


@dataclass(frozen=True, slots=True)
class Context:
    """One stored context. With `error` it cannot be used, and what could not be read is empty."""

    name: str  # of a directory that does not tell a valid name: the directory's own, 64 hex digits
    description: str = ""
    host: str = ""  # as stored; "": the default socket
    skip_tls_verify: bool = False
    tls: TLS | None = None  # None: the connection is plain, or of a kind that knows no TLS
    error: str = ""  # why it cannot be used, as the end of a sentence


def is_context_name(name: str) -> bool:
    """Whether docker would store a context under `name`: two characters at least, and not "default"."""
    return name != DEFAULT_CONTEXT and _NAME.fullmatch(name) is not None


def context_id(name: str) -> str:
    """The directory of the context `name`: the SHA-256 of it, in hex. Source: docker/cli `cli/context/store`."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()


def read_contexts(directory: Path) -> dict[str, Context]:
    """The contexts under docker's configuration `directory` by name, in natural order (lab9, lab10).

    One that cannot be read has an `error` and leaves the others alone. Raises OSError if the store cannot be read.
    """
    store = directory / "contexts"
    try:
        identities = [home.name for home in (store / "meta").iterdir()]
    except FileNotFoundError:
        return {}
    found = [context for identity in identities if (context := _read_context(store, identity))]
    return {context.name: context for context in sorted(found, key=lambda context: natural_order(context.name))}


def find_context(contexts: Mapping[str, Context], name: str) -> Context:
    """The stored context `name`. Raises UsageError if there is none, or none that can be used."""
    context = contexts.get(name) or contexts.get(context_id(name))
    if context is None:
        raise UsageError(f"there is no docker context {shown(name) or 'without a name'}", hint=_suggest(contexts, name))
    if context.error:
        raise UsageError(
            f"the docker context {shown(name)} cannot be used: {context.error}",
            hint="Make it anew (docker context rm --force, docker context create), or name a host instead.",
        )
    return context


def wants_tls(environ: Mapping[str, str]) -> bool:
    """Whether hosts outside of contexts speak TLS. Any text says yes, "0" too: docker/cli `cli/flags/options.go`."""
    return bool(environ.get("DOCKER_TLS_VERIFY") or environ.get("DOCKER_TLS"))


def default_host(environ: Mapping[str, str], *, platform: str = sys.platform) -> str:
    """The host of the context "default": DOCKER_HOST, with TLS the local port for it, or else the local socket."""
    host = environ.get("DOCKER_HOST", "").strip()
    if host:
        return host
    if wants_tls(environ):
        return "tcp://localhost:2376"
    return f"npipe://{DEFAULT_PIPE}" if platform == "win32" else f"unix://{DEFAULT_SOCKET}"


def natural_order(name: str) -> tuple[tuple[str, int, str], ...]:
    """A key under which lab9 comes before lab10."""
    parts = ((text, digits.lstrip("0")) for text, digits in re.findall(r"([^0-9]*)([0-9]*)", name))
    return tuple((text, len(digits), digits) for text, digits in parts)


def json_object(data: bytes) -> dict[str, Any]:
    """`data` as a JSON object. Raises ValueError, whose text says what is wrong, for anything else."""
    try:
        value = json.loads(data.decode(), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - a file's content is no argument
    return value


def field(value: dict[str, Any], name: str, *, kind: type[Value]) -> Value:
    """The member `name` of a JSON object, empty if it is missing or null. Raises ValueError if it is not of `kind`.

    As Go reads it, docker's client thus too: upper and lower case are one, and the last of several counts.
    """
    found = next((value[key] for key in reversed(value) if key.lower() == name.lower()), None)
    if found is None:
        return kind()
    if not isinstance(found, kind):
        raise ValueError(f"{name} is not of the right type")  # noqa: TRY004 - a file's content is no argument
    return found


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _read_context(store: Path, identity: str) -> Context | None:
    path = store / "meta" / identity / "meta.json"
    try:
        return _understand(json_object(path.read_bytes()), store, identity)
    except (FileNotFoundError, NotADirectoryError):
        return None  # something else lies there
    except OSError as error:
        return Context(identity, error=f"{error.filename or path} cannot be read: {error.strerror}")
    except ValueError as error:
        return Context(identity, error=f"{path} does not describe a context: {single_line(str(error))}")


def _understand(meta: dict[str, Any], store: Path, identity: str) -> Context:
    name, metadata = field(meta, "Name", kind=str), field(meta, "Metadata", kind=dict)
    endpoint = field(meta, "Endpoints", kind=dict).get("docker")
    description = single_line(field(metadata, "Description", kind=str))
    if not is_context_name(name) or context_id(name) != identity:
        raise ValueError(f"its name is invalid or belongs elsewhere: {shown(name) or 'none'}")
    if not isinstance(endpoint, dict):
        return Context(name, description, error="it has no docker endpoint")
    host, skip_tls_verify = field(endpoint, "Host", kind=str), field(endpoint, "SkipTLSVerify", kind=bool)
    if host and ("://" not in host or not host.isprintable()):
        return Context(name, description, single_line(host), error="its host is not of the form scheme://address")
    tls = _stored_tls(store / "tls" / identity / "docker", host, verify=not skip_tls_verify)
    return Context(name, description, host, skip_tls_verify, tls)


def _stored_tls(directory: Path, host: str, *, verify: bool) -> TLS | None:
    """TLS is spoken if its directory exists (it may be empty), or if the context says not to verify.

    And to https://, which docker's client would call in plain text without it. Source: docker/cli
    `cli/context/docker/load.go`; the certificate is shown only if its key is there.
    """
    scheme = host.partition("://")[0]
    if scheme not in _TLS_SCHEMES or (verify and scheme != "https" and not directory.is_dir()):
        return None
    ca, cert, key = (directory / name for name in ("ca.pem", "cert.pem", "key.pem"))
    paired = cert.is_file() and key.is_file()
    return TLS(ca if ca.is_file() else None, cert if paired else None, key if paired else None, verify)


def _suggest(contexts: Mapping[str, Context], name: str) -> str:
    names = [DEFAULT_CONTEXT, *(known for known, context in contexts.items() if not context.error)]
    close = get_close_matches(name.lower(), [known.lower() for known in names], n=1)
    meant = f"Did you mean {next(known for known in names if known.lower() == close[0])}?  " if close else ""
    end = ", ..." if len(names) > _NAMES_SHOWN else "."
    return f"{meant}Contexts: {', '.join(names[:_NAMES_SHOWN])}{end}  {HOST_FORMS}"
