"""The endpoints of containers. One function per endpoint, JSON as Python data."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dockmagic.engine.filters import encode_filters, told_filters
from dockmagic.engine.replies import objects, one_object
from dockmagic.engine.url import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dockmagic.engine.client import Engine
    from dockmagic.engine.filters import Filters
    from dockmagic.engine.stream import Stream

__all__ = [
    "container_changes",
    "container_create",
    "container_inspect",
    "container_kill",
    "container_list",
    "container_logs",
    "container_logs_chunks",
    "container_logs_stream",
    "container_pause",
    "container_remove",
    "container_rename",
    "container_restart",
    "container_start",
    "container_stats",
    "container_stats_stream",
    "container_stop",
    "container_top",
    "container_unpause",
    "container_update",
    "container_wait",
    "containers_prune",
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
    encoded = encode_filters(filters)
    params = {"all": all or None, "limit": limit, "size": size or None, "filters": encoded}
    slow = {"timeout": None} if size else {}
    with told_filters("/containers/json", encoded):
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


def container_stats(engine: Engine, name: str) -> dict[str, Any] | None:
    """GET /containers/{id}/stats with one-shot: one sample, without the one before; None if it was removed meanwhile.

    Docker 20.10 answers at the next tick of its clock, once per second, engines from 25.0 (API 1.44) on at once, and
    without its name. Of a container that does not run, `read` is Go's zero time. Raises NotFound.
    """
    path = f"/containers/{segment(name, _KIND)}/stats"
    reply = engine.get(path, params={"stream": False, "one-shot": True})
    return None if reply is None else one_object(reply, "GET /containers/{id}/stats")


def container_stats_stream(
    engine: Engine, name: str, *, timeout: float | None = None
) -> AbstractContextManager[Stream]:
    """GET /containers/{id}/stats: a sample at once, which has no one before, and then one per second until it is gone.

    Of a container that does not run, `read` is Go's zero time. `timeout`: seconds of silence after which it raises
    EngineTimeout. Raises NotFound.
    """
    path = f"/containers/{segment(name, _KIND)}/stats"
    return engine.stream("GET", path, params={"stream": True}, timeout=timeout)


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
    body = bytearray()
    for chunk in container_logs_chunks(engine, name, since=since, until=until, tail=tail, details=details):
        body += chunk
    return body


def container_logs_chunks(engine: Engine, name: str, *, details: bool = False, **wanted: Any) -> Iterator[bytes]:
    """As `container_logs`, the bytes as they come."""
    with _logs(engine, name, details=details or None, **wanted) as stream:
        yield from stream.chunks()


def container_logs_stream(
    engine: Engine, name: str, *, follow: bool, since: str | None = None, timeout: float | None = None
) -> AbstractContextManager[Stream]:
    """GET /containers/{id}/logs as bytes: the same, and with `follow` what comes until the container ends.

    `timeout`: seconds of silence after which it raises EngineTimeout. Docker 20.10 may end it before the last lines of
    a container that ends. Raises as `container_logs`.
    """
    return _logs(engine, name, follow=follow or None, since=since, timeout=timeout)


def _logs(engine: Engine, name: str, *, timeout: float | None = None, **wanted: Any) -> AbstractContextManager[Stream]:
    params = {"stdout": True, "stderr": True, "timestamps": True, **wanted}
    return engine.stream("GET", f"/containers/{segment(name, _KIND)}/logs", params=params, timeout=timeout)


def container_create(
    engine: Engine, body: Mapping[str, Any], *, name: str | None = None, platform: str | None = None
) -> dict[str, Any]:
    """POST /containers/create: {"Id": ..., "Warnings": [...]}. Raises NotFound (image), Conflict (name), BadRequest."""
    reply = engine.post("/containers/create", params={"name": name, "platform": platform}, json=body, timeout=None)
    return one_object(reply, "POST /containers/create")


def container_start(engine: Engine, name: str) -> bool:
    """POST /containers/{id}/start: whether it was not running before. Raises NotFound, BadRequest (its command)."""
    status, _ = engine.exchange("POST", f"/containers/{segment(name, _KIND)}/start", timeout=None)
    return status != HTTPStatus.NOT_MODIFIED


def container_stop(engine: Engine, name: str, *, timeout: int | None = None, signal: str | None = None) -> bool:
    """POST /containers/{id}/stop: whether it was running before. It takes up to `timeout` seconds (-1: no end).

    Raises NotFound. `signal` is known from API 1.42 on, and passed over by older engines.
    """
    params = {"t": timeout, "signal": signal}
    status, _ = engine.exchange("POST", f"/containers/{segment(name, _KIND)}/stop", params=params, timeout=None)
    return status != HTTPStatus.NOT_MODIFIED


def container_restart(engine: Engine, name: str, *, timeout: int | None = None, signal: str | None = None) -> None:
    """POST /containers/{id}/restart: stop as in `container_stop`, and start. Raises NotFound."""
    params = {"t": timeout, "signal": signal}
    engine.post(f"/containers/{segment(name, _KIND)}/restart", params=params, timeout=None)


def container_kill(engine: Engine, name: str, *, signal: str | None = None) -> None:
    """POST /containers/{id}/kill. Raises NotFound; Conflict if it does not run; BadRequest for an unknown signal."""
    engine.post(f"/containers/{segment(name, _KIND)}/kill", params={"signal": signal}, timeout=None)


def container_pause(engine: Engine, name: str) -> None:
    """POST /containers/{id}/pause. Raises NotFound; Conflict if it does not run or is paused already."""
    engine.post(f"/containers/{segment(name, _KIND)}/pause")


def container_unpause(engine: Engine, name: str) -> None:
    """POST /containers/{id}/unpause. Raises NotFound; EngineFault if it is not paused."""
    engine.post(f"/containers/{segment(name, _KIND)}/unpause")


def container_wait(engine: Engine, name: str) -> dict[str, Any]:
    """POST /containers/{id}/wait until it does not run: {"StatusCode": 0, "Error": {"Message": ...} or null}.

    Raises NotFound.
    """
    return one_object(
        engine.post(f"/containers/{segment(name, _KIND)}/wait", timeout=None), "POST /containers/{id}/wait"
    )


def container_rename(engine: Engine, name: str, new: str) -> None:
    """POST /containers/{id}/rename. Raises NotFound; Conflict for a name in use; BadRequest for one that is none."""
    engine.post(f"/containers/{segment(name, _KIND)}/rename", params={"name": new})


def container_update(engine: Engine, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """POST /containers/{id}/update: {"Warnings": [...]}.

    Raises NotFound; BadRequest for a value out of range; Conflict where its present limits forbid it.
    """
    reply = engine.post(f"/containers/{segment(name, _KIND)}/update", json=body)
    return one_object(reply, "POST /containers/{id}/update")


def container_remove(
    engine: Engine, name: str, *, force: bool = False, volumes: bool = False, link: bool = False
) -> None:
    """DELETE /containers/{id}. Raises NotFound; Conflict if it runs and not `force`."""
    params = {"force": force or None, "v": volumes or None, "link": link or None}
    engine.delete(f"/containers/{segment(name, _KIND)}", params=params, timeout=None)


def containers_prune(engine: Engine, *, filters: Filters = ()) -> dict[str, Any]:
    """POST /containers/prune: {"ContainersDeleted": [ids] or null, "SpaceReclaimed": 0}, after a silence of any length.

    Raises Conflict while another one is under way.
    """
    reply = engine.post("/containers/prune", params={"filters": encode_filters(filters)}, timeout=None)
    return one_object(reply, "POST /containers/prune")
