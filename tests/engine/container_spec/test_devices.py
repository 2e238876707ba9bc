from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.container_spec.devices import (
    bytes_per_second,
    cgroup_rules,
    devices,
    times_per_second,
    weights,
)
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

HERE = Here({}, lambda: "1.41")


def made(**options: Any) -> dict[str, Any]:
    """Return what is said of devices."""
    return dict(devices(options, HERE)["HostConfig"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/dev/a", ("/dev/a", "/dev/a", "rwm")),
        ("/dev/a:r", ("/dev/a", "/dev/a", "r")),
        ("/dev/a:/dev/b", ("/dev/a", "/dev/b", "rwm")),
        ("/dev/a:/dev/b:rw", ("/dev/a", "/dev/b", "rw")),
        ("/dev//a/", ("/dev/a", "/dev/a", "rwm")),
        ("rel:/dev/b", ("rel", "/dev/b", "rwm")),
    ],
)
def test_a_device_is_read_as_by_docker(text: str, expected: tuple[str, str, str]) -> None:
    """The path on the host, in the container, and what may be done."""
    (device,) = made(device=text)["Devices"]
    assert tuple(device.values()) == expected


@pytest.mark.parametrize(
    "text", ["", "rel", "/dev/a:rel", "/dev/a:/dev/b:x", "/dev/a:/dev/b:rr", "/a:/b:r:w", ":/dev/b", "a=b"]
)
def test_what_is_no_device_is_refused(text: str) -> None:
    """By docker too."""
    with pytest.raises(UsageError, match="--device: a device is written"):
        made(device=text)


def test_a_device_of_a_vendor_is_asked_for_by_name() -> None:
    """As the Container Device Interface has it: https://github.com/cncf-tags/container-device-interface."""
    assert made(device=["vendor.com/gpu=0:1", "/dev/null"], gpus="all") == {
        "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/null", "CgroupPermissions": "rwm"}],
        "DeviceRequests": [
            {"Capabilities": [["gpu"]], "Options": {}, "Count": -1},
            {"Driver": "cdi", "DeviceIDs": ["vendor.com/gpu=0:1"]},
        ],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("all", {"Count": -1}),
        (2, {"Count": 2}),
        ("count=2", {"Count": 2}),
        ('"device=0,1"', {"DeviceIDs": ["0", "1"]}),
        ({"device": "0,1"}, {"DeviceIDs": ["0", "1"]}),
        ("driver=nvidia", {"Driver": "nvidia", "Count": 1}),
        ('all,"capabilities=compute,utility"', {"Count": -1, "Capabilities": [["compute", "utility", "gpu"]]}),
        ('all,"options=a=1,b=2"', {"Count": -1, "Options": {"a": "1", "b": "2"}}),
    ],
)
def test_gpus_are_counted_or_named(value: Any, expected: dict[str, Any]) -> None:
    """One, if neither is said."""
    (request,) = made(gpus=value)["DeviceRequests"]
    assert request == {"Capabilities": [["gpu"]], "Options": {}} | expected


@pytest.mark.parametrize("value", ["", "x", "1.5", "all,2", "foo=1", "count=1,count=2", True, None, [None]])
def test_what_asks_for_no_gpus_is_refused(value: Any) -> None:
    """By docker too."""
    with pytest.raises(UsageError, match="--gpus"):
        made(gpus=value)


def test_rates_and_weights_belong_to_a_device() -> None:
    """In bytes, in times, or as a share."""
    assert bytes_per_second(["/dev/sda:1mb"]) == [{"Path": "/dev/sda", "Rate": 1048576}]
    assert times_per_second("/dev/sda:010") == [{"Path": "/dev/sda", "Rate": 10}]
    assert weights("/dev/sda:500") == [{"Path": "/dev/sda", "Weight": 500}]
    assert cgroup_rules("c 1:* rw") == ["c 1:* rw"]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (bytes_per_second, "/dev/sda"),
        (bytes_per_second, "sda:1"),
        (bytes_per_second, "/dev/sda:x"),
        (times_per_second, "/dev/sda:1k"),
        (times_per_second, "/dev/sda:-1"),
        (weights, "/dev/sda:5"),
        (weights, "/dev/sda:1001"),
        (cgroup_rules, "c 1:3"),
        (cgroup_rules, "x 1:3 r"),
    ],
)
def test_other_rates_weights_and_rules_are_refused(read: Any, text: str) -> None:
    """By docker too."""
    with pytest.raises(UsageError):
        read(text)
