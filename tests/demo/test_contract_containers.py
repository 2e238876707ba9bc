"""The contract of containers: what holds for the demo holds for a real engine."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.demo.conftest import AnyEngine

ROW = {
    *("Id", "Names", "Image", "ImageID", "Command", "Created", "Ports", "Labels", "State", "Status", "HostConfig"),
    *("NetworkSettings", "Mounts"),
}
FULL = {
    *("Id", "Created", "Path", "Args", "State", "Image", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath"),
    *("Name", "RestartCount", "Driver", "Platform", "ExecIDs", "HostConfig", "GraphDriver", "Mounts", "Config"),
    "NetworkSettings",
}


def filters(**wanted: list[str]) -> str:
    """`filters=` for a query."""
    return "filters=" + quote(json.dumps(wanted))


def state(engine: AnyEngine, name: str) -> dict[str, Any]:
    """The State of an inspected container."""
    found: dict[str, Any] = engine.ask("GET", f"/containers/{name}/json").json()["State"]
    return found


def row(engine: AnyEngine, name: str) -> dict[str, Any]:
    """The row of a container in the list of all."""
    rows = engine.ask("GET", f"/containers/json?all=1&{filters(name=[f'^/{name}$'])}").json()
    assert len(rows) == 1
    found: dict[str, Any] = rows[0]
    return found


def test_a_container_goes_from_created_to_running_to_exited(any_engine: AnyEngine) -> None:
    """With an exit code, and times that are Go's zero before they mean something."""
    any_engine.made("life", "sh", "-c", "exit 3")
    assert (state(any_engine, "life")["Status"], row(any_engine, "life")["Status"]) == ("created", "Created")
    assert state(any_engine, "life")["StartedAt"] == "0001-01-01T00:00:00Z"
    assert any_engine.ask("POST", "/containers/life/start").status == 204
    assert any_engine.ask("POST", "/containers/life/wait").json()["StatusCode"] == 3
    ended = state(any_engine, "life")
    assert (ended["Status"], ended["Running"], ended["ExitCode"], ended["Pid"]) == ("exited", False, 3, 0)
    assert row(any_engine, "life")["Status"].startswith("Exited (3) ")


def test_the_replies_have_the_members_that_clients_read(any_engine: AnyEngine) -> None:
    """Of the list and of inspect; a newer engine may have more."""
    any_engine.made("shape")
    assert row(any_engine, "shape").keys() >= ROW
    assert any_engine.ask("GET", "/containers/shape/json").json().keys() >= FULL


def test_started_twice_and_stopped_twice_is_304_without_a_body(any_engine: AnyEngine) -> None:
    """Each is so already."""
    any_engine.run("twice")
    for action, status in (("start", 304), ("stop?t=0", 204), ("stop?t=0", 304)):
        reply = any_engine.ask("POST", f"/containers/twice/{action}")
        assert (reply.status, reply.body) == (status, b"")
    assert state(any_engine, "twice")["ExitCode"] == 137


def test_a_paused_container_counts_as_running(any_engine: AnyEngine) -> None:
    """It is listed without `all`, and says (Paused)."""
    any_engine.run("held")
    assert any_engine.ask("POST", "/containers/held/pause").status == 204
    assert row(any_engine, "held")["State"] == "paused"
    assert row(any_engine, "held")["Status"].endswith(" (Paused)")
    assert state(any_engine, "held")["Running"] is True
    assert any_engine.ask("POST", "/containers/held/unpause").status == 204
    assert row(any_engine, "held")["State"] == "running"


def test_what_a_container_wrote_comes_in_frames(any_engine: AnyEngine) -> None:
    """Two streams, eight bytes in front of each piece."""
    any_engine.ended("spoke", "sh", "-c", "echo out; echo err >&2")
    body = any_engine.ask("GET", "/containers/spoke/logs?stdout=1&stderr=1").body
    assert sorted([body[:12], body[12:]]) == [b"\x01\0\0\0\0\0\0\x04out\n", b"\x02\0\0\0\0\0\0\x04err\n"]
    assert any_engine.ask("GET", "/containers/spoke/logs?stderr=1").body == b"\x02\0\0\0\0\0\0\x04err\n"


