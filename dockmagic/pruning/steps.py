"""Each kind of object: what would go of it, how the engine is asked to remove that, and how its reply is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.builder_cache import build_cache_prune
from dockmagic.engine.containers import containers_prune
from dockmagic.engine.images import images_prune
from dockmagic.engine.networks import networks_prune
from dockmagic.engine.versions import numbers
from dockmagic.engine.volumes import volumes_prune
from dockmagic.errors import warn
from dockmagic.frames.prunable.build_cache import are_shared, prunable_records, record_rows
from dockmagic.frames.prunable.containers import prunable_containers
from dockmagic.frames.prunable.images import most_freed, prunable_images
from dockmagic.frames.prunable.networks import prunable_networks
from dockmagic.frames.prunable.replies import deleted, deleted_images
from dockmagic.frames.prunable.volumes import prunable_volumes
from dockmagic.pruning.run import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dockmagic.engine.client import Engine
    from dockmagic.engine.prune_filters import PruneFilters
    from dockmagic.frames.schema import Row

__all__ = ["TELLS_ANONYMOUS", "container_step", "image_step", "network_step", "record_step", "volume_step"]

TELLS_ANONYMOUS = (1, 42)
"""The API from which on a prune of volumes tells those that nobody named, and takes the filter `all`."""


def container_step(engine: Engine, containers: Iterable[Row], filters: PruneFilters) -> Step:
    """Of `containers` those at rest. API: POST /containers/prune."""
    rows = prunable_containers(containers, filters)
    return Step(
        rows,
        most=_bytes(row["size"] for row in rows),
        ask=lambda: containers_prune(engine, filters=filters.encoded()),
        gone=lambda reply: deleted(reply, "ContainersDeleted", "container"),
    )


def network_step(engine: Engine, networks: Iterable[Row], used: Collection[str], filters: PruneFilters) -> Step:
    """Of `networks` those that are not `used`. API: POST /networks/prune."""
    return Step(
        prunable_networks(networks, used, filters),
        most=0,
        ask=lambda: networks_prune(engine, filters=filters.encoded()),
        gone=lambda reply: deleted(reply, "NetworksDeleted", "network"),
    )


def volume_step(
    engine: Engine, volumes: Iterable[Row], filters: PruneFilters, *, named: bool, without: Iterable[Row] = ()
) -> Step:
    """Of `volumes` those that no container has but those in `without`. API: POST /volumes/prune."""
    tells = numbers(engine.api_version) >= TELLS_ANONYMOUS
    rows = prunable_volumes(volumes, filters, named=named or not tells, without=without)
    more = {"all": "true"} if named and tells else {}
    return Step(
        rows,
        most=_bytes(row["size"] for row in rows),
        ask=lambda: volumes_prune(engine, filters=filters.encoded(**more)),
        gone=lambda reply: deleted(reply, "VolumesDeleted", "volume"),
    )


def image_step(
    engine: Engine,
    images: Sequence[Row],
    used: Collection[str],
    filters: PruneFilters,
    *,
    all: bool,
    layers: int | None = None,
) -> Step:
    """Of `images` those that no container has. `layers` are the bytes of all layers. API: POST /images/prune."""
    rows = prunable_images(images, used, filters, all=all)
    return Step(
        rows,
        most=most_freed(images, rows, layers),
        ask=lambda: images_prune(engine, filters=filters.encoded(dangling="false" if all else "true")),
        gone=lambda reply: deleted_images(reply, images),
    )


def record_step(
    engine: Engine,
    records: Sequence[Row],
    filters: PruneFilters,
    *,
    all: bool,
    keep_storage: int = 0,
    images_go: bool = False,
) -> Step:
    """Of the `records` of the build cache those that nothing needs. API: POST /build/prune.

    Which records the images that go before them (`images_go`) share, an engine does not tell: they are not among the
    rows, and a note says so. What is said of labels is an EngineWarning.
    """
    rows = prunable_records(records, filters, all=all, keep_storage=keep_storage)
    if rows and (filters.labels or filters.without):
        warn("the engine does not look at labels in the build cache: with them or without, its records go")
    unknown = images_go and not all and are_shared(records)
    return Step(
        rows,
        most=_bytes(row["size"] for row in rows),
        ask=lambda: build_cache_prune(engine, filters=filters, all=all, keep_storage=keep_storage),
        gone=lambda reply: deleted(reply, "CachesDeleted", "build cache"),
        known=record_rows(records),
        note="Build cache records that only these images share go too. " if unknown else "",
    )


def _bytes(sizes: Iterable[Any]) -> int:
    return sum(size for size in sizes if type(size) is int and size > 0)
