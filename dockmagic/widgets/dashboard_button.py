"""Buttons that stand alone: a command that is run whenever somebody presses one."""

from __future__ import annotations

from functools import partial
from html import escape
from inspect import unwrap
from typing import TYPE_CHECKING, Any

import ipywidgets

from dockmagic.errors import DockMagicError, UsageError
from dockmagic.feeds.dashboard_model import WORDS, outcome
from dockmagic.frames.records import records
from dockmagic.text import shown
from dockmagic.values import object_names
from dockmagic.widgets.dashboard_worker import Worker
from dockmagic.widgets.prune_button import PruneButton

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from dockmagic.engine.client import Engine

__all__ = ["ActButton", "button"]

_NAMED = 3
_KINDS = {"container": "a container", "image": "an image", "volume": "a volume", "network": "a network"}


def button(engine: Engine, command: Callable[..., pd.DataFrame], **options: Any) -> PruneButton | ActButton:
    """A button that runs `command(engine, **options)` when it is pressed: `button(engine, stop, container="web")`.

    One that removes asks first, and that of a prune shows what would go before. What came of it stands below the
    button, errors too. It has connections of its own, and works when `engine` is closed. Raises UsageError for a
    command that has no button, and for a name that can be none.
    """
    described = command.__command__  # type: ignore[attr-defined]
    if not described.button:
        raise UsageError(f"%d{described.name} has no button")
    if described.name.endswith("prune"):
        if options.get("force"):
            raise UsageError("the button asks before it removes anything: leave --force out")
        return PruneButton(engine, partial(command, **options), label=f"{described.button}…")
    subject = unwrap(command).__code__.co_varnames[1]  # container, image, volume, network
    names = object_names(options[subject], _KINDS[subject])
    return ActButton(engine, partial(command, **options), label=described.button, names=names)


class ActButton(ipywidgets.VBox):  # type: ignore[misc] # ipywidgets has no types
    """Says what it does to what; below it stands what came of that."""

    def __init__(
        self, engine: Engine, act: Callable[[Engine], pd.DataFrame], *, label: str, names: Sequence[str]
    ) -> None:
        """`label` is its word, Start or Stop; one that ends in "…" is asked about once more."""
        self._worker = Worker("dockmagic-button", engine.twin())
        self._act = act
        self._verb = label.removesuffix("…")
        named = ", ".join(shown(name) for name in names[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        does = f"{self._verb} {named}{more}"
        asks = label.endswith("…")
        self.press = ipywidgets.Button(description=does + "…" * asks, layout=_layout())
        self.do = ipywidgets.Button(description=does, button_style="danger", layout=_layout(display="none"))
        self.cancel = ipywidgets.Button(description="Cancel", layout=_layout(display="none"))
        self.said = ipywidgets.HTML()
        self.press.on_click(self._ask if asks else self._pressed)
        self.do.on_click(self._pressed)
        self.cancel.on_click(lambda _: self._end([]))
        layout = ipywidgets.Layout(align_items="flex-start")  # buttons as wide as what they say
        super().__init__([self.press, ipywidgets.HBox([self.do, self.cancel]), self.said], layout=layout)

    def __repr__(self) -> str:
        return f"<button: {self.press.description}>"

    def _ask(self, _: Any) -> None:
        self.press.disabled = True
        self._asking("")
        self._say(["This cannot be undone."])

    def _asking(self, display: str) -> None:
        for button in (self.do, self.cancel):
            button.layout.display = display

    def _pressed(self, _: Any) -> None:
        self.press.disabled = True
        self._asking("none")
        self._say([f"{WORDS[self._verb.lower()][0]}…"])
        self._worker.do(self._do, failed=lambda said: self._end([said]))

    def _do(self, engine: Engine) -> None:
        try:
            frame = self._act(engine)
        except DockMagicError as error:
            if error.frame is None or len(error.frame) <= 1:
                raise
            frame = error.frame
        self._end([_line(row) for row in records(frame, ("name", "action", "ok", "changed", "error", "seconds"))])

    def _end(self, lines: Sequence[str]) -> None:
        self._say(lines)
        self._asking("none")
        self.press.disabled = False

    def _say(self, lines: Sequence[str]) -> None:
        self.said.value = "<br>".join(escape(line) for line in lines)


def _layout(**traits: str) -> ipywidgets.Layout:
    return ipywidgets.Layout(width="auto", **traits)


def _line(row: dict[str, Any]) -> str:
    return f"{shown(str(row['name']))} {outcome(row, WORDS[row['action']][1])}"
