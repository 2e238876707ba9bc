"""The promise of the columns, and that no reply of an engine breaks it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmagic.engine.client import Engine
from dockmagic.engine.endpoint import Endpoint
from dockmagic.frames.actions import ACTIONS, TRANSFERS
from dockmagic.frames.build_steps import BUILD_STEPS
from dockmagic.frames.changes import CHANGES
from dockmagic.frames.containers import CONTAINERS, containers
from dockmagic.frames.disk_usage import DISK_USAGE, DISK_USAGE_ITEMS, disk_usage_items, disk_usage_rows
from dockmagic.frames.events import EVENTS
from dockmagic.frames.history import HISTORY
from dockmagic.frames.images import IMAGES, image_rows
from dockmagic.frames.logs import LOG_LINES
from dockmagic.frames.networks import NETWORKS
from dockmagic.frames.order import by_name
from dockmagic.frames.port_mappings import PORT_MAPPINGS, port_rows
from dockmagic.frames.processes import PROCESSES, process_columns, process_rows
from dockmagic.frames.prune import PRUNED
from dockmagic.frames.schema import to_frame
from dockmagic.frames.system import CONNECTION, CONTEXTS, INFO, VERSION, component_rows
from dockmagic.frames.volumes import VOLUMES
from tests.frames.rows import CONTAINER_1_41, CONTAINER_1_52, IMAGE_1_41, IMAGE_1_52

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.frames.schema import Row, Schema

TIME = "datetime64[us, UTC]"
PROMISE: dict[str, tuple[Schema, dict[str, str]]] = {
    "build --steps": (
        BUILD_STEPS,
        {
            "step": "str",
            "stage": "str",
            "name": "str",
            "cached": "bool",
            "started": TIME,
            "seconds": "float64",
            "status": "category",
            "error": "str",
        },
    ),
    "connect": (
        CONNECTION,
        {
            "host": "str",
            "source": "str",
            "engine_version": "str",
            "api_version": "str",
            "tls": "bool",
            "ping_ms": "float64",
        },
    ),
    "context ls": (
        CONTEXTS,
        {"name": "str", "current": "bool", "description": "str", "host": "str", "tls": "bool", "error": "str"},
    ),
    "ps": (
        CONTAINERS,
        {
            "id": "str",
            "name": "str",
            "image": "str",
            "command": "str",
            "created": TIME,
            "state": "category",
            "status": "str",
            "health": "category",
            "exit_code": "Int64",
            "ports": "object",
            "networks": "object",
            "mounts": "object",
            "labels": "object",
            "project": "str",
            "service": "str",
            "size_rw": "Int64",
            "size_root_fs": "Int64",
            "image_id": "str",
        },
    ),
    "images": (
        IMAGES,
        {
            "repository": "str",
            "tag": "str",
            "id": "str",
            "created": TIME,
            "size": "Int64",
            "digest": "str",
            "containers": "Int64",
            "dangling": "bool",
            "labels": "object",
        },
    ),
    "info": (
        INFO,
        {
            "name": "str",
            "engine_version": "str",
            "api_version": "str",
            "os": "str",
            "kernel": "str",
            "architecture": "str",
            "cpus": "Int64",
            "memory": "Int64",
            "containers": "Int64",
            "running": "Int64",
            "paused": "Int64",
            "stopped": "Int64",
            "images": "Int64",
            "storage_driver": "str",
            "cgroup_version": "str",
            "root_dir": "str",
            "swarm": "str",
            "warnings": "object",
        },
    ),
    "version": (VERSION, {"component": "str", "version": "str", "details": "object"}),
    "rm": (
        ACTIONS,
        {
            "name": "str",
            "id": "str",
            "action": "str",
            "changed": "bool",
            "ok": "bool",
            "exit_code": "Int64",
            "error": "str",
            "seconds": "float64",
        },
    ),
    "system prune": (
        PRUNED,
        {"kind": "category", "id": "str", "name": "str", "created": TIME, "size": "Int64", "removed": "bool"},
    ),
    "pull": (
        TRANSFERS,
        {
            "reference": "str",
            "id": "str",
            "digest": "str",
            "status": "str",
            "size": "Int64",
            "seconds": "float64",
        },
    ),
    "volume ls": (
        VOLUMES,
        {
            "name": "str",
            "driver": "str",
            "mountpoint": "str",
            "created": TIME,
            "scope": "str",
            "labels": "object",
        },
    ),
    "network ls": (
        NETWORKS,
        {
            "id": "str",
            "name": "str",
            "driver": "str",
            "scope": "str",
            "created": TIME,
            "internal": "bool",
            "subnets": "object",
            "labels": "object",
        },
    ),
    "system df": (
        DISK_USAGE,
        {"type": "str", "total": "Int64", "active": "Int64", "size": "Int64", "reclaimable": "Int64"},
    ),
    "system df -v": (
        DISK_USAGE_ITEMS,
        {
            "type": "str",
            "id": "str",
            "name": "str",
            "created": TIME,
            "size": "Int64",
            "shared_size": "Int64",
            "links": "Int64",
            "in_use": "bool",
        },
    ),
    "top": (PROCESSES, dict.fromkeys(("uid", "pid", "ppid", "c", "stime", "tty", "time", "cmd"), "str")),
    "diff": (CHANGES, {"kind": "category", "path": "str"}),
    "history": (
        HISTORY,
        {
            "id": "str",
            "created": TIME,
            "created_by": "str",
            "size": "Int64",
            "comment": "str",
            "tags": "object",
        },
    ),
    "port": (
        PORT_MAPPINGS,
        {"container_port": "Int64", "protocol": "str", "host_ip": "str", "host_port": "Int64"},
    ),
    "logs": (LOG_LINES, {"time": "datetime64[ns, UTC]", "name": "str", "stream": "category", "line": "str"}),
    "events": (
        EVENTS,
        {
            "time": "datetime64[ns, UTC]",
            "type": "str",
            "action": "str",
            "name": "str",
            "id": "str",
            "image": "str",
            "exit_code": "Int64",
            "detail": "str",
            "scope": "str",
            "attributes": "object",
        },
    ),
}
"""The columns that a user can rely on: a change of these is a new major version."""


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    """Column -> dtype, in order."""
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


def holds(frame: pd.DataFrame, schema: Schema, promise: dict[str, str]) -> bool:
    """Whether columns and dtypes are the promised ones, and lists and dicts are such in every row."""
    kinds = {"list": list, "dict": dict}
    wanted = [(column.name, kinds[str(column.dtype)]) for column in schema if column.dtype in kinds]
    return dtypes(frame) == promise and all(isinstance(value, kind) for name, kind in wanted for value in frame[name])


@pytest.mark.parametrize("command", PROMISE)
def test_no_rows_have_the_promised_columns_and_dtypes(command: str) -> None:
    """An engine without containers gives the frame of one with many."""
    schema, promise = PROMISE[command]
    assert dtypes(to_frame([], schema)) == promise


@pytest.mark.parametrize("command", PROMISE)
@pytest.mark.parametrize("row", [{}, {"Unheard": "of"}])
def test_a_row_without_anything_has_the_promised_columns_and_dtypes(command: str, row: Row) -> None:
    """What is missing is NA, False, an empty list or dict; what is unknown is passed over."""
    schema, promise = PROMISE[command]
    assert holds(to_frame([row, row], schema), schema, promise)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
STATUS = st.sampled_from(["Up 3 hours (healthy)", "Exited (137) 1 day ago", "Exited (" + "9" * 30 + ")", "Up (", "(0)"])


def some(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with any of these keys; in their place stands what belongs there, or anything else."""
    return st.fixed_dictionaries({}, optional={key: value | JSON for key, value in known.items()})


