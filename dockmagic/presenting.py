"""What a magic gives back of what its function returned: the frame, a list of ids, a picture, a variable."""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.errors import UsageError
from dockmagic.options import Option, parameters
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from dockmagic.registry import Command

__all__ = ["Presentation", "cell_key", "execution", "function_of"]


class Presentation(NamedTuple):
    """What the options of a magic that are not its function's want."""

    command: Command
    quiet: bool = False
    frame: bool = False
    plot: bool = False
    out: str = ""

    @classmethod
    def wanted(cls, command: Command, options: dict[str, Any]) -> Presentation:
        """Take them out of `options`, and put in what they need there.

        Raises UsageError for what is no variable, and for what cannot be given at once.
        """
        quiet = bool(command.quiet) and options.pop("quiet", False)
        found = cls(command, quiet, *(options.pop(name, default) for name, default in _DEFAULTS.items()))
        if found.out and not found.out.isidentifier():
            raise UsageError(f"--out wants the name of a variable, not {shown(found.out)!r}")
        drawn = [f"--{name}" for name in command.plotted if options.get(name)] + ["--plot"] * found.plot
        if found.quiet and drawn:
            raise UsageError(f"-q gives a list and {drawn[0]} something else: leave one of them out")
        if options.get("live"):
            found._check_live(options)
        if found.quiet:
            options.update(command.quietly)
        if found.plot:
            options.update(dict.fromkeys(command.plotted, True))
        return found

    def _check_live(self, options: dict[str, Any]) -> None:
        """Raise UsageError for what gives anything else than a live view."""
        given = {"-q": self.quiet, "--plot": self.plot, "--frame": self.frame, "--button": options.get("button")}
        for flag in filter(given.get, given):
            live = self.command.live_flags[0]
            raise UsageError(f"{live} gives a live view and {flag} something else: leave one of them out")

    def present(self, result: Any, variables: MutableMapping[str, Any]) -> Any:
        """What the cell shows; nothing where a variable gets it."""
        if self.frame:
            from dockmagic.frames.anything import json_frame  # noqa: PLC0415 - loading stays light

            result = json_frame(result)
        if self.plot:
            from dockmagic import plots  # noqa: PLC0415 - only whoever draws pays for matplotlib

            result = getattr(plots, self.command.plot)(result)
        if self.quiet:
            ids = result[self.command.quiet]
            result = (ids.drop_duplicates() if self.command.quiet_once else ids).tolist()
        if self.out:
            variables[self.out] = result
            return None
        return result


def cell_key(shell: Any, word: str, line: str) -> str:
    """What is the same when a cell is run again: the cell's id and the command, else the command line.

    JupyterLab and VS Code tell the id of the cell that runs; terminals and nbclient do not.
    """
    kernel = getattr(shell, "kernel", None)
    parent = kernel.get_parent("shell") if kernel is not None else {}
    cell = (parent.get("metadata") or {}).get("cellId") or (parent.get("content") or {}).get("cell_id")
    return f"{cell} {word}" if cell else f"{word} {line}"


def execution(shell: Any) -> str:
    """What differs from one run of a cell to the next: the request that the kernel is answering; "" in a terminal."""
    kernel = getattr(shell, "kernel", None)
    parent = kernel.get_parent("shell") if kernel is not None else {}
    return str((parent.get("header") or {}).get("msg_id", ""))


def function_of(command: Command, options: dict[str, Any]) -> Callable[..., Any]:
    """What is called with `options`: the command's own function, that of its --live, or what makes a --button of it.

    Raises UsageError for an option that --live does not take.
    """
    if options.pop("live", False):
        return _live_function(command, options)
    if not options.pop("button", False):
        return command.function
    from dockmagic.widgets.dashboard_button import button  # noqa: PLC0415 - only whoever wants one pays for widgets

    return lambda engine, **options: button(engine, command.function, **options)


def _live_function(command: Command, options: dict[str, Any]) -> Callable[..., Any]:
    module, _, name = command.live.partition(".")
    function: Callable[..., Any] = getattr(import_module(f"dockmagic.widgets.{module}"), name)
    known = signature(function).parameters
    for each in parameters(command.function):
        if each.name not in known and options.pop(each.name, False) is not False:
            what = each.declared.long if isinstance(each.declared, Option) else each.declared.metavar
            raise UsageError(f"{command.live_flags[0]} goes on until it is stopped: leave out {what}")
    return function


_DEFAULTS: dict[str, Any] = {"frame": False, "plot": False, "out": ""}
