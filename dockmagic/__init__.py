"""dockmagic: put %d in front of a docker command line and get a pandas DataFrame.

In a notebook: `%load_ext dockmagic`, then `%dps -a`. In Python each command is a function:

    engine = dockmagic.connect()
    dockmagic.ps(engine, all=True)

Everything is imported at its first use: `import dockmagic` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dockmagic.commands.api import api
    from dockmagic.commands.connect import connect, connection
    from dockmagic.commands.context_ls import context_ls
    from dockmagic.commands.context_use import context_use
    from dockmagic.commands.diff import diff
    from dockmagic.commands.events import events
    from dockmagic.commands.history import history
    from dockmagic.commands.images import images
    from dockmagic.commands.info import info
    from dockmagic.commands.inspect import inspect
    from dockmagic.commands.logs import logs
    from dockmagic.commands.network_ls import network_ls
    from dockmagic.commands.port import port
    from dockmagic.commands.ps import ps
    from dockmagic.commands.pull import pull
    from dockmagic.commands.rm import rm
    from dockmagic.commands.run import run
    from dockmagic.commands.system_df import system_df
    from dockmagic.commands.top import top
    from dockmagic.commands.version import version
    from dockmagic.commands.volume_ls import volume_ls
    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError
    from dockmagic.magics import current

__all__ = [
    "DockMagicError",
    "Engine",
    "api",
    "connect",
    "connection",
    "context_ls",
    "context_use",
    "current",
    "diff",
    "events",
    "history",
    "images",
    "info",
    "inspect",
    "logs",
    "network_ls",
    "port",
    "ps",
    "pull",
    "rm",
    "run",
    "system_df",
    "top",
    "version",
    "volume_ls",
]

__version__ = "0.1.0"

_ELSEWHERE = {
    "DockMagicError": "dockmagic.errors",
    "Engine": "dockmagic.engine.client",
    "connection": "dockmagic.commands.connect",
    "current": "dockmagic.magics",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ELSEWHERE.get(name, f"dockmagic.commands.{name}")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext dockmagic`."""
    from dockmagic.magics import load  # noqa: PLC0415 - `import dockmagic` does not need IPython

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by `%unload_ext dockmagic`."""
    from dockmagic.magics import unload  # noqa: PLC0415

    unload(shell)
