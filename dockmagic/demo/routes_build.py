"""/build and /commit: how images are made here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dockmagic.demo.build import build
from dockmagic.demo.build_context import Context, read_context
from dockmagic.demo.build_options import BuildOptions
from dockmagic.demo.call import Reply, Stream
from dockmagic.demo.commit import commit
from dockmagic.demo.problems import Problem, not_done
from dockmagic.demo.progress import told
from dockmagic.demo.prune import PRUNE_FILTERS
from dockmagic.demo.references import parse_reference
from dockmagic.demo.routing import route

if TYPE_CHECKING:
    from dockmagic.demo.call import Call
    from dockmagic.demo.references import Reference

__all__ = ["built", "cancelled", "committed", "pruned"]


@route("POST", "/build", archive=True)
def built(call: Call) -> Stream:
    """`docker build`, by the classic builder."""
    if call.text("version") == "2":
        raise not_done("BuildKit (the classic builder is there: DOCKER_BUILDKIT=0, or without --secret and --ssh)")
    if call.text("remote"):
        raise not_done("building from an address")
    dockerfile = call.text("dockerfile") or "Dockerfile"
    options = BuildOptions(
        tags=tuple(_tag(name) for name in call.query.get("t", ()) if name),
        dockerfile=dockerfile,
        target=call.text("target"),
        labels=_mapping(call, "labels"),
        args=_mapping(call, "buildargs"),
        no_cache=call.flag("nocache"),
        pull=call.flag("pull"),
        quiet=call.flag("q"),
    )
    context = read_context(call.archive, dockerfile) if call.archive is not None else Context()
    return Stream(told(call.world, build(call.world, context, options)))


def _tag(name: str) -> Reference:
    try:
        return parse_reference(name)
    except Problem as problem:
        raise Problem(500, problem.message) from problem


def _mapping(call: Call, key: str) -> dict[str, str]:
    try:
        given = json.loads(call.text(key) or "{}")
        return {str(name): str(value) for name, value in given.items() if value is not None}
    except (ValueError, AttributeError, RecursionError) as error:
        raise Problem(400, f"error reading {key}: {error}") from error


@route("POST", "/build/prune")
def pruned(call: Call) -> dict[str, Any]:
    """`docker builder prune`: the classic builder's cache is its images."""
    call.filters(PRUNE_FILTERS["build"])
    return {"CachesDeleted": None, "SpaceReclaimed": 0}


@route("POST", "/build/cancel")
def cancelled(call: Call) -> Reply:
    """Closing the connection ends a build too."""
    del call
    return Reply(204)


@route("POST", "/commit")
def committed(call: Call) -> Reply:
    """`docker commit`."""
    reference = parse_reference(call.text("repo"), call.text("tag")) if call.text("repo") else None
    container = call.world.containers.find(call.text("container"))
    pause = call.flag("pause", default=True)
    image = commit(call.world, container, reference, comment=call.text("comment"), pause=pause)
    return Reply(201, {"Id": image.id})
