"""All tasks, in the order in which they are measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import (
    mark_build,
    mark_burst,
    mark_call,
    mark_context,
    mark_crowd,
    mark_dashboard,
    mark_engine,
    mark_events,
    mark_first,
    mark_follow,
    mark_ignored,
    mark_images,
    mark_kernel,
    mark_large,
    mark_list,
    mark_load,
    mark_logs,
    mark_rebuild,
    mark_relist,
    mark_rm,
    mark_stats,
    mark_stats_live,
    mark_stop,
)

if TYPE_CHECKING:
    from benchmarks.task import Task

__all__ = ["TASKS"]

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        mark_list.TASK,
        mark_crowd.TASK,
        mark_relist.TASK,
        mark_dashboard.TASK,
        mark_images.TASK,
        mark_first.TASK,
        mark_load.TASK,
        mark_kernel.TASK,
        mark_call.TASK,
        mark_engine.TASK,
        mark_events.TASK,
        mark_burst.TASK,
        mark_logs.TASK,
        mark_follow.TASK,
        mark_stats.TASK,
        mark_stats_live.TASK,
        mark_context.TASK,
        mark_large.TASK,
        mark_ignored.TASK,
        mark_build.TASK,
        mark_rebuild.TASK,
        mark_rm.TASK,
        mark_stop.TASK,
    )
}
