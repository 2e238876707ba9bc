"""The commands: what is typed behind %d, and which module does it.

Static, so that loading the extension names every command without importing one; a test holds it against the modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

__all__ = ["ALIASES", "COMMANDS", "Command", "command", "load"]

COMMANDS = {
    "connect": "connect",
    "context ls": "context_ls",
    "context use": "context_use",
    "images": "images",
    "info": "info",
    "ps": "ps",
    "pull": "pull",
    "rm": "rm",
    "run": "run",
    "version": "version",
}
"""Command -> module in `dockmagic.commands`; the module's function has the command's name, blanks as underscores."""

ALIASES = {
    "container list": "ps",
    "container ls": "ps",
    "container ps": "ps",
    "container remove": "rm",
    "container rm": "rm",
    "container run": "run",
    "context list": "context ls",
    "image list": "images",
    "image ls": "images",
    "image pull": "pull",
    "system info": "info",
}
"""The other names that docker has for a command, and which command each is."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Command:
    """A function that is a command, and what its signature cannot say."""

    name: str
    function: Callable[..., Any]
    columns: str  # the schema of its frame, as "module.NAME" in dockmagic.frames
    quiet: str  # the column that -q gives as a list, "" if the command has no -q
    example: str


def command(name: str, *, columns: str, example: str, quiet: str = "") -> Callable[[_Function], _Function]:
    """Make a function the command `name`. The function stays what it is: the Python API."""

    def register(function: _Function) -> _Function:
        described = Command(name=name, function=function, columns=columns, quiet=quiet, example=example)
        function.__command__ = described  # type: ignore[attr-defined]
        return function

    return register


def load(name: str) -> Command:
    """The command `name` or that `name` is an alias of; imports its module. Raises KeyError."""
    module = COMMANDS[ALIASES.get(name, name)]
    function = getattr(import_module(f"dockmagic.commands.{module}"), module)
    found: Command = function.__command__
    return found
