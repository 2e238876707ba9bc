"""context use: connect to a docker context."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from dockmagic.errors import warn
from dockmagic.options import Argument, Option
from dockmagic.registry import command

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine

__all__ = ["context_use"]


@command("context use", columns="system.CONNECTION", example="%dcontext use lab")
def context_use(
    name: Annotated[str, Argument("CONTEXT", help="Its name", complete="context")],
    *,
    save: Annotated[bool, Option("--save", help="For docker too: write it to config.json")] = False,
    insecure: Annotated[bool, Option("--insecure", help="Allow plain tcp:// to another host")] = False,
    timeout: float | None = 60.0,
    environ: Mapping[str, str] = os.environ,
) -> Engine:
    """Connect to a docker context; with --save docker's own command line uses it too.

    In Python: an Engine there. config.json is replaced as a whole, all its other keys kept. Raises what `connect`
    raises, and UsageError for a context that does not exist, which is not saved. One whose engine does not answer is
    saved, as with docker.
    """
    from dockmagic.commands.connect import connect

    if save:
        _save(name, environ)
    return connect(context=name, insecure=insecure, timeout=timeout, environ=environ)


def _save(name: str, environ: Mapping[str, str]) -> None:
    from dockmagic.engine.config_file import read_config, save_current_context
    from dockmagic.engine.contexts import DEFAULT_CONTEXT, find_context

    config = read_config(environ)
    if name != DEFAULT_CONTEXT:
        find_context(config.contexts, name)
    save_current_context(config.directory, name)
    if name != DEFAULT_CONTEXT and environ.get("DOCKER_HOST"):
        warn("docker itself goes on using DOCKER_HOST, which beats the saved context")
