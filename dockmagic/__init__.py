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
    from dockmagic.commands.build import build
    from dockmagic.commands.builder_prune import builder_prune
    from dockmagic.commands.connect import connect, connection
    from dockmagic.commands.container_prune import container_prune
    from dockmagic.commands.context_ls import context_ls
    from dockmagic.commands.context_use import context_use
    from dockmagic.commands.create import create
    from dockmagic.commands.dashboard import dashboard
    from dockmagic.commands.diff import diff
    from dockmagic.commands.events import events
    from dockmagic.commands.history import history
    from dockmagic.commands.image_import import image_import
    from dockmagic.commands.image_prune import image_prune
    from dockmagic.commands.images import images
    from dockmagic.commands.info import info
    from dockmagic.commands.inspect import inspect
    from dockmagic.commands.kill import kill
    from dockmagic.commands.live import live
    from dockmagic.commands.load import load
    from dockmagic.commands.logs import logs
    from dockmagic.commands.network_connect import network_connect
    from dockmagic.commands.network_create import network_create
    from dockmagic.commands.network_disconnect import network_disconnect
    from dockmagic.commands.network_ls import network_ls
    from dockmagic.commands.network_prune import network_prune
    from dockmagic.commands.network_rm import network_rm
    from dockmagic.commands.pause import pause
    from dockmagic.commands.port import port
    from dockmagic.commands.ps import ps
    from dockmagic.commands.pull import pull
    from dockmagic.commands.push import push
    from dockmagic.commands.rename import rename
    from dockmagic.commands.restart import restart
    from dockmagic.commands.rm import rm
    from dockmagic.commands.rmi import rmi
    from dockmagic.commands.run import run
    from dockmagic.commands.save import save
    from dockmagic.commands.start import start
    from dockmagic.commands.stats import stats
    from dockmagic.commands.stop import stop
    from dockmagic.commands.system_df import system_df
    from dockmagic.commands.system_prune import system_prune
    from dockmagic.commands.tag import tag
    from dockmagic.commands.top import top
    from dockmagic.commands.unpause import unpause
    from dockmagic.commands.update import update
    from dockmagic.commands.version import version
    from dockmagic.commands.volume_create import volume_create
    from dockmagic.commands.volume_ls import volume_ls
    from dockmagic.commands.volume_prune import volume_prune
    from dockmagic.commands.volume_rm import volume_rm
    from dockmagic.commands.wait import wait
    from dockmagic.engine.client import Engine
    from dockmagic.errors import DockMagicError
    from dockmagic.magics import current, running
    from dockmagic.plots import plot_build_steps, plot_events, plot_stats, plot_system_df
    from dockmagic.widgets.dashboard_button import button
    from dockmagic.widgets.events_view import live_events
    from dockmagic.widgets.logs_view import live_logs
    from dockmagic.widgets.stats_view import live_stats

__all__ = [
    "DockMagicError",
    "Engine",
    "api",
    "build",
    "builder_prune",
    "button",
    "connect",
    "connection",
    "container_prune",
    "context_ls",
    "context_use",
    "create",
    "current",
    "dashboard",
    "diff",
    "events",
    "history",
    "image_import",
    "image_prune",
    "images",
    "info",
    "inspect",
    "kill",
    "live",
    "live_events",
    "live_logs",
    "live_stats",
    "load",
    "logs",
    "network_connect",
    "network_create",
    "network_disconnect",
    "network_ls",
    "network_prune",
    "network_rm",
    "pause",
    "plot_build_steps",
    "plot_events",
    "plot_stats",
    "plot_system_df",
    "port",
    "ps",
    "pull",
    "push",
    "rename",
    "restart",
    "rm",
    "rmi",
    "run",
    "running",
    "save",
    "start",
    "stats",
    "stop",
    "system_df",
    "system_prune",
    "tag",
    "top",
    "unpause",
    "update",
    "version",
    "volume_create",
    "volume_ls",
    "volume_prune",
    "volume_rm",
    "wait",
]

__version__ = "0.1.0"

_ELSEWHERE = {
    "DockMagicError": "dockmagic.errors",
    "Engine": "dockmagic.engine.client",
    "button": "dockmagic.widgets.dashboard_button",
    "connection": "dockmagic.commands.connect",
    "current": "dockmagic.magics",
    "live_events": "dockmagic.widgets.events_view",
    "live_stats": "dockmagic.widgets.stats_view",
    "live_logs": "dockmagic.widgets.logs_view",
    "plot_build_steps": "dockmagic.plots",
    "plot_events": "dockmagic.plots",
    "plot_stats": "dockmagic.plots",
    "plot_system_df": "dockmagic.plots",
    "running": "dockmagic.magics",
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
