"""Which subnet a range, a gateway or an address belongs to, and what a container's place in a network is."""

from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.network_spec import endpoint_settings, ipam_config
from dockmagic.errors import UsageError

FOUR, SIX = "10.5.0.0/16", "2001:db8::/64"


def config(subnets: Any = (), ranges: Any = (), gateways: Any = (), aux: Any = ()) -> list[dict[str, Any]]:
    """The function with short names."""
    return ipam_config(subnets=subnets, ranges=ranges, gateways=gateways, aux_addresses=aux)


def test_nothing_said_is_no_config() -> None:
    """The engine takes addresses that are free."""
    assert config() == []


def test_each_belongs_to_the_subnet_that_it_is_in() -> None:
    """In whichever order they are said."""
    assert config(
        [FOUR, SIX],
        ranges=["2001:db8::/80", "10.5.1.0/24"],
        gateways=["2001:db8::1", "10.5.0.1"],
        aux=["a=10.5.0.9", "b=2001:db8::9", "c=10.5.0.8"],
    ) == [
        {
            "Subnet": FOUR,
            "IPRange": "10.5.1.0/24",
            "Gateway": "10.5.0.1",
            "AuxiliaryAddresses": {"a": "10.5.0.9", "c": "10.5.0.8"},
        },
        {
            "Subnet": SIX,
            "IPRange": "2001:db8::/80",
            "Gateway": "2001:db8::1",
            "AuxiliaryAddresses": {"b": "2001:db8::9"},
        },
    ]


@pytest.mark.parametrize(
    "subnets", ["10.5.0.0/16,10.6.0.0/16", ["10.5.0.0/16", "10.6.0.0/16"], ("10.5.0.0/16, 10.6.0.0/16",)]
)
def test_several_stand_in_one_text_or_in_many(subnets: Any) -> None:
    """As pflag's StringSlice takes them."""
    assert [each["Subnet"] for each in config(subnets)] == ["10.5.0.0/16", "10.6.0.0/16"]


def test_addresses_may_be_a_dict() -> None:
    """One without an address is passed over, as by docker."""
    assert config(FOUR, aux={"a": "10.5.0.9", "b": ""}) == [{"Subnet": FOUR, "AuxiliaryAddresses": {"a": "10.5.0.9"}}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"subnets": "10.5.0.0"}, "--subnet: a subnet is written as 10.5.0.0/24, not '10.5.0.0'"),
        ({"subnets": "10.5.0.0/99"}, "--subnet: a subnet is written as"),
        ({"subnets": "ten/8"}, "--subnet: a subnet is written as"),
        ({"subnets": ""}, "--subnet: a subnet is written as"),
        ({"subnets": [FOUR, "10.5.7.0/24"]}, "--subnet: 10.5.7.0/24 and 10.5.0.0/16 overlap"),
        ({"subnets": [FOUR, FOUR]}, "overlap"),
        ({"subnets": ["10.5.7.0/24", FOUR]}, "overlap"),
        ({"gateways": "10.5.0.1"}, "--gateway: 10.5.0.1 is in no --subnet"),
        ({"subnets": FOUR, "gateways": "10.6.0.1"}, "--gateway: 10.6.0.1 is in no --subnet"),
        ({"subnets": FOUR, "gateways": "2001:db8::1"}, "is in no --subnet"),
        ({"subnets": FOUR, "gateways": "gate"}, "--gateway: 'gate' is no address"),
        ({"subnets": FOUR, "gateways": "10.5.0.1/16"}, "is no address"),
        ({"subnets": FOUR, "gateways": ["10.5.0.1", "10.5.0.2"]}, "10.5.0.2 and 10.5.0.1 are both in 10.5.0.0/16"),
        ({"subnets": FOUR, "ranges": "10.6.0.0/24"}, "--ip-range: 10.6.0.0/24 is in no --subnet"),
        ({"subnets": FOUR, "ranges": "range"}, "--ip-range: 'range' is no range"),
        ({"subnets": FOUR, "ranges": ["10.5.1.0/24", "10.5.2.0/24"]}, "are both in"),
        ({"subnets": FOUR, "aux": "a=10.6.0.1"}, "--aux-address: 10.6.0.1 is in no --subnet"),
        ({"subnets": FOUR, "aux": "a=x"}, "--aux-address: 'x' is no address"),
        ({"subnets": [None]}, "--subnet"),
    ],
)
def test_what_fits_nowhere_is_refused(options: dict[str, Any], said: str) -> None:
    """In the name of the flag."""
    with pytest.raises(UsageError) as caught:
        config(**options)
    assert said in caught.value.message


def settings(**options: Any) -> dict[str, Any]:
    """The function, for which nothing needs to be said."""
    given = {"aliases": (), "ip": None, "ip6": None, "links": (), "link_local": (), "driver_options": ()}
    return endpoint_settings(**given | options)


def test_a_container_in_a_network_has_addresses_names_and_links() -> None:
    """As the body of the request has them."""
    assert settings(
        aliases="db,cache",
        ip="10.5.0.9",
        ip6="2001:DB8::9",
        links=["web", "api:backend"],
        link_local=["169.254.1.1"],
        driver_options=["a = b", "c=d=e"],
    ) == {
        "IPAMConfig": {"IPv4Address": "10.5.0.9", "IPv6Address": "2001:db8::9", "LinkLocalIPs": ["169.254.1.1"]},
        "Links": ["web", "api:backend"],
        "Aliases": ["db", "cache"],
        "DriverOpts": {"a": "b", "c": "d=e"},
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ip": "ten"}, "--ip: 'ten' is no such address"),
        ({"ip": ""}, "--ip: '' is no such address"),
        ({"ip": "2001:db8::9"}, "--ip: '2001:db8::9' is no such address"),
        ({"ip6": "10.5.0.9"}, "--ip6: '10.5.0.9' is no such address"),
        ({"link_local": "x"}, "--link-local-ip: 'x' is no such address"),
        ({"links": "a:b:c"}, "--link: a link is written CONTAINER[:NAME]"),
        ({"links": ""}, "--link: a link is written CONTAINER[:NAME]"),
        ({"driver_options": "a"}, "--driver-opt: an option is written NAME=VALUE"),
        ({"driver_options": "=a"}, "--driver-opt: an option is written NAME=VALUE"),
    ],
)
def test_what_is_no_address_and_no_link_is_refused(options: dict[str, Any], said: str) -> None:
    """In the name of the flag."""
    with pytest.raises(UsageError) as caught:
        settings(**options)
    assert said in caught.value.message
