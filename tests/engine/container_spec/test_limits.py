from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.container_spec.limits import block_weight, restart, swappiness, sysctls, ulimits
from dockmagic.errors import UsageError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("nofile=1024", [("nofile", 1024, 1024)]),
        ("nofile=1024:2048", [("nofile", 1024, 2048)]),
        ("core=-1", [("core", -1, -1)]),
        ("core=0:-1", [("core", 0, -1)]),
        (["nproc=1", "core=2"], [("core", 2, 2), ("nproc", 1, 1)]),
        (["core=1", "core=2"], [("core", 2, 2)]),
        ({"nofile": 1024, "core": (1, 2)}, [("core", 1, 2), ("nofile", 1024, 1024)]),
    ],
)
def test_a_limit_is_a_soft_and_a_hard_one(value: Any, expected: list[tuple[str, int, int]]) -> None:
    """Sorted by name, of the same name the last one, as docker sends them."""
    assert [(each["Name"], each["Soft"], each["Hard"]) for each in ulimits(value)] == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "core",
        "core=",
        "core=x",
        "foo=1",
        "core=2:1",
        "core=-1:1",
        "core=1:2:3",
        {"core": None},
        {"core": (1, 2, 3)},
    ],
)
def test_what_is_no_limit_is_refused(value: Any) -> None:
    """By docker too."""
    with pytest.raises(UsageError):
        ulimits(value)


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("no", "no", 0),
        ("always", "always", 0),
        ("unless-stopped", "unless-stopped", 0),
        ("on-failure", "on-failure", 0),
        ("on-failure:3", "on-failure", 3),
        ("always:", "always", 0),
        ("always:0", "always", 0),
        ("", "", 0),
    ],
)
def test_a_policy_of_restarts(text: str, name: str, count: int) -> None:
    """And how often at most."""
    assert restart(text) == {"Name": name, "MaximumRetryCount": count}


@pytest.mark.parametrize(
    "value", ["foo", ":", ":3", "always:3", "on-failure:x", "on-failure:-1", "no:1", "Always", True, None]
)
def test_a_policy_that_no_engine_knows_is_refused(value: Any) -> None:
    """With those that there are, before anything is made."""
    with pytest.raises(UsageError):
        restart(value)


def test_settings_of_the_kernel_are_those_that_a_container_has_of_its_own() -> None:
    """The others would be the host's."""
    assert sysctls(["net.a=1", "kernel.shmmax=2", "net.a=3"]) == {"net.a": "3", "kernel.shmmax": "2"}
    assert sysctls({"net.a": 1}) == {"net.a": "1"}
    for text in ("kernel.hostname=x", "net.a", "=1", ""):
        with pytest.raises(UsageError, match="is none that a container has of its own"):
            sysctls(text)


def test_numbers_have_their_range() -> None:
    """Docker's own, or that of the API's member."""
    assert (swappiness("-1"), swappiness(100), block_weight("65535")) == (-1, 100, 65535)
    for read, value in ((swappiness, -2), (swappiness, 101), (block_weight, -1), (block_weight, 65536)):
        with pytest.raises(UsageError, match="is from"):
            read(value)
