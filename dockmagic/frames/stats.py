"""The columns of `stats`: what a container uses, computed of two samples as docker's own command line computes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockmagic.frames.ids import id_of
from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from dockmagic.engine.container_stats import Sampled
    from dockmagic.frames.schema import Schema

    Sample: TypeAlias = Mapping[str, Any]

__all__ = ["STATS", "moment", "of_one_time", "own_rows", "stats_columns", "stats_row", "stats_rows"]

_COUNTERS = 2**64
"""What engines count in fits into 64 bits."""


def stats_columns(*, no_trunc: bool) -> Schema:
    """The schema, with ids as `--no-trunc` wants them or not."""
    return (
        Column("time", "time", "datetime64[ns, UTC]", "when it was sampled; the same for all of one round"),
        Column("id", id_of("id", no_trunc=no_trunc), "str", "12 digits, or all 64 with --no-trunc"),
        Column("name", "name", "str", "the container's own name"),
        Column(
            "cpu_percent", "cpu_percent", "float64", "of one processor: two busy ones are 200; since the last sample"
        ),
        Column("memory", "memory", "Int64", "bytes in use, without the cache of files that could go"),
        Column("memory_limit", "memory_limit", "Int64", "bytes that it may have; the host's without a limit"),
        Column("memory_percent", "memory_percent", "float64", "memory of memory_limit"),
        Column("network_rx", "network_rx", "Int64", "bytes received since it started; NA without a network of its own"),
        Column("network_tx", "network_tx", "Int64", "bytes sent since it started"),
        Column("block_read", "block_read", "Int64", "bytes read from devices since it started"),
        Column("block_write", "block_write", "Int64", "bytes written to devices since it started"),
        Column("pids", "pids", "Int64", "processes and threads"),
    )


def stats_rows(samples: Iterable[Sampled]) -> list[dict[str, Any]]:
    """The rows of one round. All of them get the time of the last sample, so that they can be grouped by it."""
    return of_one_time(own_rows(samples))


def own_rows(samples: Iterable[Sampled]) -> list[dict[str, Any]]:
    """The rows of these samples, each with its own time."""
    return [{**stats_row(each.now, each.before), "id": each.id, "name": each.name} for each in samples]


def of_one_time(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """These rows with the time of the last one."""
    moments = {found: row["time"] for row in rows if (found := moment(row["time"])) is not None}
    last = moments[max(moments)] if moments else None
    return [{**row, "time": last} for row in rows]


def stats_row(now: Sample, before: Sample | None = None) -> dict[str, Any]:
    """What a sample says, with the processor time since the one `before`, or since what it tells of that itself.

    What is missing or of another type is None; all is, of a container that does not run. Nothing raises.
    Source: cli/command/container/stats_helpers.go of docker/cli.
    """
    if moment(now.get("read")) is None:
        return dict.fromkeys(column.name for column in STATS)
    windows = _is_windows(now)
    memory = _integer(now, "memory_stats", "privateworkingset") if windows else _memory(now)
    limit = None if windows else _integer(now, "memory_stats", "limit")
    return {
        "time": now["read"],
        "cpu_percent": _cpu_percent(now, before, windows=windows),
        "memory": memory,
        "memory_limit": limit,
        "memory_percent": memory / limit * 100 if memory is not None and limit else None,
        "network_rx": _network(now, "rx_bytes"),
        "network_tx": _network(now, "tx_bytes"),
        "block_read": _integer(now, "storage_stats", "read_size_bytes") if windows else _block(now, "r"),
        "block_write": _integer(now, "storage_stats", "write_size_bytes") if windows else _block(now, "w"),
        "pids": None if windows else _integer(now, "pids_stats", "current"),
    }


def _is_windows(now: Sample) -> bool:
    """Engines say so from API 1.52 on; before, only Windows counted processors here."""
    system = now.get("os_type")
    return system == "windows" if isinstance(system, str) and system else bool(_number(now, "num_procs"))


def _cpu_percent(now: Sample, before: Sample | None, *, windows: bool) -> float | None:
    """Since the sample before. 0 where a counter went backwards, as in docker: the container was started anew."""
    earlier = _part(now, "precpu_stats") if before is None else _part(before, "cpu_stats")
    later = _part(now, "cpu_stats")
    used = _difference(later, earlier, "cpu_usage", "total_usage")
    if windows:
        since = now.get("preread") if before is None else before.get("read")
        available = _windows_time(now, since)
    else:
        available = _processor_time(later, earlier)
    if used is None or available is None:
        return None
    return used / available * 100 if used > 0 and available > 0 else 0.0


def _processor_time(later: Sample, earlier: Sample) -> float | None:
    """Nanoseconds that one processor had meanwhile: of all of them, by how many they are."""
    passed = _difference(later, earlier, "system_cpu_usage")
    each = _part(later, "cpu_usage").get("percpu_usage")
    count = _number(later, "online_cpus") or (len(each) if isinstance(each, list) else 0)
    return None if passed is None or not count else passed / count


def _windows_time(now: Sample, since: Any) -> float | None:
    """Steps of 100 ns that all processors had meanwhile."""
    end, start, count = moment(now["read"]), moment(since), _number(now, "num_procs")
    return None if end is None or start is None or count is None else (end - start).total_seconds() * 1e7 * count


def _memory(now: Sample) -> int | None:
    """In use, without files that have not been read for long: where control groups are of version 1, and of 2."""
    usage = _integer(now, "memory_stats", "usage")
    for key in ("total_inactive_file", "inactive_file"):
        cache = _integer(now, "memory_stats", "stats", key)
        if usage is not None and cache is not None and cache < usage:
            return usage - cache
    return usage


def _network(now: Sample, key: str) -> int | None:
    """The sum over its networks; None if the engine tells of none, as of one that has the host's."""
    networks = now.get("networks")
    if not isinstance(networks, dict):
        return None
    return _sum([_integer(each, key) for each in networks.values() if isinstance(each, dict)])


