"""The table of options, third part: what a container may use, and what it may do."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from dockmagic.declared import Option
from dockmagic.engine.container_spec.devices import bytes_per_second, cgroup_rules, times_per_second, weights
from dockmagic.engine.container_spec.limits import block_weight, swappiness, sysctls, ulimits
from dockmagic.engine.container_spec.numbers import cpus, memory_swap, size, whole
from dockmagic.engine.container_spec.rows import At, Number, Pairs, Size, Texts
from dockmagic.engine.container_spec.security import capabilities, namespace
from dockmagic.engine.container_spec.values import flag

__all__ = ["LimitOptions", "ResourceOptions", "SecurityOptions"]


class LimitOptions(TypedDict, total=False):
    """Memory and processors."""

    memory: Annotated[
        Size, Option("--memory", "-m", help="Most memory, 512m say", metavar="SIZE"), At("HostConfig.Memory", size)
    ]
    memory_reservation: Annotated[
        Size,
        Option("--memory-reservation", help="What it gets where memory is short", metavar="SIZE"),
        At("HostConfig.MemoryReservation", size),
    ]
    memory_swap: Annotated[
        Size,
        Option("--memory-swap", help="Most memory and swap together; -1: no limit", metavar="SIZE"),
        At("HostConfig.MemorySwap", memory_swap),
    ]
    cpus: Annotated[
        float | str, Option("--cpus", help="Most processors, 1.5 say", metavar="N"), At("HostConfig.NanoCpus", cpus)
    ]
    cpu_shares: Annotated[
        Number,
        Option("--cpu-shares", "-c", help="Its weight where processors are short", metavar="N"),
        At("HostConfig.CpuShares", whole),
    ]
    cpuset_cpus: Annotated[
        str, Option("--cpuset-cpus", help="Only these: 0-3 or 0,1", metavar="LIST"), At("HostConfig.CpusetCpus")
    ]
    cpuset_mems: Annotated[
        str, Option("--cpuset-mems", help="Only memory of these nodes", metavar="LIST"), At("HostConfig.CpusetMems")
    ]
    cpu_period: Annotated[
        Number,
        Option("--cpu-period", help="The scheduler's period", metavar="MICROSECONDS"),
        At("HostConfig.CpuPeriod", whole),
    ]
    cpu_quota: Annotated[
        Number,
        Option("--cpu-quota", help="What it may use of each period", metavar="MICROSECONDS"),
        At("HostConfig.CpuQuota", whole),
    ]
    cpu_rt_period: Annotated[
        Number,
        Option("--cpu-rt-period", help="The real-time scheduler's period", metavar="MICROSECONDS"),
        At("HostConfig.CpuRealtimePeriod", whole),
    ]
    cpu_rt_runtime: Annotated[
        Number,
        Option("--cpu-rt-runtime", help="What it may use of each real-time period", metavar="MICROSECONDS"),
        At("HostConfig.CpuRealtimeRuntime", whole),
    ]
    pids_limit: Annotated[
        Number,
        Option("--pids-limit", help="Most processes; -1: no limit", metavar="N"),
        At("HostConfig.PidsLimit", whole),
    ]
    blkio_weight: Annotated[
        Number,
        Option("--blkio-weight", help="Its weight where disks are busy, 10 to 1000", metavar="N"),
        At("HostConfig.BlkioWeight", block_weight),
    ]


class ResourceOptions(LimitOptions, TypedDict, total=False):
    """Devices, and more limits."""

    memory_swappiness: Annotated[
        Number,
        Option("--memory-swappiness", help="How soon it is swapped, 0 to 100", metavar="N"),
        At("HostConfig.MemorySwappiness", swappiness),
    ]
    ulimit: Annotated[
        Pairs,
        Option("--ulimit", help="A limit of each process, nofile=1024 say", metavar="NAME=SOFT[:HARD]", repeat=True),
        At("HostConfig.Ulimits", ulimits),
    ]
    gpus: Annotated[
        Number | Sequence[str | Mapping[str, Any]] | Mapping[str, Any],
        Option("--gpus", help='all, a number, or "device=0,1" within two pairs of quotes', metavar="GPUS", repeat=True),
    ]
    device: Annotated[
        Texts, Option("--device", help="A device of the host", metavar="/dev/X[:/dev/Y][:rwm]", repeat=True)
    ]
    device_cgroup_rule: Annotated[
        Texts,
        Option("--device-cgroup-rule", help="What it may open, 'c 1:3 rwm' say", metavar="RULE", repeat=True),
        At("HostConfig.DeviceCgroupRules", cgroup_rules),
    ]
    blkio_weight_device: Annotated[
        Texts,
        Option("--blkio-weight-device", help="Its weight where this disk is busy", metavar="/dev/X:N", repeat=True),
        At("HostConfig.BlkioWeightDevice", weights),
    ]
    device_read_bps: Annotated[
        Texts,
        Option("--device-read-bps", help="Most bytes read in a second", metavar="/dev/X:SIZE", repeat=True),
        At("HostConfig.BlkioDeviceReadBps", bytes_per_second),
    ]
    device_read_iops: Annotated[
        Texts,
        Option("--device-read-iops", help="Most reads in a second", metavar="/dev/X:N", repeat=True),
        At("HostConfig.BlkioDeviceReadIOps", times_per_second),
    ]
    device_write_bps: Annotated[
        Texts,
        Option("--device-write-bps", help="Most bytes written in a second", metavar="/dev/X:SIZE", repeat=True),
        At("HostConfig.BlkioDeviceWriteBps", bytes_per_second),
    ]
    device_write_iops: Annotated[
        Texts,
        Option("--device-write-iops", help="Most writes in a second", metavar="/dev/X:N", repeat=True),
        At("HostConfig.BlkioDeviceWriteIOps", times_per_second),
    ]
    oom_kill_disable: Annotated[
        bool,
        Option("--oom-kill-disable", help="It is not killed where memory runs out"),
        At("HostConfig.OomKillDisable", flag),
    ]
    oom_score_adj: Annotated[
        Number,
        Option("--oom-score-adj", help="How soon it is killed then, -1000 to 1000", metavar="N"),
        At("HostConfig.OomScoreAdj", whole),
    ]
    cgroup_parent: Annotated[
        str,
        Option("--cgroup-parent", help="The cgroup that its own is in", metavar="PATH"),
        At("HostConfig.CgroupParent"),
    ]


class SecurityOptions(TypedDict, total=False):
    """What it may do."""

    privileged: Annotated[
        bool, Option("--privileged", help="All that root on the host may do"), At("HostConfig.Privileged", flag)
    ]
    cap_add: Annotated[
        Texts,
        Option("--cap-add", help="A capability more, NET_ADMIN say, or ALL", metavar="NAME", repeat=True),
        At("HostConfig.CapAdd", capabilities),
    ]
    cap_drop: Annotated[
        Texts,
        Option("--cap-drop", help="A capability less, or ALL", metavar="NAME", repeat=True),
        At("HostConfig.CapDrop", capabilities),
    ]
    security_opt: Annotated[
        Texts,
        Option("--security-opt", help="no-new-privileges, seccomp=PATH, ...", metavar="NAME[=VALUE]", repeat=True),
    ]
    sysctl: Annotated[
        Pairs,
        Option("--sysctl", help="A setting of its kernel, net.X=1 say", metavar="NAME=VALUE", repeat=True),
        At("HostConfig.Sysctls", sysctls),
    ]
    pid: Annotated[
        str,
        Option("--pid", help="Whose processes it sees: host, container:NAME", metavar="MODE"),
        At("HostConfig.PidMode", namespace("host", "container")),
    ]
    ipc: Annotated[
        str,
        Option("--ipc", help="Shared memory: none, private, shareable, host, container:ID", metavar="MODE"),
        At("HostConfig.IpcMode"),
    ]
    uts: Annotated[
        str,
        Option("--uts", help="host: the name is the host's", metavar="MODE"),
        At("HostConfig.UTSMode", namespace("host")),
    ]
    userns: Annotated[
        str,
        Option("--userns", help="host: users are the host's", metavar="MODE"),
        At("HostConfig.UsernsMode", namespace("host")),
    ]
    cgroupns: Annotated[
        str,
        Option("--cgroupns", help="Which cgroups it sees: host or private", metavar="MODE"),
        At("HostConfig.CgroupnsMode", namespace("host", "private")),
    ]
