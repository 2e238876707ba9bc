"""httpx errors and HTTP statuses become errors that say what happened, to what, and what to do next. Only here."""

from __future__ import annotations

import getpass
import os
import ssl
import stat
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import orjson

from dockmagic.engine.endpoint import is_socket, neighbours
from dockmagic.engine.versions import version_mismatch
from dockmagic.errors import (
    APIError,
    BadRequest,
    Conflict,
    EngineFault,
    EngineTimeout,
    EngineUnreachable,
    NotFound,
    ProtocolError,
    UsageError,
)
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic.engine.endpoint import Endpoint
    from dockmagic.errors import (
        DockMagicError,
    )

__all__ = ["failures", "raise_for_status"]

_ELSEWHERE = "connect elsewhere: %dconnect ssh://host, %dcontext ls"
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST", "UNKNOWN_PROTOCOL")
_PLAIN_TO_TLS = "HTTP request to an HTTPS server"
_TLS_ALERT = r"b'\x15\x03"  # the first bytes of a TLS alert, as the parser's complaint quotes them
_BY_STATUS: dict[int, type[APIError]] = {
    HTTPStatus.BAD_REQUEST: BadRequest,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
}


@contextmanager
def failures(endpoint: Endpoint) -> Iterator[None]:
    """Map what httpx raises inside the block.

    Raises EngineUnreachable, EngineTimeout or ProtocolError. A KeyboardInterrupt passes untouched.
    """
    try:
        yield
    except httpx.ConnectTimeout as error:
        raise EngineUnreachable(f"no answer from {_named(endpoint)} in time", hint=_start_or_elsewhere()) from error
    except httpx.ConnectError as error:
        raise _unreachable(endpoint, error) from error
    except httpx.TimeoutException as error:
        raise EngineTimeout(
            f"the engine at {endpoint.display} did not answer in time; what it was asked to do may still happen",
            hint="A longer limit, in seconds: %config DockMagic.timeout = 300",
        ) from error
    except httpx.LocalProtocolError as error:
        raise ProtocolError(f"the request was not sent: {error}") from error
    except httpx.TransportError as error:
        raise _broken(endpoint, error) from error
    except httpx.InvalidURL as error:
        raise UsageError(f"the path is none that can be sent: {error}") from error
    except httpx.StreamError as error:
        raise UsageError("the stream is closed, or was read before; ask for a new one") from error


def _named(endpoint: Endpoint) -> str:
    return f"{single_line(endpoint.host)} (chosen because {endpoint.source})"


def _start_or_elsewhere() -> str:
    found = neighbours(os.environ, is_socket, Path.home())
    known = f"   (found a socket at {found[0]})" if found else ""
    return f"Start Docker, or {_ELSEWHERE}; without Docker: %dconnect demo{known}"


def _unreachable(endpoint: Endpoint, error: httpx.ConnectError) -> EngineUnreachable:
    cause = error.__cause__
    if endpoint.scheme == "ssh":
        return EngineUnreachable(
            f"ssh gives no way to {_named(endpoint)}: {_ssh_words(error)}",
            hint=f"Try it in a terminal: ssh {endpoint.hostname} docker version",
        )
    if endpoint.tls is not None and (cause is None or isinstance(cause, (ssl.SSLError, ConnectionResetError))):
        return _no_trust(endpoint, cause)
    if endpoint.scheme == "unix":
        return _no_socket(endpoint, cause)
    if cause is not None and "gaierror" in type(cause).__name__:
        return EngineUnreachable(
            f"the name {shown(endpoint.hostname)} is unknown, wanted for {_named(endpoint)}: {cause.args[-1]}",
            hint="Check its spelling, or " + _ELSEWHERE,
        )
    return EngineUnreachable(f"nothing answers at {_named(endpoint)}: {error}", hint=_start_or_elsewhere())


def _ssh_words(error: httpx.ConnectError) -> str:
    if isinstance(error.__cause__, FileNotFoundError):
        return "there is no ssh program on the PATH"
    return shown(str(error), length=400)


