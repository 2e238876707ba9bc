"""`ps`: what it lists, and that docker's own command line lists the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dockmagic import ps
from dockmagic.errors import BadRequest, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from pathlib import Path

    from dockmagic import Engine
    from tests.conftest import DockerCli, DockerJson


@pytest.fixture
def mixed(docker_cli: DockerCli, label: str) -> str:
    """Make containers in every state that is easily reached, with ports, volumes and labels; return their label."""
    made = ("--label", label)
    docker_cli(
        "run", "-d", *made, "--name", "dmt-web", "-l", "com.docker.compose.project=shop", "-p", "8080:80",
        "-l", "com.docker.compose.service=web", "-p", "9000-9002:9000-9002", "-p", "127.0.0.1:5353:53/udp",
        "--expose", "7000-7001", "-v", "dmt-data:/data", "-v", "/tmp:/host:ro", "bb:1", "sleep", "1000",
    )  # fmt: skip
    docker_cli("run", "-d", *made, "--name", "dmt-paused", "bb:1", "sleep", "1000")
    docker_cli("pause", "dmt-paused")
    docker_cli("run", "-d", *made, "--name", "dmt-sick", "--health-cmd", "false", "--health-interval", "200ms",
               "--health-retries", "1", "bb:1", "sleep", "1000")  # fmt: skip
    docker_cli("create", *made, "--name", "dmt-created", "--network", "none", "bb:1", "echo", 'say "hi"')
    docker_cli("create", *made, "--name", "dmt-exited", "bb:1", "sh", "-c", "exit 3")
    docker_cli("start", "dmt-exited")
    docker_cli("wait", "dmt-exited")
    return label


def by_name(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the rows of a frame by container name."""
    return {row["name"]: row for row in frame.to_dict("records")}


def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_json: DockerJson, mixed: str) -> None:
    """Every value that `docker ps -a --no-trunc` tells is told by the frame too, in the same order of containers."""
    theirs = docker_json("ps", "-a", "--no-trunc", "--size", "--filter", f"label={mixed}")
    ours = ps(engine, all=True, no_trunc=True, size=True, filter=[f"label={mixed}"])
    assert [as_docker_says_it(row) for row in ours.to_dict("records")] == [told(row) for row in theirs]


def as_docker_says_it(row: dict[Any, Any]) -> dict[str, Any]:
    """Write a row of the frame as docker's JSON."""
    return {
        "ID": row["id"],
        "Names": row["name"],
        "Image": row["image"],
        "Command": json.dumps(row["command"]),
        "CreatedAt": row["created"].strftime("%Y-%m-%d %H:%M:%S +0000 UTC"),
        "State": row["state"],
        "Ports": ", ".join(row["ports"]),
        "Networks": ",".join(row["networks"]),
        "Mounts": sorted(row["mounts"]),
        "Labels": ",".join(sorted(f"{key}={value}" for key, value in row["labels"].items())),
        "Size": row["size_rw"],
    }


def told(row: dict[str, Any]) -> dict[str, Any]:
    """What docker's JSON tells, apart from what changes while one looks, in the newest command line's words."""
    keys = ("ID", "Names", "Image", "Command", "CreatedAt", "State", "Networks", "Labels")
    return {
        **{key: row[key] for key in keys},
        "Ports": row["Ports"].replace(":::", "[::]:"),
        "Mounts": sorted(filter(None, row["Mounts"].split(","))),
        "Size": {"0B": 0}[row["Size"].split(" ")[0]],
        "Labels": ",".join(sorted(row["Labels"].split(","))),
    }


def test_states_health_exit_codes_and_compose_names_have_columns_of_their_own(engine: Engine, mixed: str) -> None:
    """What docker hides in the status text or in labels can be filtered on."""
    rows = by_name(ps(engine, all=True, filter=[f"label={mixed}"]))
    assert {name: row["state"] for name, row in rows.items()} == {
        "dmt-web": "running",
        "dmt-paused": "paused",
        "dmt-sick": "running",
        "dmt-created": "created",
        "dmt-exited": "exited",
    }
    assert rows["dmt-exited"]["exit_code"] == 3
    assert pd.isna(rows["dmt-web"]["exit_code"])
    assert (rows["dmt-web"]["project"], rows["dmt-web"]["service"]) == ("shop", "web")
    assert pd.isna(rows["dmt-paused"]["project"])
    assert pd.isna(rows["dmt-web"]["health"])
    assert rows["dmt-sick"]["health"] in {"starting", "unhealthy"}


def test_ids_have_twelve_digits_unless_they_are_wanted_in_full(engine: Engine, mixed: str) -> None:
    """As in docker: --no-trunc shows all 64, and the image's id with the name of its hash."""
    short, full = (ps(engine, all=True, filter=[f"label={mixed}"], no_trunc=wanted) for wanted in (False, True))
    assert set(short["id"].str.len()) == {12}
    assert set(full["id"].str.len()) == {64}
    assert set(full["image_id"].str.len()) == {71}
    assert list(full["id"].str[:12]) == list(short["id"])


