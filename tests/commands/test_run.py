"""`run -d`: two requests, create and start, and what docker would have made of the same words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dockmagic import ps, run
from dockmagic.errors import BadRequest, Conflict, EngineFault, EngineWarning, NotFound, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from dockmagic import Engine
    from tests.conftest import DockerCli


def inspect(docker_cli: DockerCli, name: str) -> dict[str, Any]:
    """What docker tells of a container."""
    (found,) = json.loads(docker_cli("inspect", name))
    return dict(found)


def test_it_returns_the_new_containers_row(engine: Engine, label: str) -> None:
    """The same columns as `ps`, and it runs."""
    frame = run(engine, "bb:1", ["sleep", "1000"], detach=True, name="dmt-row", labels=[label])
    assert list(frame["name"]) == ["dmt-row"]
    assert list(frame["state"]) == ["running"]
    assert list(frame["id"]) == list(ps(engine, filter=[f"label={label}"])["id"])


def test_it_makes_what_docker_makes_of_the_same_options(
    engine: Engine, docker_cli: DockerCli, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name, environment, labels, ports and volumes of `docker create`, compared in what `inspect` tells."""
    monkeypatch.setenv("DMT_FROM_HERE", "yes")
    options = [
        "-e", "A=1", "-e", "B=x=y", "-e", "EMPTY=", "-l", label, "-l", "plain", "-l", "role=a=b",
        "-p", "8099:80", "-p", "127.0.0.1:8053:53/udp", "-p", "7000-7002:7000-7002", "-p", "6000",
        "-v", "dmt-run:/data", "-v", "/tmp:/host:ro", "-v", "/anonymous",
    ]  # fmt: skip
    docker_cli("create", "--name", "dmt-theirs", *options, "bb:1", "sleep", "9")
    values: dict[str, list[str]] = {}
    for flag, value in zip(options[::2], options[1::2], strict=True):
        values.setdefault(flag, []).append(value)
    run(
        engine,
        "bb:1",
        ["sleep", "9"],
        detach=True,
        name="dmt-ours",
        env=values["-e"],
        labels=values["-l"],
        ports=values["-p"],
        volumes=values["-v"],
    )
    theirs, ours = (inspect(docker_cli, name) for name in ("dmt-theirs", "dmt-ours"))
    assert sorted(ours["Config"]["Env"]) == sorted(theirs["Config"]["Env"])  # the engine itself shuffles them
    for part in ("Labels", "ExposedPorts", "Volumes", "Cmd", "Entrypoint", "Image", "WorkingDir"):
        assert ours["Config"][part] == theirs["Config"][part], part
    assert sorted(ours["HostConfig"]["Binds"]) == sorted(theirs["HostConfig"]["Binds"])  # docker's own order is random
    assert ours["HostConfig"]["PortBindings"] == theirs["HostConfig"]["PortBindings"]


