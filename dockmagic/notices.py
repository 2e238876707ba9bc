"""What a person reads: warnings in a line, frames without what would command the terminal."""

from __future__ import annotations

import re
import sys
import warnings
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dockmagic.errors import EngineWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["clean_frames", "shown_warnings", "watcher_of"]


@contextmanager
def shown_warnings() -> Iterator[None]:
    """Show EngineWarnings as a line of text: where in our code they were raised helps nobody."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def show_line(message: Any, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, EngineWarning):
                print(f"Warning: {message}", file=sys.stderr)  # noqa: T201
            else:
                show(message, category, *where, **more)

        warnings.showwarning = show_line
        yield


def watcher_of(shell: Any, view: str) -> Any:
    """What shows a command in the notebook of `shell` while it runs; None in a terminal, where lines of text do.

    `view` is its class, as "module.Class" in `dockmagic.widgets`.
    """
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display  # noqa: PLC0415 - only who shows something pays for it

    def show(bundle: Mapping[str, str]) -> Callable[[Mapping[str, str]], object]:
        handle = display(dict(bundle), raw=True, display_id=True)
        return lambda newer: handle.update(dict(newer), raw=True)

    module, _, name = view.partition(".")
    return getattr(import_module(f"dockmagic.widgets.{module}"), name)(show)


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean_frames(shell: Any, *, undo: bool = False) -> None:
    """Show frames as text without control characters, which stay in the frame itself.

    A container's command or labels can hold escape sequences; printed, they would command the person's terminal.
    """
    text = shell.display_formatter.formatters["text/plain"]
    known = ("pandas", "DataFrame")
    if undo:
        text.deferred_printers.pop(known, None)
        text.type_printers = {
            each: printer for each, printer in text.type_printers.items() if printer is not _print_clean
        }
    else:
        text.for_type_by_name(*known, _print_clean)


def _print_clean(frame: Any, printer: Any, _: bool) -> None:  # noqa: FBT001 - IPython's signature
    printer.text(_CONTROLS.sub(" ", repr(frame)))