def _no_socket(endpoint: Endpoint, cause: BaseException | None) -> EngineUnreachable:
    if isinstance(cause, PermissionError):
        return EngineUnreachable(
            f"{getpass.getuser()} may not open {_named(endpoint)}",
            hint=_permission_hint(endpoint.path),
        )
    try:
        is_socket = stat.S_ISSOCK(Path(endpoint.path).stat().st_mode)
    except (OSError, ValueError):
        reason = f": {cause}" if cause is not None and not isinstance(cause, FileNotFoundError) else ""
        return EngineUnreachable(f"nothing answers at {_named(endpoint)}{reason}", hint=_start_or_elsewhere())
    if not is_socket:
        return EngineUnreachable(
            f"{_named(endpoint)} is not a socket", hint="Name the engine's socket, or " + _ELSEWHERE
        )
    return EngineUnreachable(f"nothing answers at {_named(endpoint)}: connection refused", hint=_start_or_elsewhere())


def _permission_hint(path: str) -> str:
    try:
        import grp  # noqa: PLC0415 - not on Windows

        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (ImportError, KeyError, OSError):
        return "Ask whoever runs the engine for access to its socket."
    return f"It belongs to the group {group}: sudo usermod -aG {group} {getpass.getuser()}, then log in again."


def _no_trust(endpoint: Endpoint, cause: BaseException | None) -> EngineUnreachable:
    """A TLS failure: whose certificate is not accepted, and why."""
    tls = endpoint.tls
    if isinstance(cause, ssl.SSLCertVerificationError):
        return EngineUnreachable(
            f"the certificate of {_named(endpoint)} is not to be trusted: {cause.verify_message}",
            hint=f"Checked against {tls.ca if tls and tls.ca else 'the CAs of this system'}.",
        )
    reason = getattr(cause, "reason", None) or str(cause or "")
    if any(word in reason for word in _NO_TLS):
        return EngineUnreachable(
            f"{_named(endpoint)} does not speak TLS ({single_line(reason)})",
            hint="Is it the right port (2376 is TLS)? For a plain one unset DOCKER_TLS_VERIFY and DOCKER_TLS.",
        )
    if "ALERT" not in reason:  # an end without a word, which may be a client certificate that is not wanted
        reason = "the connection was closed right after the TLS handshake"
    if tls is not None and tls.cert is not None:
        return EngineUnreachable(
            f"{_named(endpoint)} does not accept our client certificate {tls.cert}, or stopped ({single_line(reason)})",
            hint="It must be signed by the CA that the engine was started with (--tlscacert), and not be expired.",
        )
    return EngineUnreachable(
        f"{_named(endpoint)} wants a client certificate, and none was given ({single_line(reason)})",
        hint="Put cert.pem and key.pem into the directory that DOCKER_CERT_PATH names, or into the docker context.",
    )


def _broken(endpoint: Endpoint, error: httpx.TransportError) -> DockMagicError:
    text = single_line(str(error))
    if endpoint.tls is None and _TLS_ALERT in text:
        return _plain_to_tls(endpoint)
    return ProtocolError(
        f"the talk with {_named(endpoint)} broke off: {text}",
        hint="Did it stop, or is it no Docker Engine? %dconnect says what answers there.",
    )


def raise_for_status(endpoint: Endpoint, response: httpx.Response) -> None:
    """Raise what a status of 300 and above means; the body must have been read."""
    status = response.status_code
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    words = _complaint(response)
    if status < HTTPStatus.BAD_REQUEST:
        target = shown(response.headers.get("location", ""))
        raise ProtocolError(f"the engine redirects to {target!r}; redirects are never followed")
    if _PLAIN_TO_TLS in words:
        raise _plain_to_tls(endpoint)
    if "client version" in words and (" too old" in words or " too new" in words):
        raise version_mismatch(endpoint, response.headers.get("api-version", ""), words)
    other = EngineFault if status >= HTTPStatus.INTERNAL_SERVER_ERROR else APIError
    raise _BY_STATUS.get(status, other)(words.removeprefix("Conflict. "), status=status)


def _plain_to_tls(endpoint: Endpoint) -> EngineUnreachable:
    return EngineUnreachable(
        f"{_named(endpoint)} speaks TLS, and was spoken to in plain",
        hint="Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or use a docker context with certificates.",
    )


def _complaint(response: httpx.Response) -> str:
    """The engine's own words: JSON's "message", or the plain text that some replies are."""
    try:
        body = orjson.loads(response.content)
        words = (body["message"] or "") if isinstance(body, dict) else ""
    except (orjson.JSONDecodeError, KeyError):
        words = response.content[:2000].decode(errors="replace")
    return shown(str(words), length=1000) or f"the engine answered {response.status_code} without a word"
