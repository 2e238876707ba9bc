"""What views of something that goes on have in common: they are shown, stopped, closed, and end as a table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

from dockmagic.widgets import notebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic.widgets.closing_widget import ClosingWidget

__all__ = ["ShownView"]


class ShownView(ABC):
    """A widget where somebody looks, a table that is renewed where nobody does, a line of text in a terminal.

    With `with` it is closed at the end.
    """

    def __init__(self) -> None:
        self._widget: ClosingWidget | None = None
        self._places: list[Callable[[dict[str, Any]], object]] = []  # each renews where the notebook shows it
        self._renewing = False  # with every news: what it shows is no widget, which would do that itself

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def widget(self) -> Any:
        """The view alone, to stand in a layout of widgets. Made when it is first asked for."""
        if self._widget is None:
            self._widget = self._make_widget()
        return self._widget

    def stop(self) -> None:
        """End it; what was seen stays, in the page and in `frame`."""
        if self._end() and self._places:  # the notebook is saved with the end of it, not its beginning
            bundle = self._bundle()
            for place in self._places:
                place(bundle)

    def close(self) -> None:
        """End it, and take it out of the page. `frame` stays."""
        self.stop()
        if self._widget is not None:
            self._widget.close()
            self._widget = None

    @abstractmethod
    def _make_widget(self) -> ClosingWidget: ...

    @abstractmethod
    def _end(self) -> bool:
        """Stop what goes on; returns whether it did until now."""

    @abstractmethod
    def _repr_html_(self) -> str: ...

    def _renewed(self) -> None:
        """There is news: what is shown in place of a widget is to have it, where it was shown last."""
        if self._renewing and self._places:
            self._places[-1](self._bundle())

    def _bundle(self) -> dict[str, Any]:
        """What the notebook shows and keeps: text, a table, and the widget where somebody looks."""
        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if self._widget is not None and self._widget.is_open and not self._renewing:
            view = {"version_major": 2, "version_minor": 0, "model_id": self._widget.model_id}
            bundle["application/vnd.jupyter.widget-view+json"] = view
        return bundle

    def _ipython_display_(self) -> None:
        """IPython's hook. A terminal shows the text."""
        if not notebook.in_notebook():
            raise NotImplementedError
        self._renewing = not notebook.somebody_looks()
        if not self._renewing:
            self.widget  # noqa: B018 - is made here
        self._places.append(notebook.place(self._bundle()))
