"""`system df`: what takes room, as docker's own command line counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import system_df
from dockmagic.errors import ProtocolError
from tests.commands.scripted_engine import engine_that_says
from tests.engines.builds import buildkit_image, forget_builds

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli, DockerJson
    from tests.engines.dockerd import Dockerd

TYPES = ["Images", "Containers", "Local Volumes", "Build Cache"]
VERBOSE = ["type", "id", "name", "created", "size", "shared_size", "links", "in_use"]


@pytest.fixture
def filled(engine_process: Dockerd, docker_cli: DockerCli, label: str) -> Iterator[None]:
    """Make something of every kind, used and unused: images that share a layer, containers, volumes, a build cache."""
    buildkit_image(engine_process.socket, "dmt/df:1", "FROM bb:1\nRUN head -c 70000 /dev/zero > /a\n")
    buildkit_image(engine_process.socket, "dmt/df:2", "FROM dmt/df:1\nRUN head -c 30000 /dev/zero > /b\n")
    made = ("--label", label)
    docker_cli("run", "-d", *made, "--name", "dmt-df-runs", "-v", "dmt-df-used:/data", "bb:1",
               "sh", "-c", "head -c 2000 /dev/zero > /two; head -c 500 /dev/zero > /data/half; sleep 1000")  # fmt: skip
    docker_cli("run", *made, "--name", "dmt-df-ended", "bb:1", "sh", "-c", "head -c 3000 /dev/zero > /three")
    docker_cli("run", *made, "--rm", "-v", "dmt-df-left:/data", "bb:1",
               "sh", "-c", "head -c 800 /dev/zero > /data/x")  # fmt: skip
    yield
    docker_cli("rm", "-f", "dmt-df-runs", "dmt-df-ended")
    docker_cli("volume", "rm", "dmt-df-used", "dmt-df-left")
    docker_cli("rmi", "-f", "dmt/df:1", "dmt/df:2")
    forget_builds(engine_process.socket)


def human(size: float, digits: int = 4) -> str:
    """Write bytes as docker does. Source: HumanSize of docker/go-units."""
    units = iter(("B", "kB", "MB", "GB"))
    unit = next(units)
    while size >= 1000:
        size, unit = size / 1000, next(units)
    return f"{size:.{digits}g}{unit}"


def rows_of(frame: pd.DataFrame, kind: str) -> list[dict[str, Any]]:
    """Return the rows of one type."""
    return [
        {str(name): value for name, value in row.items()} for row in frame[frame["type"] == kind].to_dict("records")
    ]


def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_json: DockerJson, filled: None) -> None:
    """Four rows, in docker's order; of the bytes of images that can be had back see below."""
    theirs = docker_json("system", "df")
    frame = system_df(engine)
    assert [
        {
            "Type": row["type"],
            "TotalCount": str(row["total"]),
            "Active": str(row["active"]),
            "Size": human(row["size"]),
            "Reclaimable": human(row["reclaimable"]) if row["type"] != "Images" else "",
        }
        for row in frame.to_dict("records")
    ] == [row | {"Reclaimable": row["Reclaimable"].split(" ")[0] if row["Type"] != "Images" else ""} for row in theirs]
    assert list(frame["type"]) == TYPES
    assert (frame["total"] > 0).all()
    assert (frame["reclaimable"] > 0).all()


def test_reclaimable_bytes_of_images_are_those_that_one_unused_image_has_for_itself(
    engine: Engine, docker_cli: DockerCli, docker_json: DockerJson, filled: None
) -> None:
    """As docker counts from version 29 on; before, it counted what several images share as well."""
    (ours,) = rows_of(system_df(engine), "Images")
    theirs = docker_json("system", "df")[0]["Reclaimable"].split(" ")[0]
    images = rows_of(system_df(engine, verbose=True), "Images")
    own = {row["id"]: row["size"] - row["shared_size"] for row in images}
    used = sum(own[row["id"]] for row in images if row["in_use"])
    assert ours["reclaimable"] == sum(own[row["id"]] for row in images if not row["in_use"])
    assert [own[row["id"]] for row in images if row["name"] == "dmt/df:2"] == [30000]
    client = docker_cli("version", "--format", "{{.Client.Version}}")
    expected = ours["reclaimable"] if int(client.partition(".")[0]) >= 29 else ours["size"] - used
    assert theirs == human(expected)


