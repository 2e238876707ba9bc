"""What docker's `create` and `run` take and ours do not (yet), and what there is instead."""

from dockmagic.declared import Absent

__all__ = ["ABSENT"]

_WINDOWS = "For an engine on Windows: --set HostConfig.{}=N"

ABSENT = (
    Absent("--attach", "-a", instead="%dlogs reads what it writes"),
    Absent("--cidfile", instead="The frame has the id, and -q gives it"),
    Absent("--cpu-count", instead=_WINDOWS.format("CpuCount")),
    Absent("--cpu-percent", instead=_WINDOWS.format("CpuPercent")),
    Absent("--detach-keys", instead="Nothing is attached"),
    Absent("--disable-content-trust", instead="Signatures are never checked"),
    Absent("--io-maxbandwidth", instead=_WINDOWS.format("IOMaximumBandwidth")),
    Absent("--io-maxiops", instead=_WINDOWS.format("IOMaximumIOps")),
    Absent("--kernel-memory", instead="Engines take no notice of it any more; --memory limits both"),
    Absent("--sig-proxy", instead="Nothing is attached; %dkill -s sends a signal"),
    Absent("--use-api-socket", instead="To let it talk to the engine: -v /var/run/docker.sock:/var/run/docker.sock"),
)