def test_a_terminal_has_no_frames(any_engine: AnyEngine) -> None:
    """But a carriage return at the end of its lines."""
    any_engine.ended("tty", "echo", "hi", Tty=True)
    assert any_engine.ask("GET", "/containers/tty/logs?stdout=1").body == b"hi\r\n"


def test_tail_gives_the_last_lines(any_engine: AnyEngine) -> None:
    """And all, where it is no number."""
    any_engine.ended("tail", "sh", "-c", "echo a; echo b; echo c")
    body = any_engine.ask("GET", "/containers/tail/logs?stdout=1&tail=1").body
    assert body[8:] == b"c\n"
    assert any_engine.ask("GET", "/containers/tail/logs?stdout=1&tail=x").body.count(b"\n") == 3


def test_timestamps_have_nine_digits_behind_the_point(any_engine: AnyEngine) -> None:
    """Also where the last ones are zeros."""
    any_engine.ended("stamped", "sh", "-c", "echo a; echo b")
    body = any_engine.ask("GET", "/containers/stamped/logs?stdout=1&timestamps=1").body
    assert len(re.findall(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z [ab]\n", body)) == 2


def test_following_ends_with_the_container(any_engine: AnyEngine) -> None:
    """What it writes meanwhile is there."""
    any_engine.run("follow", "sh", "-c", "echo a; sleep 0.3; echo b")
    body = any_engine.ask("GET", "/containers/follow/logs?stdout=1&follow=1").body
    assert body.replace(b"\x01\0\0\0\0\0\0\x02", b"") == b"a\nb\n"


def test_wait_for_the_next_exit_answers_at_once_with_headers(any_engine: AnyEngine) -> None:
    """`docker run` waits before it starts the container."""
    any_engine.run("brief", "sh", "-c", "sleep 0.3; exit 5")
    assert any_engine.ask("POST", "/containers/brief/wait?condition=next-exit").json()["StatusCode"] == 5


def test_a_container_that_removes_itself_is_gone_after_its_end(any_engine: AnyEngine) -> None:
    """And whoever waits for that gets its exit code."""
    any_engine.run("fleeting", "sh", "-c", "sleep 0.3; exit 4", HostConfig={"AutoRemove": True})
    assert any_engine.ask("POST", "/containers/fleeting/wait?condition=removed").json()["StatusCode"] == 4
    assert any_engine.ask("GET", "/containers/fleeting/json").status == 404


def test_a_renamed_container_is_found_by_its_new_name(any_engine: AnyEngine) -> None:
    """By its id and the beginning of that too."""
    identity = any_engine.made("before")
    assert any_engine.ask("POST", "/containers/before/rename?name=after").status == 204
    for name in ("after", identity, identity[:12]):
        assert any_engine.ask("GET", f"/containers/{name}/json").json()["Id"] == identity
    assert any_engine.ask("GET", "/containers/before/json").status == 404


def test_on_failure_starts_again_as_often_as_it_may(any_engine: AnyEngine) -> None:
    """Then it stays as it is."""
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}
    any_engine.run("again", "sh", "-c", "sleep 0.2; exit 1", HostConfig=policy)
    while True:
        reply = any_engine.ask("POST", "/containers/again/wait")
        if any_engine.ask("GET", "/containers/again/json").json()["RestartCount"] == 2 and reply.status == 200:
            break
    assert any_engine.ask("POST", "/containers/again/wait").json()["StatusCode"] == 1
    assert state(any_engine, "again")["Status"] == "exited"


def test_what_is_published_has_a_port_of_the_host(any_engine: AnyEngine) -> None:
    """For IPv4 at least; in the list and in inspect."""
    ports = {"80/tcp": [{"HostPort": ""}]}
    any_engine.run("port", ExposedPorts={"80/tcp": {}}, HostConfig={"PortBindings": ports})
    listed = [each for each in row(any_engine, "port")["Ports"] if each.get("IP") == "0.0.0.0"]
    assert [(each["PrivatePort"], each["Type"]) for each in listed] == [(80, "tcp")]
    bound = any_engine.ask("GET", "/containers/port/json").json()["NetworkSettings"]["Ports"]["80/tcp"][0]
    assert bound == {"HostIp": "0.0.0.0", "HostPort": str(listed[0]["PublicPort"])}


def test_labels_of_the_image_and_of_the_request_are_joined(any_engine: AnyEngine) -> None:
    """And the environment, where later ones win."""
    any_engine.made("joined", Labels={"tier": "web"}, Env=["A=1", "B=2"])
    config = any_engine.ask("GET", "/containers/joined/json").json()["Config"]
    assert config["Labels"]["tier"] == "web"
    assert {"A=1", "B=2"} <= set(config["Env"])
    assert config["Cmd"] == ["sleep", "60"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"status": ["exited"]}, {"f-ended"}),
        ({"status": ["created", "exited"]}, {"f-ended", "f-made"}),
        ({"exited": ["3"]}, {"f-ended"}),
        ({"exited": ["4"]}, set()),
        ({"name": ["f-m"]}, {"f-made"}),
        ({"label": ["tier=web"]}, {"f-made"}),
        ({"label": ["tier"]}, {"f-made", "f-ended"}),
        ({"ancestor": ["bb:1"], "name": ["f-ended"]}, {"f-ended"}),
        ({"ancestor": ["no-such-image"]}, set()),
        ({"network": ["bridge"], "name": ["f-"]}, {"f-made", "f-ended"}),
        ({"volume": ["f-data"]}, {"f-made"}),
        ({"health": ["none"], "name": ["f-ended"]}, {"f-ended"}),
    ],
)
def test_filters_choose_the_same(any_engine: AnyEngine, wanted: dict[str, list[str]], expected: set[str]) -> None:
    """Values of one key are alternatives, all keys must match."""
    any_engine.made("f-made", Labels={"tier": "web"}, HostConfig={"Binds": ["f-data:/data"]})
    any_engine.ended("f-ended", "sh", "-c", "exit 3", Labels={"tier": "job"})
    chosen = any_engine.ask("GET", f"/containers/json?all=1&{filters(**wanted)}").json()
    ours = {each["Names"][0].removeprefix("/") for each in chosen}
    any_engine.ask("DELETE", "/containers/f-made?force=1")
    any_engine.ask("DELETE", "/volumes/f-data")
    assert {name for name in ours if name.startswith("f-")} == expected


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/containers/nope/json", None, 404, "No such container: nope"),
        ("GET", "/containers/a%2Fb/json", None, 404, "No such container: a/b"),
        ("POST", "/containers/nope/start", None, 404, "No such container: nope"),
        ("DELETE", "/containers/nope", None, 404, "No such container: nope"),
        ("GET", "/containers/nope/logs?stdout=1", None, 404, "No such container: nope"),
        ("POST", "/containers/create", {"Image": "nope:1"}, 404, "No such image: nope:1"),
        ("POST", "/containers/create?name=x", {"Image": "bb:1"}, 400, "Invalid container name (x)"),
        (
            "POST",
            "/containers/create?name=taken",
            {"Image": "bb:1"},
            409,
            'The container name "/taken" is already in use',
        ),
        ("POST", "/containers/create", {}, 400, "config cannot be empty in order to create a container"),
        ("POST", "/containers/taken/rename?name=", None, 400, "Neither old nor new names may be empty"),
        ("POST", "/containers/taken/rename?name=taken", None, 400, "Renaming a container with the same name"),
        ("POST", "/containers/taken/rename?name=a%20b", None, 400, "Invalid container name (/a b)"),
        ("POST", "/containers/taken/pause", None, 409, "is not running"),
        ("POST", "/containers/taken/unpause", None, 500, "is not paused"),
        ("POST", "/containers/taken/kill", None, 409, "is not running"),
        ("POST", "/containers/running/kill?signal=SIGFOO", None, 400, "invalid signal: SIGFOO"),
        ("GET", "/containers/taken/top", None, 409, "is not running"),
        ("POST", "/containers/taken/exec", {"Cmd": ["true"]}, 409, "is not running"),
        ("POST", "/containers/running/exec", {"Cmd": []}, 400, "No exec command specified"),
        ("GET", "/exec/nope/json", None, 404, "nope"),
        ("GET", "/containers/taken/logs", None, 400, "you must choose at least one stream"),
        ("DELETE", "/containers/running", None, 409, "container"),
        ("GET", "/containers/json?" + filters(foo=["x"]), None, 400, "invalid filter 'foo'"),
        ("GET", "/containers/json?" + filters(status=["bad"]), None, 400, "invalid filter 'status=bad'"),
        ("GET", "/containers/json?limit=x", None, 500, 'parsing "x": invalid syntax'),
        ("POST", "/containers/prune?" + filters(foo=["x"]), None, 400, "invalid filter 'foo'"),
        ("GET", "/events?since=5&until=1", None, 400, "`since` time (5) cannot be after `until` time (1)"),
        ("GET", "/nope", None, 404, "page not found"),
        ("PUT", "/containers/json", None, 404, "page not found"),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    any_engine: AnyEngine, method: str, path: str, body: Any, status: int, words: str
) -> None:
    """Each with its status, and JSON with a message. Engines differ in capital letters."""
    any_engine.made("taken")
    any_engine.run("running")
    reply = any_engine.ask(method, path, body)
    assert reply.status == status
    assert words.lower() in reply.json()["message"].lower()


