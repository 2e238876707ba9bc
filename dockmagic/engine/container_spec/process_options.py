"""The table of options, first part: the container, what runs in it, and whether it is well."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from dockmagic.declared import Option
from dockmagic.engine.container_spec.limits import restart
from dockmagic.engine.container_spec.numbers import whole
from dockmagic.engine.container_spec.rows import At, Duration, Number, Pairs, Texts
from dockmagic.engine.container_spec.values import flag, map_of, texts

__all__ = ["ContainerOptions", "HealthOptions", "ProcessOptions"]


def _entrypoint(value: Any) -> list[str]:
    """A program, or with its arguments; "" takes the image's away."""
    return texts(value)


class ContainerOptions(TypedDict, total=False):
    """The container."""

    name: Annotated[str, Option("--name", help="Name of the container", metavar="NAME")]
    hostname: Annotated[str, Option("--hostname", "-h", help="What it calls itself", metavar="NAME"), At("Hostname")]
    domainname: Annotated[str, Option("--domainname", help="Its NIS domain", metavar="NAME"), At("Domainname")]
    labels: Annotated[
        Pairs, Option("--label", "-l", help="Set a label (repeatable)", metavar="NAME=VALUE", repeat=True)
    ]
    label_file: Annotated[
        Texts, Option("--label-file", help="Set the labels that are the lines of a file", metavar="PATH", repeat=True)
    ]
    annotation: Annotated[
        Pairs,
        Option("--annotation", help="Tell the OCI runtime (from API 1.43 on)", metavar="NAME=VALUE", repeat=True),
        At("HostConfig.Annotations", map_of(str), since=(1, 43)),
    ]
    rm: Annotated[
        bool,
        Option("--rm", help="Remove it, and its anonymous volumes, when it ends"),
        At("HostConfig.AutoRemove", flag),
    ]
    restart: Annotated[
        str,
        Option("--restart", help="no, always, unless-stopped, on-failure[:TIMES]", metavar="POLICY"),
        At("HostConfig.RestartPolicy", restart),
    ]
    pull: Annotated[
        str, Option("--pull", help="Fetch the image: always, missing, never (so, if not said)", metavar="WHEN")
    ]
    platform: Annotated[str, Option("--platform", help="Only an image for linux/arm64, say", metavar="OS/ARCH")]
    log_driver: Annotated[str, Option("--log-driver", help="What keeps its output", metavar="DRIVER")]
    log_opt: Annotated[
        Pairs, Option("--log-opt", help="Tell the log driver, max-size=10m say", metavar="NAME=VALUE", repeat=True)
    ]
    runtime: Annotated[
        str, Option("--runtime", help="The engine's OCI runtime to use", metavar="NAME"), At("HostConfig.Runtime")
    ]
    isolation: Annotated[
        str, Option("--isolation", help="On Windows: process or hyperv", metavar="KIND"), At("HostConfig.Isolation")
    ]
    set: Annotated[
        Mapping[str, Any] | str | Sequence[str],
        Option(
            "--set",
            help="Part of the body: HostConfig.X=1; engines ignore unknown names",
            metavar="PATH=JSON",
            repeat=True,
        ),
    ]


class ProcessOptions(TypedDict, total=False):
    """What runs in it."""

    env: Annotated[
        Pairs,
        Option(
            "--env",
            "-e",
            help="Set a variable; NAME alone takes the value it has here",
            metavar="NAME=VALUE",
            repeat=True,
        ),
    ]
    env_file: Annotated[
        Texts, Option("--env-file", help="Set the variables that are the lines of a file", metavar="PATH", repeat=True)
    ]
    entrypoint: Annotated[
        str | Sequence[str],
        Option("--entrypoint", help='Instead of the image\'s own; "" for none', metavar="PROGRAM"),
        At("Entrypoint", _entrypoint),
    ]
    workdir: Annotated[
        str, Option("--workdir", "-w", help="Directory that it starts in", metavar="PATH"), At("WorkingDir")
    ]
    user: Annotated[str, Option("--user", "-u", help="Name or number of its user", metavar="USER[:GROUP]"), At("User")]
    group_add: Annotated[
        Texts,
        Option("--group-add", help="Another group of its user", metavar="GROUP", repeat=True),
        At("HostConfig.GroupAdd", texts),
    ]
    interactive: Annotated[
        bool, Option("--interactive", "-i", help="Keep its standard input open"), At("OpenStdin", flag)
    ]
    tty: Annotated[bool, Option("--tty", "-t", help="Give it a terminal"), At("Tty", flag)]
    init: Annotated[
        bool, Option("--init", help="A small init that passes signals on and reaps"), At("HostConfig.Init", flag)
    ]
    stop_signal: Annotated[
        str, Option("--stop-signal", help="What %dstop sends to it", metavar="SIGNAL"), At("StopSignal")
    ]
    stop_timeout: Annotated[
        Number,
        Option("--stop-timeout", help="Seconds until %dstop kills it", metavar="SECONDS"),
        At("StopTimeout", whole),
    ]


class HealthOptions(TypedDict, total=False):
    """Whether it is well."""

    health_cmd: Annotated[
        str | Sequence[str], Option("--health-cmd", help="What its shell runs to find out", metavar="COMMAND")
    ]
    health_interval: Annotated[Duration, Option("--health-interval", help="How often, 30s say", metavar="DURATION")]
    health_timeout: Annotated[Duration, Option("--health-timeout", help="How long it may take", metavar="DURATION")]
    health_retries: Annotated[Number, Option("--health-retries", help="Failures in a row that count", metavar="N")]
    health_start_period: Annotated[
        Duration, Option("--health-start-period", help="How long failures do not count at first", metavar="DURATION")
    ]
    health_start_interval: Annotated[
        Duration,
        Option("--health-start-interval", help="How often at first (from API 1.44 on)", metavar="DURATION"),
    ]
    no_healthcheck: Annotated[bool, Option("--no-healthcheck", help="Without the check that the image has")]
