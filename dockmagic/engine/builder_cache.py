"""The endpoints of the build cache. One function per endpoint, JSON as Python data."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dockmagic.engine.replies import one_object
from dockmagic.engine.versions import numbers

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine
    from dockmagic.engine.prune_filters import PruneFilters

__all__ = ["build_cache_prune"]

_TAKES_TIMES = (1, 43)  # of the API


def build_cache_prune(
    engine: Engine, *, filters: PruneFilters, all: bool = False, keep_storage: int = 0
) -> dict[str, Any]:
    """POST /build/prune: {"CachesDeleted": [ids] or null, "SpaceReclaimed": 0}.

    `keep_storage` are bytes, 0 for none. Engines before API 1.43 take a duration for `until`, and no time.
    """
    encoded = filters.encoded()
    if filters.before is not None and numbers(engine.api_version) < _TAKES_TIMES:
        encoded["until"] = {f"{time.time_ns() - filters.before * 10**9 + 1}ns": True}
    params = {"all": all or None, "keep-storage": keep_storage or None, "filters": encoded or None}
    return one_object(engine.post("/build/prune", params=params, timeout=None), "POST /build/prune")
