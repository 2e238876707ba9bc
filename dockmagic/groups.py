"""The commands by what one wants of them: the order of %dhelp, of README's table and of the reference."""

from __future__ import annotations

__all__ = ["GROUPS", "OURS"]

GROUPS = {
    "Connect": ("connect", "context ls", "context use", "info", "version", "api"),
    "Look": (
        "ps",
        "images",
        "volume ls",
        "network ls",
        "system df",
        "inspect",
        "top",
        "port",
        "diff",
        "history",
    ),
    "Follow": ("ashboard", "stats", "logs", "events", "live"),
    "Act": (
        "run",
        "create",
        "start",
        "stop",
        "restart",
        "kill",
        "pause",
        "unpause",
        "wait",
        "rename",
        "update",
        "volume create",
        "network create",
        "network connect",
        "network disconnect",
    ),
    "Build and move images": ("build", "pull", "push", "tag", "save", "load", "import"),
    "Clean up": (
        "rm",
        "rmi",
        "volume rm",
        "network rm",
        "system prune",
        "container prune",
        "image prune",
        "volume prune",
        "network prune",
        "builder prune",
    ),
}
"""Each command of `registry.COMMANDS` once; the test of this table says which one was forgotten."""

OURS = frozenset({"api", "ashboard", "connect", "live"})
"""Those that docker has no command for."""