def test_a_network_that_is_not_there_is_found_out_at_the_start(any_engine: AnyEngine) -> None:
    """Not when the container is made."""
    any_engine.made("lost", HostConfig={"NetworkMode": "nonet"})
    reply = any_engine.ask("POST", "/containers/lost/start")
    assert (reply.status, reply.json()["message"]) == (404, "network nonet not found")
    assert "nonet" in state(any_engine, "lost")["Error"]


def test_stats_of_what_runs_move_and_of_what_does_not_are_empty(any_engine: AnyEngine) -> None:
    """Names are there in both cases."""
    any_engine.run("busy")
    any_engine.made("idle")
    sample = any_engine.ask("GET", "/containers/busy/stats?stream=0").json()
    assert sample["cpu_stats"]["system_cpu_usage"] > sample["precpu_stats"]["system_cpu_usage"]
    assert sample["memory_stats"]["usage"] > 0
    assert sample["name"] == "/busy"
    idle = any_engine.ask("GET", "/containers/idle/stats?stream=0").json()
    assert (idle["read"], idle["memory_stats"], idle["name"]) == ("0001-01-01T00:00:00Z", {}, "/idle")


def test_an_exec_has_an_exit_code_of_its_own(any_engine: AnyEngine) -> None:
    """Its output comes over the connection; a second start is refused."""
    any_engine.run("host")
    body = {"Cmd": ["sh", "-c", "echo hi; exit 3"], "AttachStdout": True, "AttachStderr": True}
    identity = any_engine.ask("POST", "/containers/host/exec", body).json()["Id"]
    assert any_engine.ask("GET", f"/exec/{identity}/json").json()["ExitCode"] is None
    assert any_engine.ask("POST", f"/exec/{identity}/start", {"Detach": False}).body == b"\x01\0\0\0\0\0\0\x03hi\n"
    known = any_engine.ask("GET", f"/exec/{identity}/json").json()
    assert (known["Running"], known["ExitCode"]) == (False, 3)


