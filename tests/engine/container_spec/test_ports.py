from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.engine.container_spec.ports import ports
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

HERE = Here({}, lambda: "1.41")


def published(value: Any, **more: Any) -> dict[str, Any]:
    """Return what is said of ports."""
    return ports({"ports": value, **more}, HERE)


def bound(*texts: str) -> dict[str, list[tuple[str, str]]]:
    """Of each port of the container the addresses and ports of the host."""
    made = published(texts)
    bindings = made["HostConfig"]["PortBindings"]
    assert made["ExposedPorts"] == {port: {} for port in bindings}
    return {port: [(each["HostIp"], each["HostPort"]) for each in found] for port, found in bindings.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", {"80/tcp": [("", "")]}),
        ("8080:80", {"80/tcp": [("", "8080")]}),
        ("8080:80/udp", {"80/udp": [("", "8080")]}),
        ("80/UDP", {"80/udp": [("", "")]}),
        ("80/sctp", {"80/sctp": [("", "")]}),
        ("80/", {"80/tcp": [("", "")]}),
        (":80", {"80/tcp": [("", "")]}),
        ("::80", {"80/tcp": [("", "")]}),
        ("0:80", {"80/tcp": [("", "0")]}),
        ("080", {"80/tcp": [("", "")]}),
        ("80-80", {"80/tcp": [("", "")]}),
        ("127.0.0.1:8080:80", {"80/tcp": [("127.0.0.1", "8080")]}),
        ("0.0.0.0::80", {"80/tcp": [("0.0.0.0", "")]}),
        ("[0.0.0.0]:80:80", {"80/tcp": [("0.0.0.0", "80")]}),
        ("[::1]:80:80", {"80/tcp": [("::1", "80")]}),
        ("[::1]::80", {"80/tcp": [("::1", "")]}),
        ("::1:80:80", {"80/tcp": [("::1", "80")]}),
        ("8000-8010:80", {"80/tcp": [("", "8000-8010")]}),
        ("8000-8000:80", {"80/tcp": [("", "8000")]}),
        ("8000-8001:80-81", {"80/tcp": [("", "8000")], "81/tcp": [("", "8001")]}),
        ("80-81/udp", {"80/udp": [("", "")], "81/udp": [("", "")]}),
        ("published=8080,target=80", {"80/tcp": [("", "8080")]}),
        ("target=80,protocol=udp,mode=host", {"80/udp": [("", "")]}),
    ],
)
def test_a_port_is_read_as_by_docker(text: str, expected: dict[str, list[tuple[str, str]]]) -> None:
    """Each of these was compared with what docker 28 sends."""
    assert bound(text) == expected


def test_a_port_may_be_published_several_times() -> None:
    """At several addresses, under several protocols."""
    assert bound("1:80", "127.0.0.1:2:80", "1:80/udp") == {
        "80/tcp": [("", "1"), ("127.0.0.1", "2")],
        "80/udp": [("", "1")],
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "a port is written"),
        ("a:80", "a port is written"),
        ("80-:", "a port is written"),
        (" 80", "a port is written"),
        ("8080 :80", "a port is written"),
        ("+80", "a port is written"),
        ("-80", "a port is written"),
        ("٨٠", "a port is written"),
        ("[::1]:80", "a port is written"),
        ("80/tcp/udp", "a port is written"),
        ("published=80", "a port is written"),
        ("80/foo", "a protocol is one of tcp, udp, sctp"),
        ("80:0", "a port is a number from 1 to 65535"),
        ("65536", "a port is a number from 1 to 65535"),
        ("65536:80", "a port is a number from 1 to 65535"),
        ("80-79", "a range goes upwards"),
        ("8000-8001:80-82", "maps 2 ports of the host to 3 of the container"),
        ("8000:80-82", "maps 1 ports of the host to 3 of the container"),
        ("300.1.1.1:80:80", "'300.1.1.1' is no IP address"),
        ("localhost:80:80", "'localhost' is no IP address"),
        ("fe80::1%eth0:80:80", "'fe80::1%eth0' is no IP address"),
        ("[]:80:80", "'[]' is no IP address"),
    ],
)
def test_a_port_that_docker_would_refuse_is_refused(text: str, complaint: str) -> None:
    """Before anything is made, with the form it should have."""
    with pytest.raises(UsageError) as caught:
        bound(text)
    assert complaint in str(caught.value)


@given(st.text(alphabet="0189-:[]./tcpudx=, ", max_size=20))
def test_no_text_for_a_port_raises_anything_else(text: str) -> None:
    """It is ports, or a UsageError; what it makes are numbers that ports can be."""
    try:
        found = bound(text)
    except UsageError:
        return
    assert all(1 <= int(port.partition("/")[0]) <= 65535 for port in found)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"80/tcp": 8080}, ["8080:80/tcp"]),
        ({80: None}, ["80"]),
        ({"80": "8080"}, ["8080:80"]),
        ({"80-81/udp": "90-91"}, ["90-91:80-81/udp"]),
        ({80: ("127.0.0.1", 8080)}, ["127.0.0.1:8080:80"]),
        ({80: ("::1", None)}, ["[::1]::80"]),
        ({80: [8080, ("::1", 8081)]}, ["8080:80", "[::1]:8081:80"]),
        ({80: 1, 90: 2}, ["1:80", "2:90"]),
        ("8080:80", ["8080:80"]),
        (80, ["80"]),
    ],
)
def test_a_dict_of_ports_is_what_would_be_typed(value: Any, expected: list[str]) -> None:
    """The port of the container first, as docker inspect has it and as docker-py takes it."""
    assert published(value) == published(expected)


@pytest.mark.parametrize(
    "value", [{80: (1, 2, 3)}, {80: {"a": 1}}, {80: True}, {True: 80}, {80: 1.5}, {80: b"1"}, True]
)
def test_a_dict_of_other_things_is_refused(value: Any) -> None:
    """In words, not as an error of Python."""
    with pytest.raises(UsageError, match="--publish"):
        published(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("80", ["80/tcp"]), ("0", ["0/tcp"]), ("80-82/udp", ["80/udp", "81/udp", "82/udp"]), ("80/TCP", ["80/tcp"])],
)
def test_what_is_exposed_is_not_published(text: str, expected: list[str]) -> None:
    """Until -P publishes it."""
    made = published((), expose=[text])
    assert made == {"ExposedPorts": {port: {} for port in expected}, "HostConfig": {"PortBindings": {}}}


@pytest.mark.parametrize("text", ["", "80:80", "x", "80-79", "80/x", "65536"])
def test_what_is_no_port_is_not_exposed(text: str) -> None:
    """As with docker; the protocol is one that engines know."""
    with pytest.raises(UsageError, match="--expose"):
        published((), expose=[text])
