"""The table of options, second part: networks and filesystems."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from dockmagic.declared import Option
from dockmagic.engine.container_spec.addresses import hosts, links, search_domains, servers
from dockmagic.engine.container_spec.mounts import tmpfs
from dockmagic.engine.container_spec.numbers import size
from dockmagic.engine.container_spec.rows import At, Pairs, Size, Texts
from dockmagic.engine.container_spec.values import flag, map_of, texts
from dockmagic.errors import UsageError
from dockmagic.text import shown

__all__ = ["NetworkOptions", "StorageOptions"]


def _storage(written: str) -> None:
    if "=" not in written:
        raise UsageError(f"is written NAME=VALUE, not {shown(written)!r}")


class NetworkOptions(TypedDict, total=False):
    """Network."""

    ports: Annotated[
        str | Sequence[str] | Mapping[Any, Any],
        Option(
            "--publish",
            "-p",
            help="Publish a port of the container on the host",
            metavar="[[IP:]HOST:]CONTAINER",
            repeat=True,
        ),
    ]
    publish_all: Annotated[
        bool,
        Option("--publish-all", "-P", help="Each exposed port on a free one of the host"),
        At("HostConfig.PublishAllPorts", flag),
    ]
    expose: Annotated[
        Texts, Option("--expose", help="A port that -P publishes", metavar="PORT[/PROTOCOL]", repeat=True)
    ]
    network: Annotated[
        str | Sequence[str | Mapping[str, Any]] | Mapping[str, Any],
        Option(
            "--network",
            help="Its name, host, none, container:ID, name=NET,alias=A,ip=IP",
            metavar="NETWORK",
            repeat=True,
            complete="network",
            also=("--net",),
        ),
    ]
    network_alias: Annotated[
        Texts,
        Option(
            "--network-alias",
            help="Another name of it in the first network",
            metavar="NAME",
            repeat=True,
            also=("--net-alias",),
        ),
    ]
    ip: Annotated[str, Option("--ip", help="Its address in the first network", metavar="IPV4")]
    ip6: Annotated[str, Option("--ip6", help="Its address in the first network", metavar="IPV6")]
    link_local_ip: Annotated[
        Texts, Option("--link-local-ip", help="Its link-local address in the first network", metavar="IP", repeat=True)
    ]
    mac_address: Annotated[
        str, Option("--mac-address", help="Its hardware address in the first network", metavar="MAC")
    ]
    link: Annotated[
        Texts,
        Option(
            "--link",
            help="A container that it finds by name",
            metavar="NAME[:ALIAS]",
            repeat=True,
            complete="container",
        ),
        At("HostConfig.Links", links),
    ]
    add_host: Annotated[
        Pairs,
        Option("--add-host", help="A line of its /etc/hosts; host-gateway is the host", metavar="NAME:IP", repeat=True),
        At("HostConfig.ExtraHosts", hosts),
    ]
    dns: Annotated[
        Texts, Option("--dns", help="A name server", metavar="IP", repeat=True), At("HostConfig.Dns", servers)
    ]
    dns_search: Annotated[
        Texts,
        Option("--dns-search", help="A domain to look names up in", metavar="DOMAIN", repeat=True),
        At("HostConfig.DnsSearch", search_domains),
    ]
    dns_option: Annotated[
        Texts,
        Option(
            "--dns-option",
            help="A line of options in its /etc/resolv.conf",
            metavar="OPTION",
            repeat=True,
            also=("--dns-opt",),
        ),
        At("HostConfig.DnsOptions", texts),
    ]


class StorageOptions(TypedDict, total=False):
    """Filesystems."""

    volumes: Annotated[
        str | Sequence[str] | Mapping[str, Any],
        Option(
            "--volume",
            "-v",
            help="Mount a volume, or a path of the engine's host",
            metavar="[SOURCE:]TARGET[:ro]",
            repeat=True,
            complete="volume",
        ),
    ]
    mount: Annotated[
        str | Sequence[str | Mapping[str, Any]] | Mapping[str, Any],
        Option(
            "--mount",
            help="type=bind|volume|tmpfs,source=S,target=/T,readonly,...",
            metavar="KEY=VALUE,...",
            repeat=True,
        ),
    ]
    tmpfs: Annotated[
        Pairs,
        Option("--tmpfs", help="A filesystem in memory", metavar="/PATH[:OPTIONS]", repeat=True),
        At("HostConfig.Tmpfs", tmpfs),
    ]
    volumes_from: Annotated[
        Texts,
        Option(
            "--volumes-from",
            help="The volumes of another container",
            metavar="CONTAINER[:ro]",
            repeat=True,
            complete="container",
        ),
        At("HostConfig.VolumesFrom", texts),
    ]
    volume_driver: Annotated[
        str,
        Option("--volume-driver", help="The driver that makes its volumes", metavar="DRIVER"),
        At("HostConfig.VolumeDriver"),
    ]
    read_only: Annotated[
        bool, Option("--read-only", help="Only volumes can be written to"), At("HostConfig.ReadonlyRootfs", flag)
    ]
    shm_size: Annotated[
        Size,
        Option("--shm-size", help="Size of /dev/shm, 64m if not said", metavar="SIZE"),
        At("HostConfig.ShmSize", size),
    ]
    storage_opt: Annotated[
        Pairs,
        Option("--storage-opt", help="Tell the storage driver, size=10G say", metavar="NAME=VALUE", repeat=True),
        At("HostConfig.StorageOpt", map_of(_storage)),
    ]
