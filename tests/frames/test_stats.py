"""Two samples become a row: as docker computes it on each kind of host, and whatever is missing."""

from __future__ import annotations

import copy
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.engine.container_stats import Sampled
from dockmagic.frames.schema import to_frame
from dockmagic.frames.stats import STATS, stats_columns, stats_row, stats_rows

CGROUP_1: dict[str, Any] = {
    "read": "2026-11-24T00:14:44.838299759Z",
    "preread": "2026-11-24T00:14:43.835251005Z",
    "pids_stats": {"current": 1},
    "blkio_stats": {
        "io_service_bytes_recursive": [
            {"major": 8, "minor": 0, "op": "Read", "value": 4096},
            {"major": 8, "minor": 0, "op": "Write", "value": 5242880},
            {"major": 8, "minor": 0, "op": "Total", "value": 5246976},
            {"major": 8, "minor": 16, "op": "Read", "value": 1},
        ],
        "io_serviced_recursive": [],
        "sectors_recursive": [],
    },
    "num_procs": 0,
    "storage_stats": {},
    "cpu_stats": {
        "cpu_usage": {
            "total_usage": 2235492357,
            "percpu_usage": [1369046462, 866445895],
            "usage_in_kernelmode": 70000000,
            "usage_in_usermode": 2150000000,
        },
        "system_cpu_usage": 29717280000000,
        "online_cpus": 2,
        "throttling_data": {"periods": 112, "throttled_periods": 110, "throttled_time": 8626758820},
    },
    "precpu_stats": {
        "cpu_usage": {"total_usage": 2037003499, "percpu_usage": [1170557604, 866445895]},
        "system_cpu_usage": 29715260000000,
        "online_cpus": 2,
    },
    "memory_stats": {
        "usage": 5726208,
        "max_usage": 7241728,
        "stats": {"cache": 5242880, "inactive_file": 1024, "total_cache": 5242880, "total_inactive_file": 5242880},
        "limit": 25276063744,
    },
    "name": "/web",
    "id": "b23ed5944825530e9e528e6282f4d72b2486dfe7f194c5a2b7da1652ecc4d09d",
    "networks": {
        "eth0": {"rx_bytes": 1112, "rx_packets": 12, "tx_bytes": 10, "tx_packets": 1},
        "eth1": {"rx_bytes": 8, "rx_packets": 1, "tx_bytes": 0, "tx_packets": 0},
    },
}
"""Docker 20.10 on a host with control groups of version 1, as recorded; its disks and a network were added."""

