"""The httpx client of one endpoint: each request is logged, each failure of httpx becomes one of ours."""

from __future__ import annotations

import copy
import logging
import time
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from dockmagic import __version__
from dockmagic.engine.dial import Dialer
from dockmagic.engine.failures import failures
from dockmagic.engine.transport import EngineTransport
from dockmagic.engine.url import authority, is_plain, with_query
from dockmagic.errors import UsageError
from dockmagic.masking import masked_pair
from dockmagic.text import single_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from dockmagic.engine.endpoint import Endpoint
    from dockmagic.engine.stop import Stop

__all__ = ["CONNECT_TIMEOUT", "EndpointClient"]

CONNECT_TIMEOUT = 30.0
"""Seconds to connect in, as docker's own client."""

_logger = logging.getLogger("dockmagic")


class EndpointClient:
    """Sends requests to one endpoint. `timeout`: seconds of silence that a request allows unless it says otherwise.

    `stop` ends each request that has none of its own. httpx's client makes the requests, and our transport gets them
    from its hand: Client.send would look for redirects, cookies and credentials, of which an engine has none, and log
    each URL as it is, with the values of build arguments in it.
    """

    def __init__(self, endpoint: Endpoint, *, timeout: float | None) -> None:
        self.stop: Stop | None = None
        self._endpoint = endpoint
        with self.failures():
            self._base = httpx.URL(f"http://{authority(endpoint)}")
        self._transport = EngineTransport(Dialer(endpoint))
        self._client = httpx.Client(
            transport=self._transport,
            timeout=_limits(timeout),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": f"dockmagic/{__version__}", "Accept-Encoding": "identity"},
        )

    @property
    def timeout(self) -> float | None:
        """Seconds, None for no limit."""
        return self._client.timeout.read

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._client.timeout = _limits(seconds)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._client.close()

    def stopped_by(self, stop: Stop) -> EndpointClient:
        """The same client and connections, for requests that `stop` ends."""
        watched = copy.copy(self)
        watched.stop = stop
        return watched

    def failures(self) -> AbstractContextManager[None]:
        """Map what httpx raises inside the block: EngineUnreachable, EngineTimeout, ProtocolError."""
        return failures(self._endpoint)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A reply of any status, read to its end. Options as `open`."""
        response = self.open(method, path, **options)
        with self.failures():
            try:
                response.read()
            finally:
                response.close()
        return response

    def open(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        stop: Stop | None = None,
        **options: Any,
    ) -> httpx.Response:
        """A reply of any status, to be read and closed by the caller. `json`, `content`, `headers`, `timeout`."""
        if "json" in options:
            options["content"] = _encoded(options.pop("json"))
            options["headers"] = {"Content-Type": "application/json", **options.get("headers", {})}
        if "timeout" in options:
            options["timeout"] = _limits(options["timeout"])
        if (stop := stop or self.stop) is not None:
            options["extensions"] = {"stop": stop}
        start = time.perf_counter()
        with self.failures():
            request = self._request(method, with_query(path, params), options)
            response = self._transport.handle_request(request)
            response.request = request
        if _logger.isEnabledFor(logging.DEBUG):
            seconds = time.perf_counter() - start
            _logger.debug("%s %s -> %d in %.1f ms", method, _masked(request), response.status_code, seconds * 1000)
        return response

    def _request(self, method: str, target: str, options: dict[str, Any]) -> httpx.Request:
        """For `target`, as it is where httpx's URL would not change it: taking one apart is half of making a request.

        The extension is httpx's own: https://www.python-httpx.org/advanced/extensions/#target
        """
        if not is_plain(target):
            return self._client.build_request(method, f"{self._base}{target}", **options)
        options["extensions"] = {**options.get("extensions", {}), "target": target.encode()}
        return self._client.build_request(method, self._base, **options)


def _encoded(value: Any) -> bytes:
    """JSON, with numpy's numbers as numbers. Raises UsageError for what is none, such as half a character."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError as error:  # orjson's own are of this kind
        raise UsageError(f"the body cannot be sent as JSON: {single_line(str(error))}") from error


def _limits(seconds: float | None) -> httpx.Timeout:
    """A limit on silence; connecting has one of its own, or this one if it is shorter."""
    return httpx.Timeout(seconds, connect=CONNECT_TIMEOUT if seconds is None else min(seconds, CONNECT_TIMEOUT))


def _masked(request: httpx.Request) -> str:
    """Its URL without what could be a secret in it; values are masked before quotes are undone, "&" among them."""
    url = request.url.join(request.extensions.get("target", b"").decode())
    pairs = [masked_pair(name, value) for name, value in url.params.multi_items()]
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return single_line(f"{url.copy_with(query=None)}{'?' if query else ''}{query}")
