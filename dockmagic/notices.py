"""Warnings as a person reads them in a notebook."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dockmagic.errors import EngineWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["shown_warnings"]


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