CGROUP_2: dict[str, Any] = {
    "read": "2026-11-24T09:30:00.5Z",
    "preread": "0001-01-01T00:00:00Z",
    "pids_stats": {"current": 7, "limit": 18446744073709551615},
    "blkio_stats": {
        "io_service_bytes_recursive": [
            {"major": 8, "minor": 32, "op": "read", "value": 56963072},
            {"major": 8, "minor": 32, "op": "write", "value": 98304},
        ],
        "io_serviced_recursive": None,
    },
    "num_procs": 0,
    "storage_stats": {},
    "cpu_stats": {
        "cpu_usage": {"total_usage": 4296864000, "usage_in_kernelmode": 349897000, "usage_in_usermode": 3946966000},
        "system_cpu_usage": 490804490000000,
        "online_cpus": 12,
    },
    "precpu_stats": {"cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0}},
    "memory_stats": {
        "usage": 85823488,
        "stats": {"active_file": 38273024, "anon": 26664960, "file": 56995840, "inactive_file": 18722816},
        "limit": 33645404160,
    },
    "networks": {"eth0": {"rx_bytes": 648, "tx_bytes": 90}},
}
"""The shape on control groups of version 2, of a reply with one-shot: nobody's name, and nothing of before."""

WINDOWS: dict[str, Any] = {
    "read": "2026-11-24T03:00:01.5000000Z",
    "preread": "2026-11-24T03:00:00.5000000Z",
    "pids_stats": {},
    "blkio_stats": {},
    "num_procs": 2,
    "storage_stats": {"read_count_normalized": 3, "read_size_bytes": 12288, "write_size_bytes": 4096},
    "cpu_stats": {"cpu_usage": {"total_usage": 15000000}},
    "precpu_stats": {"cpu_usage": {"total_usage": 5000000}},
    "memory_stats": {"commitbytes": 209715200, "commitpeakbytes": 314572800, "privateworkingset": 104857600},
    "networks": {"Ethernet": {"rx_bytes": 5, "tx_bytes": 6}},
}
"""The shape of Windows: steps of 100 ns, a working set, and disks elsewhere."""

STOPPED: dict[str, Any] = {
    "read": "0001-01-01T00:00:00Z",
    "preread": "0001-01-01T00:00:00Z",
    "pids_stats": {},
    "blkio_stats": {"io_service_bytes_recursive": None},
    "num_procs": 0,
    "storage_stats": {},
    "cpu_stats": {"cpu_usage": {"total_usage": 0}},
    "precpu_stats": {"cpu_usage": {"total_usage": 0}},
    "memory_stats": {},
    "name": "/off",
    "id": "384841ffc552af650e80e0faf2613bc197e4b73f59818a1eeffc3dc296deb7ee",
}
"""A container that does not run, as recorded."""

BEFORE = {"read": "2026-11-24T09:29:59.5Z", "cpu_stats": copy.deepcopy(CGROUP_2["cpu_stats"])}
BEFORE["cpu_stats"]["cpu_usage"]["total_usage"] -= 250_000_000
BEFORE["cpu_stats"]["system_cpu_usage"] -= 12_000_000_000
"""The sample a second before CGROUP_2: the container had a quarter of one processor, the host twelve."""

NOTHING = dict.fromkeys(column.name for column in STATS)


def test_control_groups_of_version_1() -> None:
    """Memory is without the files of all groups below; a total that the engine adds up itself is not added again."""
    assert stats_row(CGROUP_1) == {
        "time": "2026-11-24T00:14:44.838299759Z",
        "cpu_percent": pytest.approx(198488858 / 2020000000 * 2 * 100),
        "memory": 5726208 - 5242880,
        "memory_limit": 25276063744,
        "memory_percent": pytest.approx(483328 / 25276063744 * 100),
        "network_rx": 1120,
        "network_tx": 10,
        "block_read": 4097,
        "block_write": 5242880,
        "pids": 1,
    }


def test_control_groups_of_version_2() -> None:
    """With the sample before, as engines before it in one reply do not tell."""
    assert stats_row(CGROUP_2, BEFORE) == {
        "time": "2026-11-24T09:30:00.5Z",
        "cpu_percent": pytest.approx(25.0),
        "memory": 85823488 - 18722816,
        "memory_limit": 33645404160,
        "memory_percent": pytest.approx(67100672 / 33645404160 * 100),
        "network_rx": 648,
        "network_tx": 90,
        "block_read": 56963072,
        "block_write": 98304,
        "pids": 7,
    }


def test_windows() -> None:
    """A second of two processors is 20 million steps of 100 ns. There is no limit and no count of processes."""
    row = stats_row(WINDOWS)
    assert row == {
        "time": "2026-11-24T03:00:01.5000000Z",
        "cpu_percent": 50.0,
        "memory": 104857600,
        "memory_limit": None,
        "memory_percent": None,
        "network_rx": 5,
        "network_tx": 6,
        "block_read": 12288,
        "block_write": 4096,
        "pids": None,
    }
    named = {**WINDOWS, "os_type": "windows"}
    assert stats_row(named, {**named, "read": WINDOWS["preread"], "cpu_stats": WINDOWS["precpu_stats"]}) == row


def test_an_engine_that_names_its_system_is_believed() -> None:
    """From API 1.52 on."""
    assert stats_row({**CGROUP_1, "os_type": "linux", "num_procs": 4})["pids"] == 1


@pytest.mark.parametrize("before", [None, CGROUP_1, STOPPED, {}])
def test_one_that_does_not_run_uses_nothing(before: Any) -> None:
    """Docker shows zeros, which would be taken for measured."""
    assert stats_row(STOPPED, before) == stats_row({}, before) == NOTHING


@pytest.mark.parametrize("before", [None, STOPPED, {}])
def test_without_a_sample_before_the_processors_are_unknown(before: Any) -> None:
    """A first sample; the first one since it was started."""
    row = stats_row(CGROUP_2, before)
    assert row["cpu_percent"] is None
    assert row["memory"] == 67100672


def test_a_counter_that_went_backwards_is_a_new_start() -> None:
    """0, as in docker; so it is where no time has passed."""
    assert stats_row(BEFORE | {"read": "2026-11-24T09:30:01Z"}, CGROUP_2)["cpu_percent"] == 0.0
    assert stats_row(CGROUP_2, CGROUP_2)["cpu_percent"] == 0.0
    assert stats_row(WINDOWS, WINDOWS)["cpu_percent"] == 0.0


def test_processors_that_are_not_counted_are_those_that_are_listed() -> None:
    """Engines of control groups of version 1 list them."""
    sample = copy.deepcopy(CGROUP_1)
    del sample["cpu_stats"]["online_cpus"]
    assert stats_row(sample) == stats_row(CGROUP_1)
    del sample["cpu_stats"]["cpu_usage"]["percpu_usage"]
    assert stats_row(sample)["cpu_percent"] is None


@pytest.mark.parametrize(("stats", "memory"), [
    ({"total_inactive_file": 40, "inactive_file": 1}, 60),
    ({"total_inactive_file": 100, "inactive_file": 1}, 99),
    ({"total_inactive_file": 100, "inactive_file": 100}, 100),
    ({"inactive_file": 100}, 100),
    ({}, 100),
    (None, 100),
])  # fmt: skip
def test_memory_is_less_by_files_only_if_they_are_less_than_all(stats: Any, memory: int) -> None:
    """Engines read the two one after the other."""
    assert stats_row({**CGROUP_1, "memory_stats": {"usage": 100, "stats": stats}})["memory"] == memory


@pytest.mark.parametrize(
    ("key", "columns"),
    [
        ("cpu_stats", {"cpu_percent"}),
        ("precpu_stats", {"cpu_percent"}),
        ("memory_stats", {"memory", "memory_limit", "memory_percent"}),
        ("networks", {"network_rx", "network_tx"}),
        ("blkio_stats", {"block_read", "block_write"}),
        ("pids_stats", {"pids"}),
        ("num_procs", set()),
        ("storage_stats", set()),
        ("preread", set()),
    ],
)
@pytest.mark.parametrize("value", [None, 5, "text", [], True, "missing"])
def test_what_is_missing_or_of_another_type_is_unknown(key: str, columns: set[str], value: Any) -> None:
    """And only that."""
    sample = {**CGROUP_1, "new": {"field": 1}, key: value}
    if value == "missing":
        del sample[key]
    if (key, value) == ("num_procs", 5):
        return  # it says that this is Windows
    row = stats_row(sample)
    assert {name for name, found in row.items() if found is None} == columns
    assert all(row[name] == found for name, found in stats_row(CGROUP_1).items() if name not in columns)


def test_nothing_yet_is_null_to_some_engines() -> None:
    """Go's empty list."""
    row = stats_row({**CGROUP_1, "blkio_stats": {"io_service_bytes_recursive": None}, "networks": {}})
    assert (row["block_read"], row["block_write"], row["network_rx"]) == (0, 0, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just(10**400),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(["op", "value", "rx_bytes"]), below),
    max_leaves=4,
)


