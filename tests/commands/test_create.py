"""`create`: a container that does not run yet. What docker makes of the same words is in test_create_as_docker.py."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dockmagic import create, ps, registry
from dockmagic.engine.client import Engine
from dockmagic.errors import BadRequest, Conflict, EngineFault, EngineWarning, NotFound, ProtocolError, UsageError
from dockmagic.options import HelpWanted, next_parameter, parse
from tests.commands.scripted_engine import engine_that_says
from tests.engine.scripted import unix_endpoint

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry


@pytest.fixture
def connected(shell: InteractiveShell, engine_process: Dockerd) -> InteractiveShell:
    """Return a shell that is connected to the test engine."""
    shell.run_line_magic("load_ext", "dockmagic")
    shell.run_line_magic("dconnect", engine_process.host)
    return shell


def inspect(docker_cli: DockerCli, name: str) -> dict[str, Any]:
    """What docker tells of a container."""
    (found,) = json.loads(docker_cli("inspect", name))
    return dict(found)


def test_it_returns_the_new_containers_row(engine: Engine, label: str) -> None:
    """The same columns as `ps`; nothing was started."""
    frame = create(engine, "bb:1", ["sleep", "9"], name="dmt-row", labels=label)
    assert list(frame["name"]) == ["dmt-row"]
    assert list(frame["state"]) == ["created"]
    listed = ps(engine, all=True, filter=[f"label={label}"])
    assert list(frame["id"]) == list(listed["id"])
    assert list(frame.columns) == list(listed.columns)


def test_pythons_own_values_make_what_texts_make(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """Dicts, numbers, durations and lists, as they would be typed."""
    name, value = label.split("=")
    create(
        engine,
        "bb:1",
        name="dmt-values",
        labels={name: value, "role": "web"},
        env={"A": 1, "B": True},
        ports={"80/tcp": 8099, 53: ("127.0.0.1", 53)},
        volumes={"/tmp": {"bind": "/t", "mode": "ro"}},
        memory=64 * 1024**2,
        cpus=0.5,
        health_cmd=["true"],
        health_interval=timedelta(seconds=30),
        ulimit={"nofile": (1024, 2048)},
        tmpfs={"/x": "size=1m"},
        add_host={"db": "10.0.0.5"},
        entrypoint=["sh", "-c"],
        mount={"type": "bind", "source": "/tmp", "target": "/m", "readonly": True},
        set={"HostConfig.OomScoreAdj": 100},
    )
    found = inspect(docker_cli, "dmt-values")
    config, host = found["Config"], found["HostConfig"]
    assert {"A=1", "B=true"} <= set(config["Env"])
    assert config["Labels"] == {name: value, "role": "web"}
    assert config["Healthcheck"] == {"Test": ["CMD", "true"], "Interval": 30 * 10**9}
    assert config["Entrypoint"] == ["sh", "-c"]
    assert host["PortBindings"] == {
        "80/tcp": [{"HostIp": "", "HostPort": "8099"}],
        "53/tcp": [{"HostIp": "127.0.0.1", "HostPort": "53"}],
    }
    assert (host["Memory"], host["NanoCpus"], host["OomScoreAdj"]) == (64 * 1024**2, 500_000_000, 100)
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 1024, "Hard": 2048}]
    assert (host["Binds"], host["Tmpfs"], host["ExtraHosts"]) == (["/tmp:/t:ro"], {"/x": "size=1m"}, ["db:10.0.0.5"])
    assert [(each["Target"], each["ReadOnly"]) for each in host["Mounts"]] == [("/m", True)]


def test_any_member_of_the_body_can_be_set(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """What no flag says, and over what a flag said."""
    texts = ["HostConfig.Memory=67108864", 'StopSignal="SIGINT"', 'HostConfig.CapAdd=["CAP_CHOWN"]']
    create(engine, "bb:1", name="dmt-set", labels=[label], memory="1g", set=texts)
    found = inspect(docker_cli, "dmt-set")
    assert found["HostConfig"]["Memory"] == 67108864
    assert found["HostConfig"]["CapAdd"] == ["CAP_CHOWN"]
    assert found["Config"]["StopSignal"] == "SIGINT"


def test_all_warnings_are_shown(engine: Engine, foreign_image: str, label: str) -> None:
    """The engine's, and the one that docker's own client has of a name server that no container reaches."""
    with pytest.warns(EngineWarning) as warned:
        create(engine, foreign_image, labels=[label], dns=["127.0.0.53", "::1"])
    texts = [str(each.message) for each in warned]
    assert len(texts) == 2
    assert "platform (linux/s390x" in texts[0]
    assert texts[1] == "Localhost DNS (127.0.0.53) may fail in containers."


def test_an_image_that_is_not_there_is_offered_to_be_fetched(engine: Engine) -> None:
    """Docker would fetch it unasked."""
    for options in ({}, {"pull": "never"}):
        with pytest.raises(NotFound, match='no image "dmt/nobody:1" on') as caught:
            create(engine, "dmt/nobody:1", **options)  # type: ignore[arg-type]
        assert caught.value.hint == "Fetch it first: %dpull dmt/nobody:1   or let it be fetched: --pull missing"


def test_an_image_that_is_missing_is_fetched_if_so_wished(
    engine: Engine, docker_cli: DockerCli, registry: Registry, label: str
) -> None:
    """With the lines of a pull; a second time it is there."""
    if "busybox:latest" in docker_cli("images", "--format", "{{.Repository}}:{{.Tag}}").split():
        docker_cli("rmi", "busybox:latest")
    lines: list[str] = []
    frame = create(engine, "busybox", pull="missing", labels=[label], on_progress=lines.append)
    assert list(frame["image"]) == ["busybox"]
    assert lines[0] == "Unable to find image 'busybox' locally"
    assert lines[-1] == "Status: Downloaded newer image for busybox:latest"
    lines.clear()
    create(engine, "busybox", pull="missing", labels=[label], on_progress=lines.append)
    assert lines == []


@pytest.mark.parametrize(("flags", "heard"), [("", True), ("-q", False)])
def test_the_lines_of_a_pull_are_printed_unless_q(
    connected: InteractiveShell,
    registry: Registry,
    label: str,
    capsys: pytest.CaptureFixture[str],
    flags: str,
    heard: Any,
) -> None:
    """With -q docker prints the id alone, and so it is here."""
    connected.run_line_magic("dcreate", f"{flags} --pull always -l {label} busybox")
    assert ("Status: " in capsys.readouterr().out) is heard


def test_an_image_that_is_there_is_fetched_anew_if_so_wished(
    engine: Engine, docker_cli: DockerCli, registry: Registry, label: str
) -> None:
    """--pull always."""
    docker_cli("pull", "busybox")
    lines: list[str] = []
    create(engine, "busybox", pull="always", labels=[label], on_progress=lines.append)
    assert lines[-1] == "Status: Image is up to date for busybox:latest"


def test_an_image_that_nobody_has_cannot_be_fetched(engine: Engine, registry: Registry, label: str) -> None:
    """The engine says why; nothing is made."""
    with pytest.raises((NotFound, EngineFault)):
        create(engine, "dmt/nobody:1", pull="missing", labels=[label], on_progress=lambda _: None)
    assert len(ps(engine, all=True, filter=[f"label={label}"])) == 0


@pytest.mark.parametrize("reply", [{}, {"Id": ""}, {"Id": 5, "Warnings": []}])
def test_an_engine_that_tells_no_id_is_told_so(reply: dict[str, Any]) -> None:
    """What it made has to be looked for."""
    with engine_that_says(reply) as (engine, _), pytest.raises(ProtocolError, match="without telling its id"):
        create(engine, "bb:1")


def test_whatever_stands_where_warnings_should_be_is_shown_or_passed_over() -> None:
    """It is an engine's text."""
    with engine_that_says({"Id": "a" * 64, "Warnings": ["red \x1b[31m", 5]}, []) as (engine, _):
        with pytest.warns(EngineWarning) as warned:
            create(engine, "bb:1")
    assert [str(each.message) for each in warned] == ["red  [31m", "5"]
    with engine_that_says({"Id": "a" * 64, "Warnings": "none"}, []) as (engine, asked):
        create(engine, "bb:1", name="web", platform="linux/amd64")
    assert asked[0] == "POST /containers/create?name=web&platform=linux%2Famd64"