KEYS = ("id", "name", "image", "action", "changed", "ok", "error", "seconds", "reference", "size", "tls", "ping_ms")
COUNTS = st.integers(-1, 3)
USAGE = some(
    ImageUsage=some(**dict.fromkeys(("TotalCount", "ActiveCount", "TotalSize", "Reclaimable"), COUNTS), Items=JSON),
    LayersSize=COUNTS,
    Images=st.lists(
        some(Id=JSON, RepoTags=st.lists(st.sampled_from(["<none>:<none>", "a:1"])), Created=JSON)
        | some(Size=COUNTS, SharedSize=COUNTS, Containers=COUNTS)
    ),
    Containers=st.lists(some(Id=JSON, Names=st.lists(JSON), Created=JSON, SizeRw=COUNTS, State=st.just("running"))),
    Volumes=st.lists(some(Name=JSON, CreatedAt=JSON, UsageData=some(Size=COUNTS, RefCount=COUNTS))),
    BuildCache=st.lists(
        some(**dict.fromkeys(("ID", "Description", "CreatedAt", "LastUsedAt", "Parent", "Parents"), JSON))
        | some(**{" Parents": st.lists(JSON)}, Size=COUNTS, Shared=st.booleans(), InUse=st.booleans())
    ),
)
ANYTHING: dict[str, st.SearchStrategy[list[dict[str, Any]]]] = {
    "ps": st.lists(
        some(
            **dict.fromkeys(("Id", "Image", "ImageID", "Command", "Created", "State", "SizeRw", "SizeRootFs"), JSON),
            Names=st.lists(JSON),
            Status=STATUS,
            Health=some(Status=st.sampled_from(["none", "healthy", "tired"])),
            Ports=st.lists(
                some(PrivatePort=st.integers(), PublicPort=JSON, IP=st.sampled_from(["::", "x"]), Type=JSON)
            ),
            NetworkSettings=some(Networks=st.dictionaries(st.text(), JSON)),
            Mounts=st.lists(some(Name=JSON, Source=JSON)),
            Labels=st.dictionaries(st.sampled_from(["com.docker.compose.project"]), JSON),
        ),
        max_size=3,
    ),
    "images": st.lists(
        some(
            **dict.fromkeys(("Id", "Created", "Size", "Containers", "Labels"), JSON),
            RepoTags=st.lists(JSON | st.sampled_from(["<none>:<none>", "a:1", "b/c:2", ":"])),
            RepoDigests=st.lists(JSON | st.sampled_from(["<none>@<none>", "a@sha256:" + "0" * 64, "@"])),
        ),
        max_size=3,
    ),
    "info": st.lists(
        some(**{column.source: JSON for column in INFO if isinstance(column.source, str)}, Swarm=JSON, Warnings=JSON),
        max_size=2,
    ),
    "version": some(Version=JSON, Components=st.lists(some(Name=JSON, Version=JSON, Details=JSON))).map(component_rows),
    "volume ls": st.lists(
        some(**dict.fromkeys(("Name", "Driver", "Mountpoint", "CreatedAt", "Scope", "Labels"), JSON)), max_size=3
    ).map(by_name),
    "network ls": st.lists(
        some(
            **dict.fromkeys(("Id", "Name", "Driver", "Scope", "Created", "Internal", "Labels"), JSON),
            IPAM=some(Config=st.lists(some(Subnet=JSON))),
        ),
        max_size=3,
    ).map(by_name),
    "system df": USAGE.map(disk_usage_rows),
    "system df -v": USAGE.map(disk_usage_items),
    "diff": st.lists(some(Path=JSON, Kind=st.integers(-1, 4)), max_size=3),
    "history": st.lists(
        some(**dict.fromkeys(("Id", "Created", "CreatedBy", "Size", "Comment", "Tags"), JSON)), max_size=3
    ),
    "port": some(
        NetworkSettings=some(
            Ports=st.dictionaries(
                st.sampled_from(["80/tcp", "53/udp", "x/y", "", "9"]) | st.text(),
                st.lists(some(HostIp=st.sampled_from(["::", "0.0.0.0"]), HostPort=st.sampled_from(["80", "9" * 30]))),
            )
        )
    ).map(port_rows),
    "logs": st.lists(some(**dict.fromkeys(("time", "name", "stream", "line"), JSON)), max_size=3),
    "events": st.lists(
        some(
            **dict.fromkeys(("Type", "scope", "time"), JSON),
            Action=st.sampled_from(["exec_start: sh", ": ", "start"]),
            timeNano=st.integers(-(2**70), 2**70),
            Actor=some(ID=JSON, Attributes=some(name=JSON, image=JSON, exitCode=st.text())),
        ),
        max_size=3,
    ),
    "rm": st.lists(some(**dict.fromkeys(KEYS, JSON)), max_size=3),
    "pull": st.lists(some(**dict.fromkeys(KEYS, JSON)), max_size=3),
    "connect": st.lists(some(**dict.fromkeys(KEYS, JSON)), max_size=2),
}