def test_verbose_agrees_with_the_docker_command_line(engine: Engine, docker_json: DockerJson, filled: None) -> None:
    """One row per image, container, volume and record of the build cache."""
    (theirs,) = docker_json("system", "df", "--verbose")
    frame = system_df(engine, verbose=True)
    assert list(frame.columns) == VERBOSE
    assert list(frame["type"].unique()) == TYPES
    assert sorted(
        (
            row["id"],
            str(row["name"]).rpartition(":")[0] or "<none>",
            human(row["size"], 3),
            human(row["shared_size"]),
            str(row["links"]),
        )
        for row in rows_of(frame, "Images")
    ) == sorted(
        (short(row["ID"]), row["Repository"], row["Size"], row["SharedSize"], row["Containers"])
        for row in theirs["Images"]
    )
    assert [(row["id"], row["name"], human(row["size"], 3)) for row in rows_of(frame, "Containers")] == [
        (short(row["ID"]), row["Names"], row["Size"]) for row in theirs["Containers"]
    ]
    assert sorted(
        (row["name"], human(row["size"], 3), str(row["links"])) for row in rows_of(frame, "Local Volumes")
    ) == sorted((row["Name"], row["Size"], row["Links"]) for row in theirs["Volumes"])
    assert sorted(
        (row["id"], row["name"], human(row["size"], 3), row["in_use"]) for row in rows_of(frame, "Build Cache")
    ) == sorted(
        (short(row["ID"]), row["Description"], row["Size"], row["InUse"] == "true") for row in theirs["BuildCache"]
    )


def short(identity: str) -> str:
    """Return the first 12 digits; docker marks a record in use with a star."""
    return identity.removeprefix("sha256:")[:12]


def test_the_sizes_of_the_rows_add_up_to_those_of_their_kind(engine: Engine, filled: None) -> None:
    """What is shared is counted once. What uses what is told."""
    summary, frame = system_df(engine).set_index("type"), system_df(engine, verbose=True)
    own = (frame["size"] - frame["shared_size"].fillna(0)).groupby(frame["type"]).sum()
    counts = frame.groupby("type")["in_use"].agg(["size", "sum"])
    assert [own[kind] for kind in TYPES[1:]] == list(summary["size"][TYPES[1:]])
    assert list(counts["size"][TYPES]) == list(summary["total"][TYPES])
    assert list(counts["sum"][TYPES]) == list(summary["active"][TYPES])
    rows = frame.set_index("name")
    assert list(rows.loc[["dmt-df-used", "dmt-df-left"], "size"]) == [500, 800]
    assert list(rows.loc[["dmt-df-used", "dmt-df-left"], "links"]) == [1, 0]
    assert list(rows.loc[["dmt-df-runs", "dmt-df-ended"], "size"]) == [2000, 3000]
    assert list(rows.loc[["dmt-df-runs", "dmt-df-ended"], "in_use"]) == [True, False]
    assert rows.loc["bb:1", "links"] == 2
    assert (frame["links"][frame["type"] == "Build Cache"] > 0).any()
    assert frame["created"].notna().all()


def test_the_magic_is_the_same(shell: InteractiveShell, engine: Engine, filled: None) -> None:
    """-v as in docker."""
    dockmagic.load_ipython_extension(shell)
    assert list(shell.run_line_magic("dsystem", f"df --host {engine.host}")["type"]) == TYPES
    assert list(shell.run_line_magic("dsystem", f"df -v --host {engine.host}").columns) == VERBOSE


@pytest.mark.parametrize("reply", [{}, {"Images": None, "Containers": None, "Volumes": None, "BuildCache": None}])
def test_an_engine_without_anything_gives_four_rows_of_zeros_in_one_request(reply: Any) -> None:
    """And no rows with the same columns and dtypes when it is asked for each thing."""
    with engine_that_says(reply) as (engine, asked):
        summary, items = system_df(engine), system_df(engine, verbose=True)
    assert asked == ["GET /system/df"] * 2
    assert list(summary["type"]) == TYPES
    assert summary.drop(columns="type").eq(0).all(axis=None)
    with engine_that_says({"Volumes": [{"Name": "a"}]}) as (engine, _):
        some = system_df(engine, verbose=True)
    assert len(items) == 0
    assert list(items.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())


def test_an_engine_may_take_as_long_as_it_needs() -> None:
    """It walks all its files: the limit on silence is for other commands."""
    with engine_that_says({}, seconds=0.5) as (engine, _):
        engine.timeout = 0.1
        assert len(system_df(engine)) == 4


def test_what_is_no_object_is_a_protocol_error() -> None:
    """It names the endpoint."""
    with engine_that_says([]) as (engine, _), pytest.raises(ProtocolError, match="GET /system/df"):
        system_df(engine)
