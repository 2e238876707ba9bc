"""BuildOptions: the options of `build`, each with its flag, its place in the query and its help.

In Python they are named as docker's long flags with underscores, but for tags, build_args and labels, which hold
several of what the flag says once. Source: `docker build --help`; `ImageBuild` of moby/moby's client.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from dockmagic.builder.rows import Query, dictionary, kept, repeated, repeated_hosts, truth
from dockmagic.declared import Absent, Option
from dockmagic.engine.container_spec.limits import ulimits
from dockmagic.engine.container_spec.numbers import memory_swap, size, whole
from dockmagic.engine.container_spec.rows import Number, Pairs, Size, Texts
from dockmagic.engine.container_spec.values import one_of, texts

__all__ = ["ABSENT", "BuildOptions", "BuilderOptions", "CacheOptions", "ImageOptions", "StepOptions"]


class ImageOptions(TypedDict, total=False):
    """The image."""

    tags: Annotated[
        Texts,
        Option("--tag", "-t", help="Name it; may be said again", metavar="NAME[:TAG]", repeat=True),
        Query("t", repeated),
    ]
    file: Annotated[
        str, Option("--file", "-f", help="The Dockerfile, unless it is PATH/Dockerfile; - is the cell", metavar="FILE")
    ]
    target: Annotated[str, Option("--target", help="Stop at this stage", metavar="STAGE"), Query("target")]
    build_args: Annotated[
        Pairs,
        Option(
            "--build-arg",
            help="A value for an ARG; NAME alone takes the one it has here",
            metavar="NAME=VALUE",
            repeat=True,
        ),
    ]
    labels: Annotated[
        Pairs,
        Option("--label", help="A label of the image", metavar="NAME=VALUE", repeat=True),
        Query("labels", dictionary),
    ]
    platform: Annotated[
        str, Option("--platform", help="linux/arm64 say, if the engine can", metavar="OS/ARCH"), Query("platform")
    ]
    squash: Annotated[
        bool,
        Option("--squash", help="One layer of all new ones, on an experimental engine"),
        Query("squash", truth, classic=True),
    ]


class CacheOptions(TypedDict, total=False):
    """What is done again."""

    no_cache: Annotated[bool, Option("--no-cache", help="Every step anew"), Query("nocache", truth)]
    pull: Annotated[bool, Option("--pull", help="Ask registries for newer base images"), Query("pull", truth)]
    cache_from: Annotated[
        Texts,
        Option("--cache-from", help="An image to take steps from", metavar="IMAGE", repeat=True, complete="image"),
        Query("cachefrom", texts),
    ]


class StepOptions(TypedDict, total=False):
    """The steps."""

    secret: Annotated[
        Texts | Mapping[str, Any],
        Option(
            "--secret",
            help="For RUN --mount=type=secret; never in the image or here",
            metavar="id=ID[,src=PATH|,env=NAME]",
            repeat=True,
        ),
    ]
    network: Annotated[
        str,
        Option("--network", help="Of RUN: default, none, host", metavar="NETWORK", complete="network"),
        Query("networkmode"),
    ]
    add_host: Annotated[
        Texts,
        Option("--add-host", help="A name that RUN knows", metavar="NAME:IP", repeat=True),
        Query("extrahosts", repeated_hosts),
    ]
    rm: Annotated[
        bool,
        Option("--rm", help="Remove containers of steps: so it is unless --rm=false"),
        Query("rm", kept, classic=True),
    ]
    force_rm: Annotated[bool, Option("--force-rm", help="Also when a step fails"), Query("forcerm", truth)]
    shm_size: Annotated[
        Size, Option("--shm-size", help="Of /dev/shm", metavar="SIZE"), Query("shmsize", size, until=(1, 42))
    ]
    ulimit: Annotated[
        Pairs,
        Option("--ulimit", help="A limit of each process, nofile=1024 say", metavar="NAME=SOFT[:HARD]", repeat=True),
        Query("ulimits", ulimits, until=(1, 42)),
    ]
    memory: Annotated[
        Size,
        Option("--memory", "-m", help="Most memory, 512m say", metavar="SIZE"),
        Query("memory", size, classic=True),
    ]
    memory_swap: Annotated[
        Size,
        Option("--memory-swap", help="Most memory and swap together; -1: no limit", metavar="SIZE"),
        Query("memswap", memory_swap, classic=True),
    ]
    cpu_shares: Annotated[
        Number,
        Option("--cpu-shares", "-c", help="Their weight where processors are short", metavar="N"),
        Query("cpushares", whole, classic=True),
    ]
    cpu_period: Annotated[
        Number,
        Option("--cpu-period", help="Of the scheduler", metavar="MICROSECONDS"),
        Query("cpuperiod", whole, classic=True),
    ]
    cpu_quota: Annotated[
        Number,
        Option("--cpu-quota", help="In each period", metavar="MICROSECONDS"),
        Query("cpuquota", whole, classic=True),
    ]
    cpuset_cpus: Annotated[
        str, Option("--cpuset-cpus", help="Only these: 0-3 or 0,1", metavar="LIST"), Query("cpusetcpus", classic=True)
    ]
    cpuset_mems: Annotated[
        str,
        Option("--cpuset-mems", help="Only memory of these nodes", metavar="LIST"),
        Query("cpusetmems", classic=True),
    ]
    cgroup_parent: Annotated[
        str,
        Option("--cgroup-parent", help="Where their cgroup is", metavar="PATH"),
        Query("cgroupparent", classic=True),
    ]
    security_opt: Annotated[
        Texts,
        Option("--security-opt", help="label=disable, ...", metavar="NAME[=VALUE]", repeat=True),
        Query("securityopt", repeated, classic=True),
    ]


class BuilderOptions(TypedDict, total=False):
    """The builder."""

    builder: Annotated[
        str,
        Option(
            "--builder",
            help="auto, buildkit or classic",
            metavar="BUILDER",
            parse=one_of("auto", "buildkit", "classic"),
        ),
    ]
    progress: Annotated[
        str,
        Option(
            "--progress",
            help="auto, plain (lines of text) or none",
            metavar="HOW",
            parse=one_of("auto", "plain", "none"),
        ),
    ]


class BuildOptions(ImageOptions, CacheOptions, StepOptions, BuilderOptions, TypedDict, total=False):
    """What `build` takes as **options."""


ABSENT = (
    Absent("--ssh", instead="keys do not leave this machine: --secret id=key,src=PATH gives a RUN one of them"),
    Absent("--load", instead="it is what happens: the image is on the engine"),
    Absent("--push", instead="%dpush the image when it is built"),
    Absent("--output", "-o", instead="the image is on the engine; %dsave writes it into a file"),
    Absent("--iidfile", instead="the id is in the frame"),
    Absent("--metadata-file", instead="what is known is in the frame"),
    Absent("--cache-to", instead="--build-arg BUILDKIT_INLINE_CACHE=1 keeps it in the image"),
    Absent("--compress", instead="the context goes to the engine as it is"),
    Absent("--isolation", instead="it is for engines on Windows"),
    Absent("--build-context", instead="an engine's own builder takes one context"),
    *(
        Absent(flag, instead="it needs buildx; this is the builder of the engine itself")
        for flag in (
            "--allow",
            "--annotation",
            "--attest",
            "--call",
            "--check",
            "--no-cache-filter",
            "--provenance",
            "--sbom",
        )
    ),
)
"""Docker's flags that are refused, each with what there is instead."""
