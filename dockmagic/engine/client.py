"""Engine: one Docker Engine, asked over its HTTP API."""

from __future__ import annotations

import copy
import re
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from dockmagic.engine.endpoint_client import EndpointClient
from dockmagic.engine.failures import raise_for_status
from dockmagic.engine.replies import decoded
from dockmagic.engine.stop import Stop
from dockmagic.engine.stream import Stream
from dockmagic.engine.versions import common_version, pinned_version
from dockmagic.errors import InsecureConnection, ProtocolError, UsageError, warn
from dockmagic.text import shown, single_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    import httpx

    from dockmagic.engine.endpoint import Endpoint
    from dockmagic.engine.transport import RawStream

    _Params: TypeAlias = Mapping[str, object] | None

__all__ = ["Engine"]

_VERSIONED = re.compile(r"/v\d+\.\d+/")

READ_TIMEOUT = 60.0
"""Seconds that an engine may be silent, where it is not right to be slow."""


class Engine:
    """One Docker Engine. Safe to share between threads; each request has a connection of its own meanwhile.

    Made by `dockmagic.connect()`. It negotiates the API version with the first request, keeps its connections, and
    closes them in `close()` (or at the end of a `with`).

    Every method raises EngineUnreachable, EngineTimeout or ProtocolError when talking fails, VersionMismatch when there
    is no common version, and an APIError (NotFound, Conflict, ...) with the engine's own words when it refuses.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeout: float | None = READ_TIMEOUT,
        insecure: bool = False,
        api_version: str | None = None,
    ) -> None:
        """Nothing is sent yet. `timeout`: seconds an engine may be silent; `api_version` pins, past our newest.

        Raises InsecureConnection for plain tcp to another host, unless `insecure`.
        """
        _check_safety(endpoint, insecure=insecure)
        self.endpoint = endpoint
        self._version = pinned_version(api_version)
        self._negotiating = threading.Lock()
        self._client = EndpointClient(endpoint, timeout=timeout)

    def __repr__(self) -> str:
        version = f" API {self._version}" if self._version else ""
        return f"<Engine {self.host}{version}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection that is kept; streams that are open close theirs."""
        self._client.close()

    @property
    def host(self) -> str:
        """Where it is, in docker's form: unix:///var/run/docker.sock."""
        return single_line(self.endpoint.host)

    @property
    def timeout(self) -> float | None:
        """Seconds that the engine may be silent, where it is not right to be slow; None for no limit."""
        return self._client.timeout

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._client.timeout = seconds

    @property
    def api_version(self) -> str:
        """The version of the API that requests use: the newest both sides know, negotiated once with /_ping."""
        if self._version is None:
            with self._negotiating:
                if self._version is None:
                    self.ping()
        assert self._version is not None  # noqa: S101 - ping() raises or sets it
        return self._version

    def ping(self) -> float:
        """GET /_ping, and how long the answer took, in seconds. The first one settles the API version."""
        start = time.perf_counter()
        response = self._client.send("GET", "/_ping")
        seconds = time.perf_counter() - start
        newest = self._check_identity(response)
        if self._version is None:
            self._version = common_version(self.endpoint, newest)
        return seconds

    def get(self, path: str, *, params: _Params = None, **options: Any) -> Any:
        """GET `path` ("/containers/json", without a version): JSON as Python data, other text as str, else None.

        Options of `get`, `post`, `put`, `delete` and `head`: `params` (query; None values are left out, True is "true",
        dicts and lists become JSON), `json` or `content` (body), `headers`, `timeout` (seconds or None).
        """
        return self.request("GET", path, params=params, **options)

    def post(self, path: str, *, params: _Params = None, **options: Any) -> Any:
        """POST `path`, with `json=` or `content=` (bytes or an iterator of bytes) as body. See `get`."""
        return self.request("POST", path, params=params, **options)

    def put(self, path: str, *, params: _Params = None, **options: Any) -> Any:
        """PUT `path`. See `get`."""
        return self.request("PUT", path, params=params, **options)

    def delete(self, path: str, *, params: _Params = None, **options: Any) -> Any:
        """DELETE `path`. See `get`."""
        return self.request("DELETE", path, params=params, **options)

    def head(self, path: str, *, params: _Params = None, **options: Any) -> httpx.Headers:
        """HEAD `path`: the reply's headers. See `get`."""
        response = self._client.send("HEAD", self._versioned(path), params=params, **options)
        raise_for_status(self.endpoint, response)
        return response.headers

    def request(self, method: str, path: str, *, params: _Params = None, **options: Any) -> Any:
        """Any request whose reply is read at once. See `get`."""
        return self.exchange(method, path, params=params, **options)[1]

    def exchange(self, method: str, path: str, *, params: _Params = None, **options: Any) -> tuple[int, Any]:
        """As `request`, with the reply's status in front (204 and 304 differ where something may be so already)."""
        response = self._client.send(method, self._versioned(path), params=params, **options)
        if response.status_code != HTTPStatus.NOT_MODIFIED:  # what was asked for is so already
            raise_for_status(self.endpoint, response)
        return response.status_code, decoded(response)

    def stopped_by(self, stop: Stop) -> Engine:
        """The same engine with the same connections, whose requests end at once when `stop` is called.

        Whoever waits for one then gets the error of a broken connection. One `stop` watches one request at a time: it
        belongs to one thread.
        """
        watched = copy.copy(self)
        watched._client = self._client.stopped_by(stop)  # noqa: SLF001 - itself
        self._version = watched.api_version  # settled once for all of them, and `stop` ends that too
        return watched

    def twin(self) -> Engine:
        """The same engine with connections of its own, for what goes on when this one is closed. To be closed too."""
        twin = copy.copy(self)
        twin._negotiating = threading.Lock()  # noqa: SLF001 - itself
        twin._client = EndpointClient(self.endpoint, timeout=self.timeout)  # noqa: SLF001 - itself
        return twin

    @contextmanager
    def stream(self, method: str, path: str, *, params: _Params = None, **options: Any) -> Iterator[Stream]:
        """A reply that goes on (events, progress), without a limit on silence; closed at the end of the `with`."""
        stop = self._client.stop or Stop()
        options.setdefault("timeout", None)
        response = self._client.open(method, self._versioned(path), params=params, stop=stop, **options)
        with Stream(response, stop=stop, failures=self._client.failures) as stream:
            self._check(response)
            yield stream

    @contextmanager
    def upgrade(self, path: str, *, protocol: str = "tcp", **options: Any) -> Iterator[RawStream]:
        """POST `path` and keep the connection as a stream of bytes both ways (exec, attach, BuildKit's session).

        `headers` may be pairs, where one comes several times. Raises ProtocolError if the engine answers without
        switching protocols. Another thread that reads or writes does so inside `failures()`.
        """
        given = options.pop("headers", ())
        headers = [("Connection", "Upgrade"), ("Upgrade", protocol)]
        headers += given.items() if isinstance(given, Mapping) else given
        options.setdefault("timeout", None)
        response = self._client.open("POST", self._versioned(path), headers=headers, stop=Stop(), **options)
        try:
            self._check(response)
            if "network_stream" not in response.extensions:
                raise ProtocolError(f"the engine answered {response.status_code} instead of switching to {protocol}")
            with self._client.failures():
                yield response.extensions["network_stream"]
        finally:
            response.close()

    def failures(self) -> AbstractContextManager[None]:
        """Map what an upgraded connection raises inside the block: EngineUnreachable, EngineTimeout, ProtocolError."""
        return self._client.failures()

    def _check(self, response: httpx.Response) -> None:
        """Raise what the status of an open reply means; its body is the engine's words then."""
        if response.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            with self._client.failures():
                response.read()
            raise_for_status(self.endpoint, response)

    def _versioned(self, path: Any) -> str:
        if not isinstance(path, str) or not path.startswith("/"):
            raise UsageError(f"an endpoint's path is text that starts with a slash, not {shown(repr(path))}")
        return path if _VERSIONED.match(path) else f"/v{self.api_version}{path}"

    def _check_identity(self, response: httpx.Response) -> str:
        """The newest API version that the engine knows. Raises ProtocolError for what is no Docker Engine."""
        newest: str = response.headers.get("api-version", "")
        if newest or response.content.strip() == b"OK":
            raise_for_status(self.endpoint, response)
            return newest
        if response.status_code == HTTPStatus.BAD_REQUEST:  # Go's own word of a TLS port, before any handler
            raise_for_status(self.endpoint, response)
        kind = shown(response.headers.get("content-type", "no content type"))
        raise ProtocolError(
            f"what answers at {self.host} is not a Docker Engine: GET /_ping gave {response.status_code} ({kind})",
            hint="Check the address: %dconnect HOST, %dcontext ls",
        )


def _check_safety(endpoint: Endpoint, *, insecure: bool) -> None:
    if endpoint.tls is not None and not endpoint.tls.verify:
        warn(f"the certificate of {endpoint.display} is not checked: the context {endpoint.context} says SkipTLSVerify")
    if endpoint.scheme == "tcp" and endpoint.tls is None and not endpoint.is_loopback and not insecure:
        raise InsecureConnection(
            f"{endpoint.display} (chosen because {endpoint.source}) is neither encrypted nor does it ask who you are: "
            "whoever can read or reach that connection is root on that host",
            hint="Use TLS (DOCKER_TLS_VERIFY=1, DOCKER_CERT_PATH) or ssh://; to insist: %dconnect --insecure HOST, "
            "connect(insecure=True), %config DockMagic.insecure = True or DOCKMAGIC_INSECURE=1",
        )
