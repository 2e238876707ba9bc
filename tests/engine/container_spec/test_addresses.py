from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.container_spec.addresses import hosts, links, search_domains, servers
from dockmagic.errors import UsageError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a:1.2.3.4", ["a:1.2.3.4"]),
        ("a=1.2.3.4", ["a:1.2.3.4"]),
        ("a:::1", ["a:::1"]),
        ("a=[::1]", ["a:::1"]),
        ("a:[::0:1]", ["a:::0:1"]),
        ("a:host-gateway", ["a:host-gateway"]),
        ({"a": "::1", "b": "1.2.3.4"}, ["a:::1", "b:1.2.3.4"]),
    ],
)
def test_a_host_has_a_name_and_an_address(value: Any, expected: list[str]) -> None:
    """In the one form that engines read; the address as it is written."""
    assert hosts(value) == expected


@pytest.mark.parametrize(
    "value", ["", "a", "a:", ":1.2.3.4", "a:b", "a:1.2.3", "a:b=1.2.3.4", "a:[]", {"a": None}, {"": "1.2.3.4"}]
)
def test_what_is_no_host_is_refused(value: Any) -> None:
    """By docker too."""
    with pytest.raises(UsageError):
        hosts(value)


def test_a_name_server_is_an_address_in_its_usual_form() -> None:
    """As docker sends it."""
    assert servers([" 8.8.8.8 ", "2001:0DB8::0:1", "::ffff:1.2.3.4"]) == ["8.8.8.8", "2001:db8::1", "1.2.3.4"]
    for text in ("", "x", "1.2.3", "[::1]", "fe80::1%eth0", "01.2.3.4"):
        with pytest.raises(UsageError, match="is no IP address"):
            servers(text)


def test_a_domain_to_search_ends_without_a_dot() -> None:
    """But the root, which is one."""
    assert search_domains(["example.org.", " a-b.c ", "."]) == ["example.org", "a-b.c", "."]
    for text in ("", "-", "1", "a..b", "-a.b", "a b", "a" * 300):
        with pytest.raises(UsageError, match="is no domain"):
            search_domains(text)


def test_a_link_has_one_alias_at_most() -> None:
    """By docker too."""
    assert links(["a", "a:b", "/a:/b/c"]) == ["a", "a:b", "/a:/b/c"]
    for text in ("", "a:b:c"):
        with pytest.raises(UsageError, match="is written"):
            links(text)
