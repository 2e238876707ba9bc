"""NetworkOptions: all options of `network create`, and the body of POST /networks/create that they make."""

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from dockmagic.declared import Option, keywords
from dockmagic.engine.container_spec.body import known_options
from dockmagic.engine.container_spec.rows import At, Pairs, Texts
from dockmagic.engine.container_spec.values import flag, named
from dockmagic.engine.driver_options import driver_options, label_map
from dockmagic.engine.network_spec import ipam_config

__all__ = ["AddressOptions", "KindOptions", "NetworkOptions", "network_body"]


class KindOptions(TypedDict, total=False):
    """The network."""

    driver: Annotated[
        str, Option("--driver", "-d", help="Whose it is (default: bridge)", metavar="DRIVER"), At("Driver")
    ]
    internal: Annotated[bool, Option("--internal", help="It leads nowhere else"), At("Internal", flag)]
    attachable: Annotated[bool, Option("--attachable", help="For containers too, in a swarm"), At("Attachable", flag)]
    ingress: Annotated[bool, Option("--ingress", help="The swarm's routing mesh"), At("Ingress", flag)]
    scope: Annotated[str, Option("--scope", help="local, or swarm", metavar="SCOPE"), At("Scope")]
    config_only: Annotated[
        bool, Option("--config-only", help="Only settings, for --config-from"), At("ConfigOnly", flag)
    ]
    config_from: Annotated[
        str, Option("--config-from", help="With the settings of that one", metavar="NETWORK", complete="network")
    ]
    labels: Annotated[Pairs, Option("--label", help="Set a label (repeatable)", metavar="NAME=VALUE", repeat=True)]
    options: Annotated[
        Pairs, Option("--opt", "-o", help="An option of the driver (repeatable)", metavar="NAME=VALUE", repeat=True)
    ]


class AddressOptions(TypedDict, total=False):
    """Its addresses."""

    subnet: Annotated[Texts, Option("--subnet", help="10.5.0.0/24 say", metavar="ADDRESS/BITS", repeat=True)]
    gateway: Annotated[Texts, Option("--gateway", help="Of a subnet", metavar="ADDRESS", repeat=True)]
    ip_range: Annotated[
        Texts,
        Option("--ip-range", help="The part of a subnet that containers get", metavar="ADDRESS/BITS", repeat=True),
    ]
    aux_address: Annotated[
        Pairs, Option("--aux-address", help="An address that no container gets", metavar="NAME=ADDRESS", repeat=True)
    ]
    ipv6: Annotated[bool, Option("--ipv6", help="With IPv6 too"), At("EnableIPv6", flag)]
    ipam_driver: Annotated[
        str, Option("--ipam-driver", help="Who gives addresses (default: default)", metavar="DRIVER")
    ]
    ipam_options: Annotated[
        Pairs, Option("--ipam-opt", help="An option of that driver", metavar="NAME=VALUE", repeat=True)
    ]


class NetworkOptions(
    KindOptions,
    AddressOptions,
    TypedDict,  # which makes its bases known to `declared.keywords` before Python 3.12
    total=False,
):
    """What `network create` takes as **options."""


def network_body(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What to send for `options`. Raises UsageError for what docker would refuse itself.

    Source: `runCreate` of docker/cli.
    """
    said = known_options(options, table=NetworkOptions)
    body: dict[str, Any] = {
        "Name": name,
        "CheckDuplicate": True,  # engines before API 1.44 would make two of one name
        "Driver": "bridge",
        "Options": driver_options(said.get("options", ()), "--opt"),
        "Labels": label_map(said.get("labels", ())),
        "IPAM": {
            "Driver": said.get("ipam_driver") or "default",
            "Config": ipam_config(
                subnets=said.get("subnet", ()),
                ranges=said.get("ip_range", ()),
                gateways=said.get("gateway", ()),
                aux_addresses=said.get("aux_address", ()),
            ),
            "Options": driver_options(said.get("ipam_options", ()), "--ipam-opt"),
        },
    }
    if said.get("config_from"):
        body["ConfigFrom"] = {"Network": said["config_from"]}
    for parameter in keywords(NetworkOptions):
        option, place = parameter.declared, next((each for each in parameter.beside if isinstance(each, At)), None)
        if isinstance(option, Option) and place and parameter.name in said:
            with named(option.long):
                body[place.path] = place.read(said[parameter.name])
    return body
