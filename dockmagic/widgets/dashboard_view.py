"""A dashboard in a notebook: the view of an engine with its buttons, and its events below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from dockmagic.widgets import notebook
from dockmagic.widgets.dashboard import Dashboard
from dockmagic.widgets.dashboard_html import dashboard_html
from dockmagic.widgets.events_view import EventsView

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.feeds.feed_state import FeedState
    from dockmagic.widgets.dashboard_doing import Doing
    from dockmagic.widgets.dashboard_widget import DashboardWidget
    from dockmagic.widgets.logs_view import LogsView

__all__ = ["DashboardView"]


class DashboardView:
    """What `dockmagic.dashboard(engine)` gives: `frame` is current until `stop()`; `close()` takes it away too.

    It works without a notebook as well; with `with` it is closed at the end. `events` are the events it follows.
    """

    def __init__(self, engine: Engine, doing: Doing) -> None:
        """Begin; raises as `Engine` does. `engine` is closed at the end."""
        self._widget: DashboardWidget | None = None
        self._whole: Any = None  # the widget and the events below it
        self._update: Callable[[dict[str, Any]], object] | None = None
        self._dashboard = Dashboard(engine, doing, self._tell)
        try:
            self._dashboard.start()
            self.events = EventsView(self._dashboard.feed, hidden=["exec"])  # a host's health checks fill the page
        except BaseException:  # an interrupt, say: nobody has a view that could be stopped
            self._dashboard.stop()
            raise
        self.events.called = lambda: self._called("events")

    def __repr__(self) -> str:
        return f"<dashboard of {self.host}: {self.rows} containers, {self.state}; they are in .frame, .stop() ends it>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def frame(self) -> pd.DataFrame:
        """All containers as they are shown, with the columns of `ps`; nothing is asked for it."""
        return self._dashboard.frame

    @property
    def host(self) -> str:
        """The engine's address."""
        return self._dashboard.host

    @property
    def started(self) -> datetime:
        """When it began."""
        return self._dashboard.started

    @property
    def state(self) -> FeedState:
        """Connecting, connected, reconnecting in N seconds and why, or stopped."""
        return self._dashboard.state

    @property
    def rows(self) -> int:
        """How many rows `frame` has."""
        return self._dashboard.rows

    @property
    def logs(self) -> LogsView | None:
        """The logs that are followed in it, None for none: their `frame` is what was read so far."""
        return self._dashboard.logs.view

    @property
    def widget(self) -> Any:
        """The view alone, to stand in a layout of widgets. Made when it is first asked for."""
        if self._whole is None:
            from ipywidgets import VBox  # noqa: PLC0415 - a script pays nothing for it

            from dockmagic.widgets.dashboard_widget import DashboardWidget  # noqa: PLC0415

            self._widget = DashboardWidget(self._dashboard.page.whole, self._dashboard.take, self.stop)
            self._whole = VBox()
            self._dashboard.logs.placed = self._place
            self._place(self._dashboard.logs.view)
            self._dashboard.seen("", visible=True)
        return self._whole

    def stop(self) -> None:
        """Follow the engine no more. What is shown stays, and says that it is stopped."""
        ended = str(self.state) == "stopped"
        self._dashboard.stop()
        if not ended and self._update is not None:
            self._update(self._bundle())

    def close(self) -> None:
        """Stop it, and take it out of the page. `frame` stays."""
        self.stop()
        self._dashboard.logs.close()
        self.events.close()
        if self._whole is not None and self._widget is not None:
            self._widget.close()
            self._whole.close()
            self._widget = self._whole = None

    def _place(self, logs: LogsView | None) -> None:
        """Show these logs between the dashboard and its events, or none. Called by whichever thread opens them."""
        if self._whole is not None and self._widget is not None:
            if logs is not None:
                logs.called = lambda: self._called("logs")
            between = [] if logs is None else [logs.widget]
            self._whole.children = (self._widget, *between, self.events.widget)

    def _called(self, part: str) -> str:
        """What a person types to get at a part of it."""
        name = notebook.name_of(self)
        return f"{name}.{part}" if name else ""

    def _tell(self, patch: dict[str, Any]) -> None:
        """Called by the threads of the dashboard."""
        widget = self._widget
        if widget is not None:
            widget.tell(patch)

    def _bundle(self) -> dict[str, Any]:
        """What the notebook shows and keeps: text, a table, and the widget where somebody looks."""
        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if self._widget is not None and self._widget.is_open:
            view = {"version_major": 2, "version_minor": 0, "model_id": self._whole.model_id}
            bundle["application/vnd.jupyter.widget-view+json"] = view
        return bundle

    def _repr_html_(self) -> str:
        return dashboard_html(self._dashboard.page.whole(), state=self.state.name)

    def _ipython_display_(self) -> None:
        """IPython's hook. A terminal shows the text."""
        if not notebook.in_notebook():
            raise NotImplementedError
        if notebook.somebody_looks():
            self.widget  # noqa: B018 - is made here
        self._update = notebook.place(self._bundle())
