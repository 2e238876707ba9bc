"""Frames as tables that can be searched and sorted, by itables: `%config DockMagic.table = "itables"`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

__all__ = ["installed", "show_tables"]

_MOST = "4MB"  # of one table; itables' own 64 kB would show a choice of 100 containers
_DEFAULT = "64KB"
_FRAME = ("pandas", "DataFrame")


def installed() -> bool:
    """Whether itables is there."""
    return find_spec("itables") is not None


def show_tables(shell: Any, *, undo: bool = False) -> None:
    """Let a notebook show frames by itables, or as pandas does again.

    The library goes into the output of the cell that runs now: nothing is fetched from a network. Where a frame is
    shown as text, as in a terminal, it stays text.
    """
    formatter = shell.display_formatter.formatters["text/html"]
    if undo:
        formatter.deferred_printers.pop(_FRAME, None)
        formatter.type_printers = {
            each: printer for each, printer in formatter.type_printers.items() if printer is not _table
        }
        return
    if getattr(shell, "kernel", None) is not None:
        from itables import init_notebook_mode  # noqa: PLC0415 - not a dependency

        init_notebook_mode(all_interactive=False, connected=False)
    formatter.for_type_by_name(*_FRAME, _table)


def _table(frame: Any) -> str:
    """What an engine sends stays text, whatever itables is told elsewhere; its other options are the person's."""
    from itables import options, to_html_datatable  # noqa: PLC0415

    most = _MOST if options.maxBytes == _DEFAULT else options.maxBytes
    html: str = to_html_datatable(
        frame, connected=False, allow_html=False, maxBytes=most, display_logo_when_loading=False
    )
    return html
