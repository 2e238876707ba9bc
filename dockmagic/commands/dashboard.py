"""dashboard: an engine at a glance, with buttons."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dockmagic.registry import command

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine
    from dockmagic.widgets.dashboard_doing import Doing
    from dockmagic.widgets.dashboard_view import DashboardView

__all__ = ["dashboard"]


@command("ashboard", columns="", example="%dashboard", runs="dashboard")
def dashboard(engine: Engine) -> DashboardView:
    """A view that shows an engine at a glance and follows it: containers, images, volumes, networks, events.

    Containers that are selected are started, stopped, restarted, paused, removed, and their logs followed; prunes first
    show exactly what would go. It updates from the engine's events; what containers use is sampled while the view
    can be seen. Its `frame` are the containers as shown (the columns of `ps`), its `events.frame` the events; `stop()`
    ends it, `close()` takes it away. It has connections of its own, and goes on when `engine` is closed. In an executed
    notebook, where nobody looks, it is a table.

    Raises what the engine says if the containers cannot be listed. API: GET /events, /containers/json, /images/json,
    /volumes, /networks, /info, /system/df, /containers/{id}/stats, and what the buttons do.
    """
    from dockmagic.widgets import notebook
    from dockmagic.widgets.dashboard_view import DashboardView

    return notebook.listed(DashboardView(engine.twin(), _doing()), "dashboard")


def _doing() -> Doing:
    """The commands that its buttons and lists are."""
    from dockmagic.commands.builder_prune import builder_prune
    from dockmagic.commands.container_prune import container_prune
    from dockmagic.commands.image_prune import image_prune
    from dockmagic.commands.images import images
    from dockmagic.commands.network_ls import network_ls
    from dockmagic.commands.network_prune import network_prune
    from dockmagic.commands.pause import pause
    from dockmagic.commands.restart import restart
    from dockmagic.commands.rm import rm
    from dockmagic.commands.start import start
    from dockmagic.commands.stop import stop
    from dockmagic.commands.system_df import system_df
    from dockmagic.commands.unpause import unpause
    from dockmagic.commands.volume_ls import volume_ls
    from dockmagic.commands.volume_prune import volume_prune
    from dockmagic.widgets.dashboard_doing import Doing

    return Doing(
        acts={
            "start": start,
            "stop": stop,
            "restart": restart,
            "pause": pause,
            "unpause": unpause,
            "remove": partial(rm, force=True),
        },
        prunes={
            "containers": container_prune,
            "untagged": image_prune,
            "images": partial(image_prune, all=True),
            "volumes": volume_prune,
            "networks": network_prune,
            "cache": builder_prune,
        },
        tables={"images": images, "volumes": volume_ls, "networks": network_ls},
        usage=system_df,
    )