def test_top_names_the_columns_of_ps(any_engine: AnyEngine) -> None:
    """With those of `ps aux` where that is asked for."""
    any_engine.run("tops")
    told = any_engine.ask("GET", "/containers/tops/top").json()
    assert told["Titles"] == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    assert told["Processes"][0][-1] == "sleep 60"
    assert any_engine.ask("GET", "/containers/tops/top?ps_args=aux").json()["Titles"][0] == "USER"


def test_what_was_written_is_a_change(any_engine: AnyEngine) -> None:
    """A file that was added, and the directory that it is in; nothing is `null`."""
    any_engine.ended("writes", "sh", "-c", "echo x > /new; touch /tmp/other")
    told = {each["Path"]: each["Kind"] for each in any_engine.ask("GET", "/containers/writes/changes").json()}
    assert told == {"/new": 1, "/tmp": 0, "/tmp/other": 1}
    any_engine.ended("reads", "true")
    assert any_engine.ask("GET", "/containers/reads/changes").json() in (None, [])


def test_a_health_check_makes_it_healthy(any_engine: AnyEngine) -> None:
    """It is starting until the first check has passed."""
    check = {"Test": ["CMD-SHELL", "true"], "Interval": 300_000_000}
    any_engine.run("well", Healthcheck=check)
    wanted = filters(event=["health_status"], container=["well"])
    told = any_engine.ask("GET", f"/events?since=1&until={time.time() + 3:.3f}&{wanted}")
    assert b"health_status: healthy" in told.body
    assert row(any_engine, "well")["Status"].endswith(" (healthy)")
