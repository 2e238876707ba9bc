from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.frames.ports import port_texts


def port(private: int, protocol: str = "tcp", public: int | None = None, ip: str | None = None) -> dict[str, Any]:
    """One port as an engine lists it; what is not said is not in it."""
    found = {"IP": ip, "PrivatePort": private, "PublicPort": public, "Type": protocol}
    return {key: value for key, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ([], ""),
        ([port(9988)], "9988/tcp"),
        ([port(9988, "udp")], "9988/udp"),
        ([port(9988, ip="0.0.0.0")], "0.0.0.0:0->9988/tcp"),
        ([port(9988, ip="::")], "[::]:0->9988/tcp"),
        ([port(9988, public=8899)], "9988/tcp"),
        ([port(9988, public=8899, ip="4.3.2.1")], "4.3.2.1:8899->9988/tcp"),
        ([port(9988, public=8899, ip="::1")], "[::1]:8899->9988/tcp"),
        ([port(9988, public=9988, ip="4.3.2.1")], "4.3.2.1:9988->9988/tcp"),
        ([port(9988, "udp"), port(9988, "udp")], "9988/udp, 9988/udp"),
        (
            [port(9998, "udp", 9998, "1.2.3.4"), port(9999, "udp", 9999, "1.2.3.4")],
            "1.2.3.4:9998-9999->9998-9999/udp",
        ),
        ([port(9998, "udp", 9998, "::1"), port(9999, "udp", 9999, "::1")], "[::1]:9998-9999->9998-9999/udp"),
        (
            [port(9998, "udp", 8887, "1.2.3.4"), port(9999, "udp", 8888, "1.2.3.4")],
            "1.2.3.4:8887->9998/udp, 1.2.3.4:8888->9999/udp",
        ),
        ([port(9998, "udp"), port(9999, "udp")], "9998-9999/udp"),
        ([port(6677, "tcp", 7766, "1.2.3.4"), port(9988, "udp", 8899)], "9988/udp, 1.2.3.4:7766->6677/tcp"),
        (
            [port(80, public=8081, ip="::"), port(80, public=8081, ip="0.0.0.0"), port(80)],
            "80/tcp, 0.0.0.0:8081->80/tcp, [::]:8081->80/tcp",
        ),
        (
            [port(80, public=80, ip="::"), port(80, public=80, ip="0.0.0.0"), port(81, public=81, ip="0.0.0.0")],
            "0.0.0.0:80-81->80-81/tcp, [::]:80->80/tcp",
        ),
        (
            [port(80, public=8080, ip="10.0.0.2"), port(80, public=8081, ip="9.0.0.1")],
            "9.0.0.1:8081->80/tcp, 10.0.0.2:8080->80/tcp",
        ),
        (
            [port(1), port(2), port(4), port(5), port(2, "udp")],
            "1-2/tcp, 4-5/tcp, 2/udp",
        ),
        (
            [
                *(port(number, protocol) for number in (80, 1024) for protocol in ("tcp", "udp")),
                *(
                    port(inside, protocol, outside, ip)
                    for ip in ("1.1.1.1", "2.1.1.1")
                    for inside, outside in ((1024, 80), (80, 1024))
                    for protocol in ("tcp", "udp")
                ),
                port(12345, "sctp"),
            ],
            (
                "80/tcp, 80/udp, 1024/tcp, 1024/udp, 12345/sctp, 1.1.1.1:1024->80/tcp, 1.1.1.1:1024->80/udp, "
                "2.1.1.1:1024->80/tcp, 2.1.1.1:1024->80/udp, 1.1.1.1:80->1024/tcp, 1.1.1.1:80->1024/udp, "
                "2.1.1.1:80->1024/tcp, 2.1.1.1:80->1024/udp"
            ),
        ),
    ],
)
def test_ports_are_written_and_sorted_as_by_docker_ps(ports: list[dict[str, Any]], expected: str) -> None:
    """By the container's port, then by address (none, IPv4, IPv6, as numbers); ranges first, mapped ones last.

    Most cases are those that docker's own command line is tested with.
    """
    assert ", ".join(port_texts(ports)) == expected


@pytest.mark.parametrize(
    "junk", [None, "80/tcp", 80, [], {}, {"PrivatePort": "80"}, {"PrivatePort": None}, {"PrivatePort": True}]
)
def test_what_is_no_port_is_left_out(junk: Any) -> None:
    """It does not take the others with it."""
    assert port_texts([junk, port(80)]) == ["80/tcp"]


def test_an_address_that_is_none_stays_as_the_engine_wrote_it() -> None:
    """Before all others, as one without a number."""
    assert port_texts([port(80, public=1, ip="1.1.1.1"), port(80, public=1, ip="somewhere")]) == [
        "somewhere:1->80/tcp",
        "1.1.1.1:1->80/tcp",
    ]


PORTS = st.lists(
    st.builds(
        port,
        st.integers(1, 9),
        st.sampled_from(["tcp", "udp"]),
        st.integers(1, 9),
        st.sampled_from([None, "0.0.0.0", "::"]),
    ),
    max_size=12,
)


@given(PORTS, st.randoms())
def test_the_order_of_the_engine_does_not_matter(ports: list[dict[str, Any]], random: Any) -> None:
    """Engines list ports in any order, another one with every request."""
    shuffled = random.sample(ports, len(ports))
    assert port_texts(shuffled) == port_texts(ports)