def test_an_image_for_another_platform_is_another_image(engine: Engine, label: str) -> None:
    """The engine says which one it has."""
    with pytest.raises(NotFound, match="does not match the specified platform") as caught:
        create(engine, "bb:1", platform="linux/s390x", labels=[label])
    assert caught.value.hint.startswith("Fetch that one: %dpull --platform OS/ARCH bb:1")


@pytest.mark.parametrize("key", ["default", "host"])
def test_the_proxies_of_dockers_settings_are_the_containers(
    engine: Engine, docker_cli: DockerCli, label: str, isolated: Path, key: str
) -> None:
    """As docker gives them, but where another is said; those of a host are for that host."""
    key = engine.endpoint.host if key == "host" else key
    proxies = {key: {"httpProxy": "http://proxy:3128", "noProxy": "localhost"}, "tcp://other": {"ftpProxy": "x"}}
    settings = isolated / ".docker"
    settings.mkdir()
    (settings / "config.json").write_text(json.dumps({"proxies": proxies}))
    said = ["-e", "no_proxy=.example.org", "-e", "A=1"]
    docker_cli("--config", str(settings), "create", "--name", "dmt-theirs", "--label", label, *said, "bb:1")
    create(engine, "bb:1", name="dmt-ours", labels=label, env=said[1::2])
    ours, theirs = (sorted(inspect(docker_cli, name)["Config"]["Env"]) for name in ("dmt-ours", "dmt-theirs"))
    assert ours == theirs
    assert {"HTTP_PROXY=http://proxy:3128", "NO_PROXY=localhost", "no_proxy=.example.org"} <= set(ours)


