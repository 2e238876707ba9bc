"""What a view needs to know of the notebook it stands in: a place to be shown at, who looks, and its own name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dockmagic.feeds.live import Running

__all__ = ["in_notebook", "listed", "name_of", "place", "somebody_looks"]

_Thing = TypeVar("_Thing", bound="Running")


def _shell() -> Any:
    from IPython.core.getipython import get_ipython  # noqa: PLC0415 - a script has none, and need not load it

    return get_ipython()


def in_notebook() -> bool:
    """Whether this is a kernel, whose output may be more than text."""
    return getattr(_shell(), "kernel", None) is not None


def somebody_looks() -> bool:
    """Whether the cell that runs was sent by a page, and not by nbclient, papermill or nbconvert.

    Those say that nobody could answer a question. So does Voila, which then shows what they made to somebody.
    """
    kernel = getattr(_shell(), "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", True)) or os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


def place(bundle: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], object]:
    """Show these MIME types below the cell that runs; returns what shows others in their place, from any thread."""
    from IPython.display import display  # noqa: PLC0415

    handle = display(dict(bundle), raw=True, display_id=True)
    return lambda newer: handle.update(dict(newer), raw=True)


def name_of(thing: object) -> str:
    """What a person types to get at `thing`: the name of a variable, or Out[3]; "" if it is only shown."""
    variables: dict[str, Any] = dict(getattr(_shell(), "user_ns", {}))
    names = [name for name, value in variables.items() if value is thing and not name.startswith("_")]
    if names:
        return names[0]
    shown = variables.get("Out")
    numbers = [number for number, value in shown.items() if value is thing] if isinstance(shown, dict) else []
    return f"Out[{numbers[-1]}]" if numbers else ""


def listed(thing: _Thing, kind: str) -> _Thing:
    """Let %dlive list what has just begun, and %unload_ext end it, where dockmagic is loaded in a notebook or shell."""
    for each in getattr(_shell(), "configurables", ()):
        if type(each).__name__ == "DockMagic":
            each.live.add(thing, kind=kind)
    return thing