@pytest.mark.parametrize("command", ANYTHING)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_reply_breaks_a_frame(command: str, data: st.DataObject) -> None:
    """Missing, null, unknown and wrongly typed fields, also nested ones: the columns stay as promised."""
    schema, promise = PROMISE[command]
    rows: Sequence[Row] = data.draw(ANYTHING[command])
    if command == "images":
        rows = image_rows(rows, digests=data.draw(st.booleans()))
    frame = to_frame(rows, schema)
    assert holds(frame, schema, promise)
    assert len(frame) == len(rows)


def test_containers_of_old_and_new_engines_are_the_same_frame() -> None:
    """API 1.41 has the health in its words, 1.52 as an object; a link's name is not the container's own."""
    frame = to_frame([CONTAINER_1_41, CONTAINER_1_52], CONTAINERS)
    assert dtypes(frame) == PROMISE["ps"][1]
    assert frame.drop(columns=["labels", "created", "exit_code"]).iloc[0].to_dict() == {
        "id": "8dfafdbc3a40",
        "name": "web",
        "image": "registry.lab:5000/shop/web:2.1",
        "command": "/docker-entrypoint.sh nginx -g 'daemon off;'",
        "state": "running",
        "status": "Up 3 hours (healthy)",
        "health": "healthy",
        "ports": ["443/tcp", "0.0.0.0:8080->80/tcp", "[::]:8080->80/tcp"],
        "networks": ["edge", "shop_default"],
        "mounts": ["shop_data", "/srv/conf"],
        "project": "shop",
        "service": "web",
        "size_rw": 12288,
        "size_root_fs": 187654321,
        "image_id": "d1" * 6,
    }
    job = frame.iloc[1].to_dict()
    assert (job["name"], job["state"], job["created"]) == ("job", "exited", pd.Timestamp("2025-11-24T16:00:00Z"))
    assert frame["exit_code"].to_list() == [pd.NA, 3]
    assert frame[["health", "project", "service", "size_rw"]].isna().all(axis=1).to_list() == [False, True]
    assert job["ports"] == job["mounts"] == []