def test_settings_that_cannot_be_read_are_warned_of(engine: Engine, label: str, isolated: Path) -> None:
    """And the container is made, as by docker."""
    (isolated / ".docker").mkdir()
    (isolated / ".docker" / "config.json").write_text("{")
    with pytest.warns(EngineWarning, match=r"config\.json cannot be understood"):
        assert len(create(engine, "bb:1", labels=label)) == 1


def test_a_name_in_use_is_a_conflict_with_a_way_out(engine: Engine, label: str) -> None:
    """In the engine's words."""
    create(engine, "bb:1", name="dmt-twice", labels=[label])
    with pytest.raises(Conflict, match='The container name "/dmt-twice" is already in use') as caught:
        create(engine, "bb:1", name="dmt-twice", labels=[label])
    assert caught.value.hint == "Take another --name, or remove that one: %drm -f dmt-twice"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"memory": "1m"}, "Minimum memory limit allowed is 6"),
        ({"memory": "64m", "memory_swap": "1m"}, "Minimum memoryswap limit should be larger than memory limit"),
        ({"cpus": 1000}, "Range of CPUs is from 0.01 to"),
        ({"volumes_from": "dmt-nobody"}, "No such container: dmt-nobody"),
        ({"name": "a b"}, "Invalid container name"),
    ],
)
def test_what_only_the_engine_can_know_it_says(engine: Engine, options: dict[str, Any], complaint: str) -> None:
    """Before anything is made; which names there may be is told."""
    with pytest.raises((BadRequest, NotFound), match=complaint) as caught:
        create(engine, "bb:1", **options)
    assert caught.value.hint.startswith("A name has two or more letters") == ("name" in options)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"memry": 1}, "there is no option memry. Did you mean memory?"),
        ({"detach": True}, "there is no option detach"),
        ({"pull": "sometimes"}, "--pull is one of always, missing, never, not 'sometimes'"),
        ({"name": " "}, "' ' is no name of a container"),
        ({"quiet": "no"}, "quiet is either True or False, not 'no'"),
        ({"rm": "no"}, "rm is either True or False, not 'no'"),
        ({"restart": "forever"}, "--restart is one of no, always, on-failure, unless-stopped, not 'forever'"),
        ({"memory": "64x"}, "--memory wants a size such as 64m or 1.5g, not '64x'"),
        ({"ports": {80: "http"}}, "--publish: a port is written"),
        ({"command": "sleep 60"}, 'the command is a list of words such as ["sleep", "60"], not \'sleep 60\''),
        ({"command": None}, "the command is a list of words"),
        ({"command": 5}, "the command is a list of words"),
        ({"command": [None]}, "the command is NoneType"),
    ],
)
def test_what_cannot_be_right_is_refused_without_an_engine(options: dict[str, Any], complaint: str) -> None:
    """Nobody is asked, so that nobody has to be there."""
    with Engine(unix_endpoint("/nowhere/docker.sock")) as nobody, pytest.raises(UsageError) as caught:
        create(nobody, "bb:1", **options)
    assert complaint in str(caught.value)


