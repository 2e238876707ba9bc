"""version: of dockmagic, of the engine and of its parts."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from dockmagic import __version__
from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["version"]


@command("version", columns="system.VERSION", example="%dversion")
def version(engine: Engine) -> pd.DataFrame:
    """Versions: dockmagic first, as docker shows its client first, then the engine's components. API: GET /version."""
    from dockmagic.engine.system import system_version
    from dockmagic.frames.schema import to_frame
    from dockmagic.frames.system import VERSION, component_rows

    ours = {"ApiVersion": engine.api_version, "Python": platform.python_version()}
    client = {"Name": "dockmagic", "Version": __version__, "Details": ours}
    return to_frame([client, *component_rows(system_version(engine))], VERSION, engine=engine)
