"""Filters: the keys that are offered are those that the engine knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockmagic.engine.filters import FILTER_KEYS
from dockmagic.errors import APIError

if TYPE_CHECKING:
    from dockmagic import Engine

VALUES = {"dangling": "true", "is-task": "false", "exited": "0", "status": "running", "health": "healthy"}
VALUES |= {"before": "bb:1", "since": "bb:1", "until": "10m", "publish": "80", "expose": "80", "scope": "local"}
VALUES |= {"type": "custom", "isolation": "default"}


@pytest.mark.parametrize(("path", "key"), [(path, key) for path, keys in FILTER_KEYS.items() for key in keys])
def test_the_engine_knows_every_filter_that_is_offered(engine: Engine, path: str, key: str) -> None:
    """It would complain that the filter is invalid; that there is no such container or network is another matter."""
    complaint = ""
    try:
        engine.get(path, params={"filters": {key: {VALUES.get(key, "x"): True}}})
    except APIError as error:
        complaint = error.message
    assert "filter" not in complaint.lower()
