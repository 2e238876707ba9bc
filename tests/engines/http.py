"""Requests to an engine over its unix socket by the standard library alone: the judge must not be the judged."""

import http.client
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Reply(NamedTuple):
    """What the engine answered, whatever the status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.body)


class _UnixConnection(http.client.HTTPConnection):
    """A connection to a path instead of a host."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("docker", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def request(
    socket_path: str | Path,
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> Reply:
    """Send one request to the engine at `socket_path` and return its whole answer.

    Args:
        socket_path: the unix socket.
        method: GET, POST, PUT, DELETE or HEAD.
        path: path and query, percent-encoded.
        body: the request's body.
        headers: the request's headers; a JSON content type is assumed for a body.
        timeout: seconds that each read may take.

    Raises:
        OSError: nothing answers there.
        http.client.HTTPException: what answers is no HTTP.
    """
    connection = _UnixConnection(str(socket_path), timeout)
    typed = {} if body is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, path, body=body, headers={**typed, **(headers or {})})
        response = connection.getresponse()
        return Reply(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


def alive(socket_path: str | Path) -> bool:
    """Tell whether an engine answers GET /_ping at `socket_path`."""
    try:
        return request(socket_path, "GET", "/_ping", timeout=5).status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def checked(reply: Reply) -> Reply:
    """Return `reply` if it reports success, in its status and in every line of its body.

    Raises:
        RuntimeError: it does not; engines report failures also in a stream that began with 200.
    """
    if reply.status >= http.client.BAD_REQUEST or b'"errorDetail"' in reply.body:
        raise RuntimeError(f"the engine answered {reply.status}: {reply.body.decode(errors='replace')[-2000:]}")
    return reply