def test_no_trunc_gives_ids_and_images_in_full() -> None:
    """And the same columns."""
    frame = to_frame([CONTAINER_1_41], containers(no_trunc=True))
    assert dtypes(frame) == PROMISE["ps"][1]
    assert frame[["id", "image", "image_id"]].iloc[0].to_list() == [
        CONTAINER_1_41["Id"],
        CONTAINER_1_41["Image"],
        CONTAINER_1_41["ImageID"],
    ]


def test_images_of_old_and_new_engines_are_the_same_frame() -> None:
    """VirtualSize is gone and Descriptor has come; -1 containers means that nobody counted."""
    frame = to_frame(image_rows([IMAGE_1_41, IMAGE_1_52]), IMAGES)
    assert dtypes(frame) == PROMISE["images"][1]
    assert frame["repository"].to_list() == ["busybox", "busybox", "u/x"]
    assert frame["tag"].to_list() == ["1.36", "latest", "2"]
    assert frame["digest"].to_list() == ["sha256:" + "aa" * 32] * 2 + ["sha256:" + "bb" * 32]
    assert frame["containers"].to_list() == [pd.NA, pd.NA, 2]
    assert frame["labels"].to_list() == [{}, {}, {"maintainer": "x"}]


def test_untrusted_text_stays_as_it_is_in_a_frame() -> None:
    """A frame is data; pandas escapes HTML where it shows one."""
    frame = to_frame([CONTAINER_1_41], CONTAINERS)
    assert frame["labels"].to_list()[0]["note"] == "<img src=x onerror=alert(1)>\x1b[31m"
    assert "<img" not in frame[["labels"]].to_html()


def test_lists_of_one_length_stay_lists() -> None:
    """Numpy would make a matrix of them."""
    ports = [{"PrivatePort": 80, "Type": "tcp"}]
    frame = to_frame([{"Ports": ports}, {"Ports": ports}], CONTAINERS)
    assert frame["ports"].to_list() == [["80/tcp"], ["80/tcp"]]


def test_a_frame_says_in_text_which_engine_gave_it_and_when() -> None:
    """As text, so that parquet and concat keep it; without an engine it says nothing."""
    endpoint = Endpoint(host="unix:///run/x.sock", scheme="unix", path="/run/x.sock", source="a test says so")
    with Engine(endpoint, api_version="1.41") as engine:
        frame = to_frame([], CONTEXTS, engine=engine)
    assert frame.attrs.pop("fetched_at").endswith("+00:00")
    assert json.loads(json.dumps(frame.attrs)) == {
        "host": "unix:///run/x.sock",
        "engine": "/run/x.sock",
        "api_version": "1.41",
    }
    assert pd.concat([frame, frame]).attrs == frame.attrs
    assert to_frame([], CONTEXTS).attrs == {}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ({"Components": [{"Name": "Engine"}, {"Name": "runc"}, "?"]}, ["Engine", "runc"]),
        ({"Version": "17.05"}, ["Engine"]),
        ({"Version": "17.05", "Components": []}, ["Engine"]),
    ],
)
def test_an_engine_that_names_no_components_is_one_itself(version: Row, expected: list[str]) -> None:
    """What is no object is no component."""
    assert to_frame(component_rows(version), VERSION)["component"].to_list() == expected


def test_a_warning_of_several_lines_becomes_one() -> None:
    """Docker 20.10 breaks its warning about an API without TLS into lines."""
    row = {"Warnings": ["WARNING: no swap", "Access\n         to the API"], "Swarm": {"LocalNodeState": "inactive"}}
    frame = to_frame([row], INFO)
    assert frame.loc[0, "warnings"] == ["WARNING: no swap", "Access to the API"]
    assert frame.loc[0, "swarm"] == "inactive"


@given(reply=some(Titles=st.lists(JSON), Processes=st.lists(st.lists(JSON))))
@settings(max_examples=60, deadline=None)
def test_processes_have_the_columns_that_the_engine_names(reply: Row) -> None:
    """As many as there are titles, all of text and each of another name; those of `ps -ef` where there are none."""
    schema = process_columns(reply)
    titles = reply.get("Titles")
    frame = to_frame(process_rows(reply), schema)
    assert len(frame.columns) == (len(titles) if isinstance(titles, list) and titles else len(PROCESSES))
    assert holds(frame, schema, {column.name: "str" for column in schema})
