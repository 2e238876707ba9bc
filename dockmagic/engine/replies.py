"""Replies that have the shape they should have."""

from __future__ import annotations

from typing import Any

from dockmagic.errors import ProtocolError

__all__ = ["objects", "one_object"]


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
