"""The widget of a dashboard, which static/dashboard.js draws, with the files that are one program with it."""

from __future__ import annotations

from dockmagic.widgets.page_widget import PageWidget
from dockmagic.widgets.static_text import static_text

__all__ = ["DashboardWidget"]

_PARTS = ("", "_store", "_head", "_containers", "_tools", "_tables", "_prune")


class DashboardWidget(PageWidget):
    """Shows the patches of a dashboard's `Page`."""

    _esm = static_text(*(f"dashboard{part}.js" for part in _PARTS), "elements.js", "sorting.js", "spark.js")
    _css = static_text("dashboard.css", "dashboard_table.css")
