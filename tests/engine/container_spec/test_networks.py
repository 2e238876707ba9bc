from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.container_spec.networks import networks
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

OLD, NEW = Here({}, lambda: "1.41"), Here({}, lambda: "1.45")
MAC = "92:d0:c6:0a:29:33"


def endpoints(here: Here = NEW, **options: Any) -> dict[str, Any]:
    """Return what is said of the container in each network."""
    return dict(networks(options, here)["NetworkingConfig"]["EndpointsConfig"])


def test_without_a_network_it_is_the_engines_own() -> None:
    """As docker says it."""
    assert networks({}, OLD) == {
        "HostConfig": {"NetworkMode": "default"},
        "NetworkingConfig": {"EndpointsConfig": {"default": {}}},
    }


def test_the_first_network_is_the_mode() -> None:
    """A network alone is said nowhere else."""
    assert networks({"network": "web"}, NEW)["HostConfig"] == {"NetworkMode": "web"}
    assert endpoints(network="web") == {}
    assert endpoints(network=["web", "db"]) == {"web": {}, "db": {}}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"network": "name=web,alias=a,alias=b,ip=10.0.0.5"},
            {"Aliases": ["a", "b"], "IPAMConfig": {"IPv4Address": "10.0.0.5"}},
        ),
        ({"network": {"name": "web", "alias": ["a", "b"]}}, {"Aliases": ["a", "b"]}),
        ({"network": "web", "network_alias": "a"}, {"Aliases": ["a"]}),
        ({"network": "NAME=Web,driver-opt=A=B"}, {"DriverOpts": {"a": "b"}}),
        ({"network": "web", "link": ["x:y"]}, {"Links": ["x:y"]}),
        ({"network": "web", "ip6": "2001:db8::5"}, {"IPAMConfig": {"IPv6Address": "2001:db8::5"}}),
        ({"network": "web", "link_local_ip": "169.254.0.5"}, {"IPAMConfig": {"LinkLocalIPs": ["169.254.0.5"]}}),
        ({"network": "web", "mac_address": MAC}, {"MacAddress": MAC}),
    ],
)
def test_what_is_said_of_the_container_there(options: dict[str, Any], expected: dict[str, Any]) -> None:
    """In the long form, or in options of their own."""
    assert endpoints(**options) == {"web": expected}


def test_an_old_engine_has_one_hardware_address_per_container() -> None:
    """And none per network: docker 28 refuses it there, docker 20.10 said it so."""
    made = networks({"network": "web", "mac_address": MAC}, OLD)
    assert (made["MacAddress"], made["NetworkingConfig"]["EndpointsConfig"]) == (MAC, {})
    with pytest.raises(UsageError, match=r"API 1.44"):
        networks({"network": ["web", f"name=db,mac-address={MAC}"]}, OLD)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"network": ""}, "the name of the network is empty"),
        ({"network": "ip=1.2.3.4"}, "name=NAME is missing"),
        ({"network": "name=a,foo=b"}, "there is no 'foo'"),
        ({"network": "name=a,driver-opt=b"}, "driver-opt='b' is not NAME=VALUE"),
        ({"network": "name=a,gw-priority=1"}, "there is no 'gw-priority'"),
        ({"network": ["a", "a"]}, "the same network is named twice"),
        ({"network": ["host", "a"]}, "does not go with another network"),
        ({"network": "name=a,ip=1.2.3.4", "ip": "1.2.3.5"}, "--ip is said in --network too"),
        ({"network": "name=a,alias=b", "network_alias": "c"}, "--network-alias is said in --network too"),
        ({"network": "a", "ip": "1.2.3"}, "--ip: '1.2.3' is no address"),
        ({"network": "a", "ip": "::1"}, "--ip: '::1' is no address"),
        ({"network": "a", "ip6": "1.2.3.4"}, "--ip6: '1.2.3.4' is no address"),
        ({"ip": "1.2.3.4"}, "--ip: a network of your own is wanted"),
        ({"network": "bridge", "ip": "1.2.3.4"}, "--ip: a network of your own is wanted"),
        ({"network": "container:x", "network_alias": "a"}, "--network-alias: a network of your own is wanted"),
        ({"mac_address": "92:d0"}, "--mac-address wants six numbers"),
        ({"mac_address": "92:d0:c6-0a:29:33"}, "--mac-address wants six numbers"),
        ({"network": [None]}, "--network"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], complaint: str) -> None:
    """By docker too, or by the engine when the container is to start."""
    with pytest.raises(UsageError, match=complaint):
        networks(options, NEW)
