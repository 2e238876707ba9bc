"""A button that makes room: it shows what would go, asks, and says what has gone."""

from __future__ import annotations

import threading
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from dockmagic.frames.human_size import human_size
from dockmagic.widgets.dashboard_doing import Doing
from dockmagic.widgets.dashboard_orders import Orders
from dockmagic.widgets.dashboard_page import Page
from dockmagic.widgets.dashboard_worker import Worker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dockmagic.engine.client import Engine
    from dockmagic.widgets.dashboard_doing import Prune

__all__ = ["PruneButton"]

ROWS = 200
_IT = "it"


class PruneButton(ipywidgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """`label` is what the button says. What happens stands below it; print and exceptions nobody would see there."""

    def __init__(self, engine: Engine, prune: Prune, *, label: str) -> None:
        """Nothing is asked before the button is pressed. The engine is asked over connections of the widget's own."""
        worker = Worker("dockmagic-button", engine.twin())
        page = Page(lambda _: self._draw(page))
        self._page = page
        self._orders = Orders(
            Doing(acts={}, prunes={_IT: prune}, tables={}, usage=_none), page, worker, threading.Lock()
        )
        wide = ipywidgets.Layout(width="auto")
        self.look = ipywidgets.Button(description=label, layout=wide)
        self.table = ipywidgets.HTML()
        self.do = ipywidgets.Button(button_style="danger", layout=ipywidgets.Layout(width="auto", display="none"))
        self.cancel = ipywidgets.Button(description="Cancel", layout=ipywidgets.Layout(width="auto", display="none"))
        self.said = ipywidgets.HTML()
        for button, order in ((self.look, "prune"), (self.do, "prune-do"), (self.cancel, "prune-cancel")):
            button.on_click(lambda _, kind=order: self._orders.take({"kind": kind, "prune": _IT}))
        layout = ipywidgets.Layout(align_items="flex-start")  # buttons as wide as what they say
        super().__init__([self.look, self.table, ipywidgets.HBox([self.do, self.cancel]), self.said], layout=layout)

    def __repr__(self) -> str:
        return f"<button: {self.look.description}>"

    def _draw(self, page: Page) -> None:
        """Show the state that the orders are in. Called by the handler and by the worker."""
        prune, messages = page.section("prune"), page.section("messages") or []
        state = prune["state"] if prune else ""
        asks = bool(state == "asking" and prune["question"])
        self.look.disabled = state in {"looking", "removing"}
        self.do.description = prune.get("question", "") if prune else ""
        self.do.layout.display = "" if asks else "none"
        self.cancel.layout.display = "" if asks else "none"
        self.table.value = _table(prune) if prune and prune.get("rows") else ""
        words = {"looking": ["Looking for what would go…"], "removing": ["Removing…"]}.get(state)
        if words is None and state == "asking":
            words = [each for each in (prune["changed"], prune["note"]) if each]
        if words is None:
            words = [message["text"] for message in messages[-1:]]
        self.said.value = "<br>".join(map(escape, words))


def _none(*_: Any) -> Any:
    raise NotImplementedError  # a button has no tables


def _table(prune: Mapping[str, Any]) -> str:
    rows = prune["rows"]
    more = f"<div>… and {len(rows) - ROWS} more</div>" if len(rows) > ROWS else ""
    lines = "".join(f"<tr>{''.join(map(_cell, _cells(row)))}</tr>" for row in rows[:ROWS])
    return f"<div>This would go, and nothing else:</div><table>{lines}</table>{more}"


def _cell(text: str) -> str:
    return f"<td style='text-align:left;padding:2px 12px 2px 0'>{escape(text)}</td>"


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["kind"], row["name"] or row["id"], "" if row["size"] is None else human_size(row["size"])
