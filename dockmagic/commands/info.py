"""info: what an engine and its host are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["info"]


@command("info", columns="system.INFO", example="%dinfo")
def info(engine: Engine) -> pd.DataFrame:
    """The engine and its host, one row. API: GET /info."""
    from dockmagic.engine.system import system_info
    from dockmagic.frames.schema import to_frame
    from dockmagic.frames.system import INFO

    return to_frame([{**system_info(engine), "api_version": engine.api_version}], INFO, engine=engine)
