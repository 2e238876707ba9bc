"""Paths and queries of requests: names quoted into segments, parameters as docker writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import orjson

from dockmagic.errors import UsageError
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.endpoint import Endpoint

__all__ = ["authority", "is_plain", "segment", "with_query"]

# https://www.rfc-editor.org/rfc/rfc3986#section-3.3 with its query; a dot that begins a segment may be a step up
_CHARACTERS = r"(?:[\w\-.~!$&'()*+,;=:@]++|%[0-9A-Fa-f]{2})"
_PLAIN = re.compile(rf"(?:/(?!\.){_CHARACTERS}*+)++(?:\?(?:{_CHARACTERS}|[/?])*+)?", re.ASCII)


def segment(name: str, what: str) -> str:
    """`name` as one segment of a path. Raises UsageError for one that would leave it: a part that is "", "." or "..".

    An engine cleans paths with a redirect, after it has undone the quoting: /containers//json is the list of all, and
    /containers/a%2F..%2F..%2Finfo/json is /info/json.
    """
    if not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise UsageError(f"{shown(repr(name))} is no name of {what}")
    try:
        return quote(name, safe="")
    except UnicodeEncodeError as error:
        raise UsageError(f"{shown(repr(name))} is no name of {what}: half a character is in it") from error


def authority(endpoint: Endpoint) -> str:
    """What stands as host in the URLs of requests, and thus in their Host header."""
    if endpoint.scheme != "tcp":
        return "docker"  # Go refuses a Host header with a path in it
    hostname = f"[{endpoint.hostname}]" if ":" in endpoint.hostname else endpoint.hostname
    return f"{hostname}:{endpoint.port}"


def is_plain(target: str) -> bool:
    """Whether path and query are as httpx's URL would write them, which takes it twenty times as long to find out."""
    return _PLAIN.fullmatch(target) is not None


def with_query(path: str, params: Mapping[str, object] | None) -> str:
    """`path` with `params` behind it: None is left out, True is "true", dicts and lists are JSON, a tuple repeats it.

    httpx's own `params` would replace a query that the path already has. Raises UsageError for what is no query.
    """
    if params is not None and not isinstance(params, Mapping):
        raise UsageError(f"params is a dict of the query's parameters, not {shown(repr(params))}")
    pairs = [
        (name, _query_value(name, each))
        for name, value in (params or {}).items()
        for each in (value if isinstance(value, tuple) else (value,))
        if each is not None
    ]
    try:
        query = urlencode(pairs)
    except UnicodeEncodeError as error:
        raise UsageError(f"{shown(repr(error.object))} cannot be sent: half a character is in it") from error
    return path + ("&" if "?" in path else "?") + query if query else path


def _query_value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        try:
            return orjson.dumps(value).decode()
        except orjson.JSONEncodeError as error:  # whose words are few; the value may be a secret
            raise UsageError(f"{name} cannot be sent: half a character, or what is no JSON, is in it") from error
    return str(value)
