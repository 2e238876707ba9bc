"""The widget of live stats, which static/stats.js draws, with the files that are one program with it."""

from __future__ import annotations

from dockmagic.widgets.page_widget import PageWidget
from dockmagic.widgets.static_text import static_text

__all__ = ["StatsWidget"]


class StatsWidget(PageWidget):
    """Shows the patches of a `Page` of stats."""

    _esm = static_text("stats.js", "dashboard_store.js", "elements.js", "sorting.js", "spark.js")
    _css = static_text("dashboard.css", "dashboard_table.css", "stats.css")
