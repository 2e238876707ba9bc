"""context ls: the docker contexts of this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from dockmagic.registry import command

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["context_ls"]


@command("context ls", columns="system.CONTEXTS", quiet="name", example="%dcontext ls")
def context_ls(*, current: str | None = None, environ: Mapping[str, str] = os.environ) -> pd.DataFrame:
    """Docker's contexts, one row each, read where `docker context create` stored them. No engine is asked.

    `current` marks what a notebook asks: the context of its engine, none of them if it was connected to a host. In
    Python that is what docker would use, unless `current` names another one. A context that cannot be used has an
    `error`; it does not keep the others.
    """
    from dockmagic.engine.config_file import read_config
    from dockmagic.engine.context_rows import list_contexts
    from dockmagic.frames.schema import to_frame
    from dockmagic.frames.system import CONTEXTS

    rows = [asdict(row) for row in list_contexts(read_config(environ), environ, current=current)]
    return to_frame([{**row, "error": row["error"] or None} for row in rows], CONTEXTS)