def places(sample: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all that is in a sample."""
    below = sample.items() if isinstance(sample, dict) else enumerate(sample) if isinstance(sample, list) else ()
    return [*([path] if path else []), *(place for key, each in below for place in places(each, (*path, key)))]


@given(st.data())
def test_no_value_anywhere_raises(data: st.DataObject) -> None:
    """Neither in the row nor in the frame; the dtypes stay."""
    samples = [copy.deepcopy(data.draw(st.sampled_from([CGROUP_1, CGROUP_2, WINDOWS, BEFORE]))) for _ in range(2)]
    for sample in samples:
        for _ in range(data.draw(st.integers(0, 3))):
            *path, last = data.draw(st.sampled_from(places(sample)))
            holder = sample
            for key in path:
                holder = holder[key]
            holder[last] = data.draw(JSON)
    frame = to_frame(stats_rows([Sampled("a" * 64, "web", samples[0], samples[1])]), STATS)
    assert list(map(str, frame.dtypes)) == [str(column.dtype) for column in STATS]
    assert list(frame["name"]) == ["web"]


def test_a_round_has_one_time() -> None:
    """That of its last sample, whatever the number of digits; also for those that do not run."""
    times = ["2026-11-24T09:30:01.5Z", "2026-11-24T09:30:01.51Z", "2026-11-24T09:30:01Z"]
    round_ = [Sampled(str(i), "x", {**CGROUP_2, "read": time}, BEFORE) for i, time in enumerate(times)]
    rows = stats_rows([*round_, Sampled("9", "off", STOPPED, STOPPED)])
    assert {row["time"] for row in rows} == {times[1]}
    assert [row["id"] for row in rows] == ["0", "1", "2", "9"]
    assert [row["time"] for row in stats_rows([Sampled("9", "off", STOPPED, None)])] == [None]


@pytest.mark.parametrize("no_trunc", [False, True])
def test_no_rows_have_the_same_columns_and_types(no_trunc: bool) -> None:  # noqa: FBT001 - a value among others
    """They are a promise."""
    frame = to_frame([], stats_columns(no_trunc=no_trunc))
    assert dict(frame.dtypes.astype(str)) == {
        "time": "datetime64[ns, UTC]",
        "id": "str",
        "name": "str",
        "cpu_percent": "float64",
        "memory": "Int64",
        "memory_limit": "Int64",
        "memory_percent": "float64",
        "network_rx": "Int64",
        "network_tx": "Int64",
        "block_read": "Int64",
        "block_write": "Int64",
        "pids": "Int64",
    }


def test_times_keep_their_nanoseconds() -> None:
    """As engines tell them."""
    frame = to_frame(stats_rows([Sampled("a" * 64, "web", CGROUP_1, None)]), STATS)
    assert frame["time"].iloc[0] == pd.Timestamp("2026-11-24T00:14:44.838299759Z")
    assert json.loads(frame[["id", "memory"]].to_json(orient="records")) == [{"id": "a" * 12, "memory": 483328}]