@pytest.mark.parametrize("value", [object(), {"a": {1, 2}}, "\ud800", 10**30])
def test_what_is_no_json_is_a_usage_error(engine: Engine, value: Any) -> None:
    """It is found before anything is sent."""
    with pytest.raises(UsageError, match="the body cannot be sent as JSON"):
        create(engine, "bb:1", set={"HostConfig.Memory": value})


def test_a_command_of_numbers_is_that_of_their_digits(engine: Engine, label: str) -> None:
    """So are numpy's in the body: they come out of frames."""
    command: list[Any] = ["sleep", 60]
    frame = create(engine, "bb:1", command, labels=label, set={"HostConfig.Memory": np.int64(64 * 2**20)})
    assert list(frame["command"]) == ["sleep 60"]
    assert engine.get(f"/containers/{frame['id'][0]}/json")["HostConfig"]["Memory"] == 64 * 2**20


def test_a_frame_that_is_no_name_is_told_in_one_line(engine: Engine) -> None:
    """Not as pandas draws it."""
    frame: Any = ps(engine)
    with pytest.raises(UsageError, match="is no name of an image") as caught:
        create(engine, frame)
    assert len(str(caught.value).splitlines()) == 1


def test_h_is_the_hostname_and_no_wish_for_help() -> None:
    """As with docker; --help is."""
    command = registry.load("create")
    assert parse(command, ["-h", "me", "bb:1"]) == {"hostname": "me", "image": "bb:1"}
    with pytest.raises(HelpWanted):
        parse(command, ["-h", "me", "--help"])


@pytest.mark.parametrize("flag", ["-a", "--attach", "--cidfile", "--detach-keys", "--sig-proxy", "--cpu-count"])
def test_a_flag_that_only_docker_has_is_told_so(flag: str) -> None:
    """With the way that there is instead."""
    with pytest.raises(UsageError, match=f"docker has {flag}, dockmagic has not"):
        parse(registry.load("create"), [flag, "x", "bb:1"])


def test_a_line_makes_a_container(connected: InteractiveShell, engine: Engine, label: str) -> None:
    """With Python's values in it, and under docker's long name too; -q gives the id."""
    connected.user_ns["limit"] = "64m"
    ids = connected.run_line_magic("dcontainer", f"create -q -l {label} -m {{limit}} --net none -h me bb:1 ls -la")
    assert ids == list(ps(engine, all=True, filter=[f"label={label}"])["id"])
    found = engine.get(f"/containers/{ids[0]}/json")
    assert (found["Config"]["Hostname"], found["Config"]["Cmd"]) == ("me", ["ls", "-la"])
    assert (found["HostConfig"]["Memory"], found["HostConfig"]["NetworkMode"]) == (64 * 1024**2, "none")


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (["--network"], "network"),
        (["-it", "--net"], "network"),
        (["--volumes-from"], "container"),
        (["--link"], "container"),
        (["-v"], "volume"),
        (["-e"], ""),
        (["-m", "64m"], "image"),
        (["--rm", "-i"], "image"),
    ],
)
def test_names_are_completed_where_they_are_wanted(before: list[str], kind: str) -> None:
    """Of networks, containers, volumes and images; nobody knows the others."""
    wanted = next_parameter(registry.load("create"), before)
    assert wanted is not None
    assert wanted.declared.complete == kind


def test_half_a_character_in_a_name_is_refused() -> None:
    """It cannot be sent."""
    with engine_that_says({}) as (engine, asked), pytest.raises(UsageError, match="half a character"):
        create(engine, "bb:1", name="\ud800x")
    assert asked == []
