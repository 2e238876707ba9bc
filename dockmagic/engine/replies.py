"""Replies as Python data, in the shape they should have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from dockmagic.collector import collector_paused
from dockmagic.errors import ProtocolError
from dockmagic.text import shown

if TYPE_CHECKING:
    import httpx

__all__ = ["decoded", "objects", "one_object"]

_NO_TEXT = ("application/x-tar", "application/octet-stream", "application/vnd.docker.")


def decoded(response: httpx.Response) -> Any:
    """The body: JSON as Python data, other text as str, None for none. Raises ProtocolError for what is neither."""
    if not response.content:
        return None
    kind = response.headers.get("content-type", "")
    if kind.startswith(_NO_TEXT):
        raise ProtocolError(
            f"the engine sent {shown(kind)}, which is no text", hint='engine.stream("GET", path) gives its bytes.'
        )
    if "json" not in kind:
        return response.content.decode(errors="replace")
    try:
        with collector_paused():
            return orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise ProtocolError(f"the engine sent what is not JSON: {response.content[:60]!r}") from error


def objects(reply: Any, endpoint: str) -> list[dict[str, Any]]:
    """`reply` as a list of JSON objects; null is an empty one. Raises ProtocolError for anything else."""
    if reply is None:
        return []
    if not isinstance(reply, list) or not all(isinstance(each, dict) for each in reply):
        raise ProtocolError(f"the engine's reply to {endpoint} is no list of objects: {type(reply).__name__}")
    return reply


def one_object(reply: Any, endpoint: str) -> dict[str, Any]:
    """`reply` as a JSON object. Raises ProtocolError for anything else."""
    if not isinstance(reply, dict):
        raise ProtocolError(f"the engine's reply to {endpoint} is no object: {type(reply).__name__}")
    return reply