def _block(now: Sample, letter: str) -> int | None:
    """The sum over devices of what was (r)ead or (w)ritten; nothing so far is null to some engines."""
    stats = _part(now, "blkio_stats")
    if "io_service_bytes_recursive" not in stats:
        return None
    entries = stats["io_service_bytes_recursive"]
    counted = [
        _integer(entry, "value")
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and str(entry.get("op"))[:1].lower() == letter
    ]
    return _sum(counted)


def _sum(counted: Sequence[int | None]) -> int | None:
    """Of what is known; None if nothing is known of what there is."""
    known = [count for count in counted if count is not None]
    return sum(known) if known or not counted else None


def _part(sample: Sample, *path: str) -> Sample:
    """The object at the end of `path`; an empty one for anything else."""
    for key in path:
        below = sample.get(key)
        if not isinstance(below, dict):
            return {}
        sample = below
    return sample


def _number(sample: Sample, *path: str) -> float | None:
    found = _part(sample, *path[:-1]).get(path[-1])
    if not isinstance(found, (int, float)) or isinstance(found, bool):
        return None
    return found if 0 <= found < _COUNTERS else None


def _integer(sample: Sample, *path: str) -> int | None:
    found = _number(sample, *path)
    return None if found is None else int(found)


def _difference(later: Sample, earlier: Sample, *path: str) -> float | None:
    new, old = _number(later, *path), _number(earlier, *path)
    return None if new is None or old is None else new - old


def moment(read: Any) -> datetime | None:
    """When it was; None for what is no time, and for the year 1: Go's zero time, never."""
    try:
        found = datetime.fromisoformat(read)
    except (TypeError, ValueError):
        return None
    return None if found.year == 1 else found if found.tzinfo else found.replace(tzinfo=UTC)


STATS = stats_columns(no_trunc=False)
"""As most see it; `stats_columns(no_trunc=True)` has the same columns."""
