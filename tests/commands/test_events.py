"""`events`: what has happened, and that docker's own command line tells the same."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import events
from dockmagic.errors import BadRequest, EngineWarning, UsageError
from tests.engines.http import checked, request
from tests.engines.programs import find

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli, DockerJson
    from tests.engines.dockerd import Dockerd


class Happened:
    """What a test made happen, between two moments."""

    def __init__(self, since: int, until: int) -> None:
        self.window: dict[str, Any] = {"since": written(since), "until": written(until)}
        self.flags = [f"--{name}={value}" for name, value in self.window.items()]


def written(moment: int) -> str:
    """Nanoseconds since 1970 as seconds with nine digits."""
    return f"{moment // 10**9}.{moment % 10**9:09d}"


@pytest.fixture
def happened(docker_cli: DockerCli, label: str) -> Happened:
    """Have a life of a container, dmt-life: a network, a volume, a health check, an exec, exit code 3."""
    since = time.time_ns()
    flags = ("--health-cmd=true", "--health-interval=100ms", "-v", "dmt-data:/data", "-l", "team=a b")
    docker_cli("run", "-d", "--label", label, "--name", "dmt-life", *flags, "bb:1", "sh", "-c", "sleep 1; exit 3")
    docker_cli("exec", "dmt-life", "sh", "-c", "echo a: b")
    docker_cli("wait", "dmt-life")
    docker_cli("tag", "bb:1", "dmt-tagged:1")
    docker_cli("rmi", "dmt-tagged:1")
    docker_cli("rm", "dmt-life")
    docker_cli("volume", "rm", "dmt-data")
    return Happened(since, time.time_ns())


def as_docker_tells(row: dict[Any, Any]) -> dict[str, Any]:
    """A row of the frame as docker's JSON."""
    return {
        "Type": row["type"],
        "Action": row["action"] + ("" if pd.isna(row["detail"]) else f": {row['detail']}"),
        "Actor": {"ID": row["id"], "Attributes": row["attributes"]},
        "scope": row["scope"],
        "time": row["time"].value // 10**9,
        "timeNano": row["time"].value,
    }


def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_json: DockerJson, happened: Happened) -> None:
    """Every value that `docker events --format '{{json .}}'` tells, in the same order."""
    legacy = {"status", "id", "from"}
    theirs = [{k: v for k, v in row.items() if k not in legacy} for row in docker_json("events", *happened.flags)]
    ours = events(engine, no_trunc=True, **happened.window)
    assert [as_docker_tells(row) for row in ours.to_dict("records")] == theirs
    assert {"container", "network", "volume", "image"} <= set(ours["type"])


def test_names_images_exit_codes_and_details_have_columns_of_their_own(engine: Engine, happened: Happened) -> None:
    """What docker hides among the attributes, or in the action, can be filtered on."""
    frame = events(engine, **happened.window)
    life = frame[frame["name"] == "dmt-life"]
    assert set(life["image"]) == {"bb:1"}
    assert set(life["id"].str.len()) == {12}
    assert list(life[life["action"] == "die"]["exit_code"]) == [3]
    assert "healthy" in set(life[life["action"] == "health_status"]["detail"])
    assert "sh -c echo a: b" in set(life[life["action"] == "exec_start"]["detail"])
    assert list(life[life["action"] == "create"]["detail"].isna()) == [True]
    assert {"mount", "unmount", "destroy"} <= set(frame[(frame["type"] == "volume")]["action"])
    assert set(frame[frame["type"] == "volume"]["name"]) == {"dmt-data"}
    assert life["attributes"].iloc[0]["team"] == "a b"


@pytest.mark.parametrize(
    "filter",
    [
        ["type=container", "event=die"],
        {"container": "dmt-life", "event": ["start", "die"]},
        ["image=bb:1", "event=exec_start"],
        ["label=team=a b", "scope=local"],
        ["event=health_status: healthy"],
        ["volume=dmt-data"],
    ],
)
def test_filters_are_dockers(engine: Engine, docker_json: DockerJson, happened: Happened, filter: Any) -> None:
    """Texts or a mapping; of several values of a key one has to match."""
    pairs = filter if isinstance(filter, list) else ["container=dmt-life", "event=start", "event=die"]
    theirs = docker_json("events", *happened.flags, *(f"--filter={pair}" for pair in pairs))
    ours = events(engine, filter=filter, no_trunc=True, **happened.window)
    assert [row["timeNano"] for row in theirs] == [moment.value for moment in ours["time"]]
    assert len(ours) > 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("contaner=x", "there is no filter 'contaner' of events. Did you mean container?"),
        ("colour=blue", "there is no filter 'colour' of events. There are: config, container, daemon, event, image"),
        ("status=die", "there is no filter 'status' of events."),
    ],
)
def test_an_unknown_filter_is_refused_before_any_request(engine: Engine, text: str, words: str) -> None:
    """Engines pass over it, and nothing would seem to have happened."""
    with pytest.raises(UsageError) as caught:
        events(engine, filter=[text])
    assert caught.value.message.startswith(words)


