"""Pictures of frames: each answers one question, as Axes of matplotlib that can be changed. Needs the extra `plot`."""

from __future__ import annotations

from dockmagic.plots.build_steps import plot_build_steps
from dockmagic.plots.disk_usage import plot_system_df
from dockmagic.plots.events import plot_events
from dockmagic.plots.stats import plot_stats

__all__ = ["plot_build_steps", "plot_events", "plot_stats", "plot_system_df"]
