"""The endpoints of containers. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters
from dockmagic.engine.replies import objects, one_object
from dockmagic.engine.url import segment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters

__all__ = [
    "container_changes",
    "container_create",
    "container_inspect",
    "container_list",
    "container_logs",
    "container_remove",
    "container_start",
    "container_top",
]

_KIND = "a container"


def container_list(
    engine: Engine,
    *,
    all: bool = False,
    limit: int | None = None,
    size: bool = False,
    filters: Filters = (),
) -> list[dict[str, Any]]:
    """GET /containers/json: those that run, or `all`; the `limit` newest; with `size` the engine walks their files."""
    params = {"all": all or None, "limit": limit, "size": size or None, "filters": encode_filters(filters)}
    slow = {"timeout": None} if size else {}
    return objects(engine.get("/containers/json", params=params, **slow), "GET /containers/json")


def container_inspect(engine: Engine, name: str) -> dict[str, Any]:
    """GET /containers/{id}/json. Raises NotFound."""
    return one_object(engine.get(f"/containers/{segment(name, _KIND)}/json"), "GET /containers/{id}/json")


def container_top(engine: Engine, name: str, *, ps_args: Sequence[str] = ()) -> dict[str, Any]:
    """GET /containers/{id}/top: {"Titles": [...], "Processes": [[...]]}, from `ps` on the engine's host.

    Raises NotFound; Conflict if it does not run; EngineFault with the words of `ps` for arguments it does not know.
    """
    reply = engine.get(f"/containers/{segment(name, _KIND)}/top", params={"ps_args": " ".join(ps_args) or None})
    return one_object(reply, "GET /containers/{id}/top")


def container_changes(engine: Engine, name: str) -> list[dict[str, Any]]:
    """GET /containers/{id}/changes: [{"Path": ..., "Kind": 0}], null for none; the engine walks its files.

    Raises NotFound.
    """
    reply = engine.get(f"/containers/{segment(name, _KIND)}/changes", timeout=None)
    return objects(reply, "GET /containers/{id}/changes")


def container_logs(
    engine: Engine,
    name: str,
    *,
    since: str | None = None,
    until: str | None = None,
    tail: int | None = None,
    details: bool = False,
) -> bytearray:
    """GET /containers/{id}/logs: what is there now, each line with its time, in frames; or the last `tail` ones.

    `since` and `until` are as `timestamp` gives them. Raises NotFound; EngineFault if its log driver cannot be read.
    """
    wanted = {"since": since, "until": until, "tail": tail, "details": details or None}
    params = {"stdout": True, "stderr": True, "timestamps": True, **wanted}
    body = bytearray()
    with engine.stream("GET", f"/containers/{segment(name, _KIND)}/logs", params=params) as stream:
        for chunk in stream.chunks():
            body += chunk
    return body


def container_create(engine: Engine, body: Mapping[str, Any], *, name: str | None = None) -> dict[str, Any]:
    """POST /containers/create: {"Id": ..., "Warnings": [...]}. Raises NotFound (image), Conflict (name), BadRequest."""
    reply = engine.post("/containers/create", params={"name": name}, json=body, timeout=None)
    return one_object(reply, "POST /containers/create")


def container_start(engine: Engine, name: str) -> bool:
    """POST /containers/{id}/start: whether it was not running before. Raises NotFound, BadRequest (its command)."""
    status, _ = engine.exchange("POST", f"/containers/{segment(name, _KIND)}/start", timeout=None)
    return status != HTTPStatus.NOT_MODIFIED


def container_remove(
    engine: Engine, name: str, *, force: bool = False, volumes: bool = False, link: bool = False
) -> None:
    """DELETE /containers/{id}. Raises NotFound; Conflict if it runs and not `force`."""
    params = {"force": force or None, "v": volumes or None, "link": link or None}
    engine.delete(f"/containers/{segment(name, _KIND)}", params=params, timeout=None)
