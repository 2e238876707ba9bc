"""small: ten containers to the typed frame, against docker-py's low-level list turned into the same frame."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import docker

import dockmagic
from benchmarks.engines import engine_at
from benchmarks.rounds import Mark, Pair
from dockmagic.frames.containers import CONTAINERS
from dockmagic.frames.schema import to_frame
from tests.engines.http import checked, request
from tests.engines.images import import_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engines.dockerd import Dockerd

__all__ = ["MARK"]

COUNT = 10
IMAGE = "registry.example.com/shop/small:1"
LABEL = "small"


@contextmanager
def prepare(dockerd: Dockerd) -> Iterator[Pair]:
    """Make the containers; they are told from those of other marks by their label."""
    import_image(dockerd.socket, IMAGE)
    body = json.dumps({"Image": IMAGE, "Labels": {LABEL: "1"}, "HostConfig": {"NetworkMode": "none"}}).encode()
    for number in range(COUNT):
        checked(request(dockerd.socket, "POST", f"/containers/create?name=small-{number}", body=body))
    filters = {"label": LABEL}
    with engine_at(dockerd.socket) as engine:
        client = docker.APIClient(base_url=f"unix://{dockerd.socket}", version=engine.api_version)
        yield Pair(
            lambda: dockmagic.ps(engine, all=True, filter=filters),
            lambda: to_frame(client.containers(all=True, filters=filters), CONTAINERS),
        )
        client.close()


MARK = Mark(
    name="small",
    ours=f"dockmagic.ps(engine, all=True, filter=...) of {COUNT} containers, to the typed frame",
    reference="docker.APIClient.containers of the same, turned into the same columns and dtypes",
    judged="wall",
    limit=1.0,
    times=5,
    prepare=prepare,
    essence=len,
)
