from __future__ import annotations

from typing import Any

import pytest

from dockmagic.frames.disk_usage import DISK_USAGE, DISK_USAGE_ITEMS, disk_usage_items, disk_usage_rows
from dockmagic.frames.schema import to_frame

USAGE: dict[str, Any] = {
    "LayersSize": 1000,
    "Images": [
        {"Id": "sha256:" + "1" * 64, "RepoTags": ["a:1", "b:1"], "Size": 700, "SharedSize": 100, "Containers": 2},
        {"Id": "sha256:" + "2" * 64, "RepoTags": [], "Size": 300, "SharedSize": 100, "Containers": 0},
        {"Id": "sha256:" + "3" * 64, "RepoTags": ["<none>:<none>"], "Size": 100, "SharedSize": -1, "Containers": 0},
        {"Id": "sha256:" + "4" * 64, "RepoTags": None, "Size": 100, "SharedSize": 0, "Containers": -1},
    ],
    "Containers": [
        {"Id": "c" * 64, "Names": ["/web"], "State": "running", "SizeRw": 5},
        {"Id": "d" * 64, "Names": ["/sleeps"], "State": "paused"},
        {"Id": "e" * 64, "Names": ["/flaps"], "State": "restarting", "SizeRw": 7},
        {"Id": "f" * 64, "Names": ["/done"], "State": "exited", "SizeRw": 11},
    ],
    "Volumes": [
        {"Name": "used", "UsageData": {"Size": 20, "RefCount": 1}},
        {"Name": "left", "UsageData": {"Size": 30, "RefCount": 0}},
        {"Name": "far", "UsageData": {"Size": -1, "RefCount": -1}},
        {"Name": "plain", "UsageData": None},
    ],
    "BuildCache": [
        {"ID": "z" * 25, "Size": 3, "LastUsedAt": None},
        {"ID": "x" * 25, "Size": 1, "InUse": True, "LastUsedAt": "2024-01-02T00:00:00Z"},
        {"ID": "y" * 25, "Size": 2, "Shared": True, "LastUsedAt": "2024-01-01T00:00:00Z"},
    ],
}


def test_the_four_rows_are_counted_as_docker_counts_them() -> None:
    """What the engine did not count (-1) is in no sum, and is neither used nor reclaimable."""
    assert to_frame(disk_usage_rows(USAGE), DISK_USAGE).to_numpy().tolist() == [
        ["Images", 4, 1, 1000, 200],
        ["Containers", 4, 3, 23, 11],
        ["Local Volumes", 4, 1, 50, 30],
        ["Build Cache", 3, 1, 4, 3],
    ]


LISTS = {
    "ImageUsage": ("Images", {"TotalCount": 4, "ActiveCount": 1, "TotalSize": 1000, "Reclaimable": 200}),
    "ContainerUsage": ("Containers", {"TotalCount": 4, "ActiveCount": 3, "TotalSize": 23, "Reclaimable": 11}),
    "VolumeUsage": ("Volumes", {"TotalCount": 4, "ActiveCount": 1, "TotalSize": 50, "Reclaimable": 30}),
    "BuildCacheUsage": ("BuildCache", {"TotalCount": 3, "ActiveCount": 1, "TotalSize": 4, "Reclaimable": 3}),
}
"""The counts that engines give from API 1.52 on, and the key of the list that they then may leave out."""


def test_an_engine_that_only_counts_gives_the_same_four_rows() -> None:
    """From API 1.52 on there may be no lists."""
    counted = {key: counts for key, (_, counts) in LISTS.items()}
    assert disk_usage_rows(counted) == disk_usage_rows(USAGE)
    assert disk_usage_rows({"VolumeUsage": {"TotalCount": 1}})[2] == {
        "type": "Local Volumes",
        "total": 1,
        "active": 0,
        "size": 0,
        "reclaimable": 0,
    }


def test_the_things_may_be_listed_below_their_counts() -> None:
    """As with verbose=1 from API 1.52 on."""
    listed = {key: {**counts, "Items": USAGE[old]} for key, (old, counts) in LISTS.items()}
    assert disk_usage_items(listed) == disk_usage_items(USAGE)


def test_each_thing_is_a_row() -> None:
    """An image by its first reference; a volume has no id; records of the build cache by when they were used."""
    frame = to_frame(disk_usage_items(USAGE), DISK_USAGE_ITEMS)
    told = frame[["id", "name", "size", "shared_size", "links", "in_use"]].astype(object)
    assert told.where(told.notna(), None).to_numpy().tolist() == [
        ["1" * 12, "a:1", 700, 100, 2, True],
        ["2" * 12, None, 300, 100, 0, False],
        ["3" * 12, None, 100, None, 0, False],
        ["4" * 12, None, 100, 0, None, False],
        ["c" * 12, "web", 5, None, None, True],
        ["d" * 12, "sleeps", 0, None, None, True],
        ["e" * 12, "flaps", 7, None, None, True],
        ["f" * 12, "done", 11, None, None, False],
        [None, "used", 20, None, 1, True],
        [None, "left", 30, None, 0, False],
        [None, "far", None, None, None, False],
        [None, "plain", None, None, None, False],
        ["z" * 12, None, 3, 0, 0, False],
        ["y" * 12, None, 2, 2, 0, False],
        ["x" * 12, None, 1, 0, 0, True],
    ]


@pytest.mark.parametrize(
    "parent",
    [{"Parent": "a"}, {" Parents": ["a"]}, {"Parents": ["a"]}, {"Parent": "a", " Parents": ["a", "b", None, 5, ""]}],
)
def test_a_record_of_the_build_cache_is_linked_by_those_built_on_it(parent: dict[str, Any]) -> None:
    """Up to API 1.41 a record has one parent, later several, under a key with a blank in front."""
    records = [{"ID": "a"}, {"ID": "x", **parent}, {"ID": "y", **parent}, {"ID": "z", "Parent": "", " Parents": None}]
    rows = disk_usage_items({"BuildCache": records})
    assert {row["id"]: row["links"] for row in rows} == {"a": 2, "x": 0, "y": 0, "z": 0}


def test_a_total_that_is_left_out_is_zero() -> None:
    """Engines leave it out if there are no images."""
    frame = to_frame(disk_usage_rows({"LayersSize": None}), DISK_USAGE)
    assert frame["size"].isna().to_list() == [True, False, False, False]
    assert to_frame(disk_usage_rows({}), DISK_USAGE)["size"].to_list() == [0, 0, 0, 0]