def test_only_those_that_run_are_listed_unless_all_are_asked_for(engine: Engine, mixed: str) -> None:
    """Without -a: running and paused ones."""
    names = set(ps(engine, filter=[f"label={mixed}"])["name"])
    assert names == {"dmt-web", "dmt-paused", "dmt-sick"}


def test_last_and_latest_count_from_the_newest(engine: Engine, mixed: str) -> None:
    """-n 2 and -l list what was made last, running or not; -n -1, docker's default, is no limit."""
    assert list(ps(engine, last=2)["name"]) == ["dmt-exited", "dmt-created"]
    assert list(ps(engine, latest=True)["name"]) == ["dmt-exited"]
    assert len(ps(engine, last=-1, filter=[f"label={mixed}"])) == 3


@pytest.mark.parametrize(
    "filter",
    [["status=exited", "name=dmt-"], {"status": "exited", "name": ["dmt-"]}, ["exited=3"], ["name=^/dmt-exited$"]],
)
def test_filters_are_dockers(engine: Engine, mixed: str, filter: Any) -> None:
    """Texts or a mapping; several keys have all to match; a value may have an "=" in it."""
    mine = ps(engine, all=True, filter=[f"label={mixed}"])["id"]
    found = ps(engine, all=True, filter=filter)
    assert list(found[found["id"].isin(mine)]["name"]) == ["dmt-exited"]
    assert len(ps(engine, all=True, filter=[f"label={mixed}", "status=exited", "status=created"])) == 2


def test_an_unknown_filter_is_the_engines_to_complain_about(engine: Engine) -> None:
    """Its own words reach the reader, with what there is."""
    with pytest.raises(BadRequest, match=r"(?i)invalid filter 'colour'") as caught:
        ps(engine, filter=["colour=blue"])
    assert caught.value.hint.startswith("Filters: ancestor, before, exited, expose, health, id, is-task,")
    with pytest.raises(BadRequest, match=r"(?i)invalid filter 'stat'") as caught:
        ps(engine, filter=["stat=exited", "name=a"])
    assert caught.value.hint.startswith("Did you mean status?  Filters: ancestor,")
    with pytest.raises(BadRequest, match=r"(?i)invalid filter 'status=drunk'") as caught:
        ps(engine, filter=["status=drunk"])
    assert caught.value.hint == ""


def test_a_filter_without_a_value_is_refused_before_any_request(engine: Engine) -> None:
    """As docker refuses it."""
    with pytest.raises(UsageError, match="a filter is written key=value, not 'web'"):
        ps(engine, filter=["web"])


def test_sizes_are_bytes_and_only_there_when_asked_for(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """-s makes the engine walk the files."""
    docker_cli("run", "--label", label, "bb:1", "sh", "-c", "head -c 5000 /dev/zero > /five")
    mine = [f"label={label}"]
    asked, not_asked = (ps(engine, all=True, size=wanted, filter=mine).iloc[0] for wanted in (True, False))
    assert asked["size_rw"] == 5000
    assert asked["size_root_fs"] > 1_000_000
    assert not_asked[["size_rw", "size_root_fs"]].isna().all()


def test_ten_thousand_labels_are_all_there(engine: Engine, docker_cli: DockerCli, label: str, tmp_path: Path) -> None:
    """And the last one can be filtered on."""
    labels = {f"dmt.{number:05}": f"value {number} = \N{SNOWMAN}" for number in range(10_000)}
    (tmp_path / "labels").write_text("\n".join(f"{key}={value}" for key, value in labels.items()), encoding="utf-8")
    docker_cli("create", "--label", label, "--label-file", str(tmp_path / "labels"), "--name", "dmt-many", "bb:1")
    (row,) = ps(engine, all=True, filter={"label": "dmt.09999=value 9999 = \N{SNOWMAN}"}).to_dict("records")
    assert row["name"] == "dmt-many"
    assert {key: value for key, value in row["labels"].items() if key.startswith("dmt.")} == labels


def test_no_containers_give_the_same_columns_and_dtypes(engine: Engine, mixed: str) -> None:
    """So that a notebook that filters or joins goes on working on an empty host."""
    some, none = ps(engine, all=True), ps(engine, filter=["label=dockmagic.test.nobody"])
    assert len(none) == 0
    assert list(none.columns) == list(some.columns)
    assert list(none.dtypes.astype(str)) == list(some.dtypes.astype(str))


def test_the_frame_says_where_and_when_it_was_fetched(engine: Engine) -> None:
    """As text, so that parquet and concat take it."""
    attrs = ps(engine).attrs
    assert attrs["host"] == engine.host
    assert attrs["api_version"] == engine.api_version
    assert pd.Timestamp(attrs["fetched_at"]).tzinfo is not None


@pytest.mark.parametrize("options", [{"last": "x"}, {"last": True}, {"last": 1.5}, {"filter": 5}, {"all": "no"}])
def test_what_cannot_be_right_is_refused_at_once(options: dict[str, Any]) -> None:
    """Nobody is asked."""
    with engine_that_says([]) as (engine, asked), pytest.raises(UsageError):
        ps(engine, **options)
    assert asked == []