def test_a_span_is_to_the_nanosecond_and_both_ends_belong_to_it(engine: Engine, happened: Happened) -> None:
    """Times of a frame ask for the same again."""
    moments = events(engine, **happened.window)["time"]
    begin, end = moments.iloc[1], moments.iloc[-2]
    inside = moments[(moments >= begin) & (moments <= end)]
    assert list(events(engine, since=begin, until=end)["time"]) == list(inside)
    nano = pd.Timedelta(1, unit="ns")
    assert list(events(engine, since=begin + nano, until=end - nano)["time"]) == list(
        inside[(inside > begin) & (inside < end)]
    )


@pytest.mark.filterwarnings("ignore:the engine remembers")
def test_without_an_end_it_is_until_now(engine: Engine, happened: Happened) -> None:
    """And the call returns; without a beginning it is all that the engine remembers."""
    for frame in (events(engine), events(engine, since="10m"), events(engine, since=timedelta(minutes=10))):
        assert "dmt-life" in set(frame["name"])


def test_with_an_end_to_come_it_waits_for_what_happens(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """Up to that moment."""
    docker_cli("create", "--label", label, "--name", "dmt-soon", "bb:1", "sleep", "1000")
    begin = time.monotonic()
    started = subprocess.Popen([find("docker"), "--host", engine.host, "start", "dmt-soon"], stdout=subprocess.DEVNULL)
    frame = events(engine, since="0s", until=timedelta(seconds=-2), filter=["container=dmt-soon", "event=start"])
    assert time.monotonic() - begin > 1.5
    assert list(frame["name"]) == ["dmt-soon"]
    assert started.wait(20) == 0


def test_nothing_has_happened(engine: Engine, happened: Happened) -> None:
    """The same columns and dtypes."""
    some, none = events(engine, **happened.window), events(engine, since="1970-01-01", until="1970-01-02")
    assert len(none) == 0
    assert list(none.columns) == list(some.columns)
    assert list(none.dtypes.astype(str)) == list(some.dtypes.astype(str))
    assert none.attrs["host"] == engine.host


def test_a_beginning_after_the_end_is_the_engines_to_complain_about(engine: Engine) -> None:
    """In docker's words."""
    with pytest.raises(BadRequest, match=r"`since` time \(.*\) cannot be after `until` time"):
        events(engine, since="1h", until="2h")


@pytest.mark.parametrize("option", ["since", "until"])
def test_what_is_no_time_is_refused(engine: Engine, option: str) -> None:
    """With the forms that are right."""
    with pytest.raises(UsageError, match="'yesterday' is no time: 10m and 1h30m are ago"):
        events(engine, **dict[str, Any]({option: "yesterday"}))


def test_it_warns_when_older_ones_are_lost(own_engine: Dockerd) -> None:
    """An engine remembers 256; and none from before it was started."""
    with dockmagic.connect(own_engine.host) as engine:
        for number in range(120):
            made = json.dumps({"Name": f"dmt-{number}"}).encode()
            checked(request(own_engine.socket, "POST", "/volumes/create", body=made))
        assert len(events(engine)) in range(120, 256)
        for number in range(120):
            checked(request(own_engine.socket, "DELETE", f"/volumes/dmt-{number}"))
            made = json.dumps({"Name": f"dmt-{number}"}).encode()
            checked(request(own_engine.socket, "POST", "/volumes/create", body=made))
        with pytest.warns(EngineWarning, match="remembers its last 256 events only: older ones are lost"):
            frame = events(engine)
        assert len(frame) == 256
        assert len(events(engine, since=frame["time"].iloc[-10])) == 10
        own_engine.restart(hard=True)
        assert len(events(engine, filter=["type=volume"])) == 0


def test_it_is_a_magic_with_dockers_flags(
    engine_process: Dockerd, happened: Happened, shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`system events` is the same."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    dockmagic.load_ipython_extension(shell)
    window = " ".join(happened.flags)
    frame = shell.run_line_magic("devents", f"{window} -f container=dmt-life --filter event=die")
    again = shell.run_line_magic("dsystem", f"events {window} -f container=dmt-life --filter event=die")
    assert list(frame["exit_code"]) == list(again["exit_code"]) == [3]
