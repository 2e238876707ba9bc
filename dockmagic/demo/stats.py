"""How busy a container is: numbers that move, always the same for the same container at the same moment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.demo.clock import SECOND, rfc3339
from dockmagic.demo.identities import number_of

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container
    from dockmagic.demo.world import World

__all__ = ["become", "sample"]

_MIB = 1024 * 1024
_IDLE: dict[str, Any] = {
    "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
    "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
}
_BLKIO = (
    *("io_service_bytes_recursive", "io_serviced_recursive", "io_queue_recursive", "io_service_time_recursive"),
    *("io_wait_time_recursive", "io_merged_recursive", "io_time_recursive", "sectors_recursive"),
)


class _Kind(NamedTuple):
    """What a kind of program takes: of one processor, MiB, bytes per second, processes."""

    cpu: float
    memory: float
    network: float
    block: float
    pids: int


_KINDS = {
    "nginx": _Kind(0.04, 9, 5200, 40, 3),
    "postgres": _Kind(0.09, 78, 2100, 9000, 7),
    "redis": _Kind(0.03, 12, 1500, 300, 6),
    "python": _Kind(0.22, 46, 800, 100, 2),
}
_OTHER = _Kind(0.005, 1.2, 60, 0, 1)


def sample(world: World, container: Container, *, previous: int | None = None) -> dict[str, Any]:
    """One sample; `previous` is the time of the one before, None for none. Of what does not run: names only."""
    named = {"name": f"/{container.name}", "id": container.id}
    if container.status not in {"running", "paused"}:
        return _nothing() | named
    now = world.timeline.now
    kind = _kind(container)
    lived = max(now - container.started, 0) / SECOND
    memory = _memory(container, kind, lived)
    limit = int(container.host_config["Memory"]) or world.memory
    moved = int(kind.network * lived * (1 + 0.2 * math.sin(lived / 9)))
    return {
        "read": rfc3339(now),
        "preread": rfc3339(previous or 0),
        "pids_stats": {"current": kind.pids},
        "blkio_stats": _blkio(int(kind.block * lived)),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _cpu(world, container, kind, now),
        "precpu_stats": _IDLE if previous is None else _cpu(world, container, kind, previous),
        "memory_stats": {
            "usage": min(memory, limit),
            "stats": {"inactive_file": memory // 20, "anon": memory // 2, "file": memory // 4},
            "limit": limit,
        },
        **named,
        **({"networks": {"eth0": _network(moved)}} if container.networks.keys() - {"host", "none"} else {}),
    }


def become(world: World, container: Container, *, load: float) -> None:
    """Be so busy from now on, of what its kind is usually (0: paused); what was done before stays done."""
    now = world.timeline.now
    container.worked += container.load * (_wave(container, now) - _wave(container, container.load_since))
    container.load, container.load_since = load, now


def _kind(container: Container) -> _Kind:
    image = container.image.partition(":")[0].rpartition("/")[2]
    return _KINDS.get(image, _OTHER)


def _cpu(world: World, container: Container, kind: _Kind, now: int) -> dict[str, Any]:
    """Nanoseconds of work so far: the integral of a load that goes up and down."""
    worked = container.worked + container.load * (_wave(container, now) - _wave(container, container.load_since))
    total = int(kind.cpu * max(worked, 0) * SECOND) + 20_000_000
    kernel = total // 4
    return {
        "cpu_usage": {"total_usage": total, "usage_in_kernelmode": kernel, "usage_in_usermode": total - kernel},
        "system_cpu_usage": now * world.cpus,
        "online_cpus": world.cpus,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _wave(container: Container, now: int) -> float:
    """Seconds of work of its kind up to a moment: sometimes more than have passed, sometimes less."""
    lived = max(now - container.started, 0) / SECOND
    phase = number_of(container.id, "phase", below=628) / 100
    return lived - 4.0 * (math.cos(lived / 8 + phase) - math.cos(phase)) * 0.8


def _memory(container: Container, kind: _Kind, lived: float) -> int:
    phase = number_of(container.id, "memory", below=628) / 100
    growth = min(lived / 600, 1) * 0.3
    return int(kind.memory * _MIB * (container.load or 1.0) * (0.8 + growth + 0.08 * math.sin(lived / 13 + phase)))


def _blkio(moved: int) -> dict[str, Any]:
    entries = [{"major": 254, "minor": 0, "op": op, "value": moved // part} for op, part in (("read", 3), ("write", 1))]
    return dict.fromkeys(_BLKIO) | {"io_service_bytes_recursive": entries if moved else None}


def _network(moved: int) -> dict[str, int]:
    packets = moved // 420
    quiet = {"rx_errors": 0, "rx_dropped": 0, "tx_errors": 0, "tx_dropped": 0}
    return {"rx_bytes": 900 + moved, "rx_packets": 10 + packets, "tx_bytes": moved * 3, "tx_packets": packets} | quiet


def _nothing() -> dict[str, Any]:
    return {
        "read": rfc3339(0),
        "preread": rfc3339(0),
        "pids_stats": {},
        "blkio_stats": dict.fromkeys(_BLKIO),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _IDLE,
        "precpu_stats": _IDLE,
        "memory_stats": {},
    }