def test_a_variable_without_a_value_takes_it_from_here(
    engine: Engine, docker_cli: DockerCli, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that has none here is passed on bare, as docker does it: it takes the image's own away."""
    monkeypatch.setenv("DMT_HERE", "a value")
    monkeypatch.delenv("DMT_NOWHERE", raising=False)
    run(engine, "bb:1", ["sleep", "9"], detach=True, name="dmt-env", labels=[label], env=["DMT_HERE", "DMT_NOWHERE"])
    set_there = [text for text in inspect(docker_cli, "dmt-env")["Config"]["Env"] if text.startswith("DMT_")]
    assert set_there == ["DMT_HERE=a value", "DMT_NOWHERE"]


def test_the_engines_warnings_are_shown(engine: Engine, foreign_image: str, label: str) -> None:
    """Each as an EngineWarning, each time."""
    for name in ("dmt-warned", "dmt-warned-again"):
        with pytest.warns(EngineWarning, match=r"platform \(linux/s390x.* does not match") as warned:
            run(engine, foreign_image, ["sleep", "9"], detach=True, name=name, labels=[label])
        assert len(warned) == 1


def test_without_detach_it_says_that_this_is_the_only_way(engine: Engine) -> None:
    """A feature that is not there is an error that says so."""
    with pytest.raises(UsageError, match="add -d"):
        run(engine, "bb:1")


def test_an_image_that_is_not_there_is_an_offer_to_pull_it(engine: Engine) -> None:
    """Docker would pull it; dockmagic does what it was told, and says what to type."""
    with pytest.raises(NotFound, match='no image "dmt/nobody:1" on') as caught:
        run(engine, "dmt/nobody:1", detach=True)
    assert caught.value.hint == "Fetch it first: %dpull dmt/nobody:1   or let it be fetched: --pull missing"


def test_a_name_in_use_is_a_conflict_in_the_engines_words(engine: Engine, label: str) -> None:
    """And nothing is made."""
    run(engine, "bb:1", ["sleep", "9"], detach=True, name="dmt-twice", labels=[label])
    with pytest.raises(Conflict, match='The container name "/dmt-twice" is already in use'):
        run(engine, "bb:1", ["sleep", "9"], detach=True, name="dmt-twice", labels=[label])
    assert len(ps(engine, all=True, filter=[f"label={label}"])) == 1


def test_a_container_that_does_not_start_stays_and_the_error_says_so(engine: Engine, label: str) -> None:
    """As with docker: it is there, created, to be looked at or removed."""
    with pytest.raises(BadRequest, match="executable file not found") as caught:
        run(engine, "bb:1", ["no-such-program"], detach=True, name="dmt-stays", labels=[label])
    assert caught.value.hint == "It was created but does not run: %drm dmt-stays"
    assert list(ps(engine, all=True, filter=[f"label={label}"])["state"]) == ["created"]


def test_a_port_in_use_is_told_with_the_container_that_has_it(engine: Engine, label: str) -> None:
    """The second one is created and does not run."""
    run(engine, "bb:1", ["sleep", "99"], detach=True, name="dmt-first", labels=[label], ports=["127.0.0.1:8731:80"])
    with pytest.raises(EngineFault, match="8731 failed: port is already allocated") as caught:
        run(
            engine, "bb:1", ["sleep", "99"], detach=True, name="dmt-second", labels=[label], ports=["127.0.0.1:8731:80"]
        )
    assert caught.value.hint.startswith(
        "It was created but does not run: %drm dmt-second   Port 8731 is that of dmt-first"
    )


def test_an_unknown_network_is_found_out_at_the_start(engine: Engine, label: str) -> None:
    """By engines of all versions that are supported."""
    with pytest.raises(NotFound, match="network dmt-nowhere not found") as caught:
        run(engine, "bb:1", ["sleep", "99"], detach=True, name="dmt-lonely", labels=[label], network="dmt-nowhere")
    assert "It was created but does not run: %drm dmt-lonely" in caught.value.hint
    assert "%dnetwork create dmt-nowhere" in caught.value.hint


def test_what_removes_itself_leaves_nothing_if_it_does_not_start(engine: Engine, label: str) -> None:
    """The engine removes it, and the error says so."""
    with pytest.raises(BadRequest) as caught:
        run(engine, "bb:1", ["no-such-program"], detach=True, rm=True, name="dmt-gone", labels=[label])
    assert caught.value.hint == "It was created, did not start, and is gone again because of --rm."
    assert len(ps(engine, all=True, filter=[f"label={label}"])) == 0


def test_what_has_removed_itself_already_has_a_row() -> None:
    """With its id, for whoever asks for it; a state it has no more."""
    row = {"Id": "a" * 64, "Names": ["/short"], "State": "created", "Status": "Created"}
    with engine_that_says({"Id": "a" * 64, "Warnings": []}, [row], None, []) as (engine, asked):
        frame = run(engine, "bb:1", ["true"], detach=True, rm=True)
    assert (list(frame["id"]), list(frame["name"])) == (["a" * 12], ["short"])
    assert frame["state"].isna().all()
    assert [each.partition("?")[0] for each in asked] == [
        "POST /containers/create",
        "GET /containers/json",
        f"POST /containers/{'a' * 64}/start",
        "GET /containers/json",
    ]


def test_what_removes_itself_when_it_ends_has_a_row_too(engine: Engine, label: str) -> None:
    """Whether it has ended by then or not."""
    frame = run(engine, "bb:1", ["true"], detach=True, rm=True, name="dmt-short", labels=[label])
    assert list(frame["name"]) == ["dmt-short"]


def test_it_runs_with_nobody_attached(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """As `docker run -d`, also with -i: its input is open, and nobody writes into it."""
    theirs = docker_cli("run", "-d", "-i", "--label", label, "bb:1", "cat").strip()
    ours = run(engine, "bb:1", ["cat"], detach=True, interactive=True, labels=[label])["id"][0]
    members = ("AttachStdin", "AttachStdout", "AttachStderr", "OpenStdin", "StdinOnce", "Tty")
    config = {name: inspect(docker_cli, name)["Config"] for name in (theirs, ours)}
    assert [config[ours][member] for member in members] == [config[theirs][member] for member in members]


def test_the_options_of_create_are_those_of_run(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """And take effect: the process has its limits, its user and its network."""
    script = (
        "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; id -u; hostname; pwd"
    )
    options: dict[str, Any] = {"memory": "64m", "user": 7, "hostname": "me", "workdir": "/tmp", "network": "none"}
    name = run(engine, "bb:1", ["sh", "-c", script], detach=True, labels=[label], **options)["id"][0]
    docker_cli("wait", name)
    assert docker_cli("logs", name).split() == ["67108864", "7", "me", "/tmp"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"image": ""}, "'' is no name of an image"),
        ({"name": " "}, "' ' is no name of a container"),
        ({"ports": ["eighty:80"]}, "eighty:80"),
        ({"ports": ["70000:80"]}, "70000:80"),
        ({"ports": ["1-3:1-2"]}, "maps 3 ports of the host to 2 of the container"),
        ({"volumes": ["data:relative"]}, "a volume is written"),
        ({"env": ["=value"]}, "an environment variable is written"),
        ({"labels": ["=value"]}, "a label is written"),
    ],
)
def test_what_can_not_be_right_is_refused_before_any_request(
    engine: Engine, options: dict[str, Any], complaint: str
) -> None:
    """In one line that shows the right form."""
    with pytest.raises(UsageError, match=complaint):
        run(engine, **{"image": "bb:1", "detach": True, **options})
