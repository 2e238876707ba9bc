"""The settings: what `%config DockMagic` shows and sets."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics
from traitlets import Bool, Enum, Float, Int, TraitError, Unicode, observe, validate

from dockmagic.tables import installed, show_tables

__all__ = ["Settings"]


class Settings(Magics):
    """Which engine, how it is asked, and how frames are shown."""

    host = Unicode("", help="The engine to connect to at first use: a host or a docker context; empty: as docker").tag(
        config=True
    )
    timeout = Float(60.0, help="Seconds that an engine may be silent, where it is not right to be slow").tag(
        config=True
    )
    display_rows = Int(
        0, min=0, help="Rows that a long frame shows, the middle left out; 0: as pandas. The frame itself is never cut"
    ).tag(config=True)
    insecure = Bool(default_value=False, help="Allow plain tcp:// to other hosts").tag(config=True)
    table = Enum(
        ["", "itables"],
        default_value="",
        help="How a notebook shows frames: itables, to be searched and sorted; empty: as pandas",
    ).tag(config=True)

    _pandas_rows: int | None = None  # how many long frames showed before display_rows was set

    @observe("display_rows")
    def _display_rows_changed(self, change: dict[str, Any]) -> None:
        from dockmagic.frames.display import show_rows  # noqa: PLC0415 - only whoever sets it pays for it

        before = show_rows(change["new"] or self._pandas_rows)
        if not change["old"]:
            self._pandas_rows = before

    @validate("timeout")
    def _timeout_is_positive(self, proposal: dict[str, Any]) -> float:
        seconds: float = proposal["value"]
        if not 0 < seconds < float("inf"):
            raise TraitError(f"the timeout is a number of seconds above 0, not {seconds}")
        return seconds

    @validate("table")
    def _table_is_there(self, proposal: dict[str, Any]) -> str:
        wanted: str = proposal["value"]
        if wanted and not installed():
            raise TraitError("tables that can be searched need itables, which is not installed: %pip install itables")
        return wanted

    @observe("table")
    def _table_changed(self, change: dict[str, Any]) -> None:
        show_tables(self.shell, undo=not change["new"])
