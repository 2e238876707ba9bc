from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.container_spec.environment import environment
from dockmagic.engine.container_spec.proxies import proxy_variables
from dockmagic.engine.container_spec.values import Here

PROXIES: dict[str, Any] = {
    "default": {"httpProxy": "http://a", "httpsProxy": "", "allProxy": 5},
    "tcp://b": {"noProxy": "b", "ftpProxy": "ftp://b", "unknown": "x"},
}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("unix:///s", {"HTTP_PROXY": "http://a", "http_proxy": "http://a"}),
        ("tcp://b", {"NO_PROXY": "b", "no_proxy": "b", "FTP_PROXY": "ftp://b", "ftp_proxy": "ftp://b"}),
    ],
)
def test_a_host_has_its_own_proxies_or_the_default_ones(host: str, expected: dict[str, str]) -> None:
    """Each in both cases, since programs do not agree on one."""
    assert proxy_variables({"proxies": PROXIES}, host) == expected


@pytest.mark.parametrize("settings", [{}, {"proxies": None}, {"proxies": []}, {"proxies": {"default": 5}}])
def test_without_proxies_there_are_no_variables(settings: dict[str, Any]) -> None:
    """Whatever stands there."""
    assert proxy_variables(settings, "unix:///s") == {}


def test_what_is_said_counts_more_than_a_proxy() -> None:
    """Also a name alone."""
    here = Here({}, lambda: "1.41", proxies={"HTTP_PROXY": "a", "http_proxy": "a"})
    assert environment({"env": ["HTTP_PROXY"]}, here)["Env"] == ["HTTP_PROXY", "http_proxy=a"]
