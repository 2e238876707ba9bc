"""Options of drivers, and labels: NAME=VALUE texts or a dict, as JSON wants them. Pure."""

from __future__ import annotations

from typing import Any

from dockmagic.engine.container_spec.environment import labels
from dockmagic.engine.container_spec.values import Here, named, pairs
from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["driver_options", "label_map"]


def driver_options(given: Any, flag: str) -> dict[str, str]:
    """Of one name the last one counts; a name alone is an empty one. Source: `MapOpts` of docker/cli."""
    with named(flag):
        parts = [text.partition("=") for text in pairs(given)]
        for name, *_ in parts:
            if not name.strip():
                raise UsageError(f"an option is written NAME=VALUE, not {shown(repr(name))}")
    return {name: value for name, _, value in parts}


def label_map(given: Any) -> dict[str, str]:
    """Labels as `create` and `run` take them."""
    found: dict[str, str] = labels({"labels": given}, Here({}, str))["Labels"]
    return found
