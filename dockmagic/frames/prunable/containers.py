"""Which containers a prune removes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.frames.containers import container_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockmagic.engine.prune_filters import PruneFilters
    from dockmagic.frames.schema import Row

__all__ = ["AT_REST", "prunable_containers"]

AT_REST = ("created", "exited", "dead")
"""The states of containers that do not run. One that is paused, or about to be restarted, does; of one that is being
removed somebody else's removal is under way, which a prune leaves alone."""


def prunable_containers(containers: Iterable[Row], filters: PruneFilters) -> list[dict[str, Any]]:
    """Those at rest that `filters` take, as they are listed. Source: `ContainersPrune` of moby/moby."""
    return [
        {
            "kind": "container",
            "key": str(container.get("Id")),
            "id": container.get("Id"),
            "name": container_name(container),
            "created": container.get("Created"),
            "size": container.get("SizeRw", 0),  # the engine leaves a size of 0 out
        }
        for container in containers
        if container.get("State") in AT_REST and filters.take(container.get("Labels"), container.get("Created"))
    ]
