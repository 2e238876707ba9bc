"""Rules of prunes on a real engine that random mixtures do not reach: swarms, builds in use, images without a date."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import builder_prune, container_prune, image_prune, network_prune, system_prune
from tests.commands.prunable_mixture import silent
from tests.engines.builds import buildkit_image
from tests.engines.http import request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dockmagic import Engine
    from tests.commands.prunable_mixture import Host
    from tests.conftest import DockerCli


@pytest.fixture
def host(prune_host: Host) -> Host:
    """Return the engine with nothing on it but bb:1."""
    prune_host.empty()
    prune_host.fill_with_created(0)
    return prune_host


@pytest.fixture
def own(host: Host) -> Iterator[Engine]:
    """Return dockmagic connected to it."""
    with dockmagic.connect(host.host) as engine:
        yield engine


def both(prune: Any, engine: Engine, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is shown, and what is removed then."""
    return prune(engine, tell=silent, **options), prune(engine, force=True, tell=silent, **options)


def names(frame: pd.DataFrame) -> list[str]:
    """The column."""
    return sorted(frame["name"].dropna())


def test_the_space_that_the_engine_tells_is_that_of_the_containers(
    own: Engine, host: Host, docker_cli: DockerCli
) -> None:
    """The preview foretells it to the byte: only layers of images are shared."""
    docker_cli("run", "--name", "job", "bb:1", "sh", "-c", "head -c 81350 /dev/zero > /file", host=host.host)
    host.ask("GET", "/containers/job/json")  # waits until all about its end is written down
    said: list[str] = []
    preview = container_prune(own, tell=said.append)
    assert preview[["kind", "name", "size", "removed"]].to_dict("records") == [
        {"kind": "container", "name": "job", "size": 81350, "removed": False}
    ]
    assert preview["created"][0] == dockmagic.ps(own, all=True)["created"][0]
    container_prune(own, force=True, tell=said.append)
    assert said == [
        "Would remove 1 container and free up to 81.35 kB. Nothing has been removed: add -f to do it.",
        "Removed 1 container; the engine freed 81.35 kB.",
    ]


def test_a_container_that_waits_to_be_restarted_runs_but_is_in_no_network(
    own: Engine, host: Host, docker_cli: DockerCli
) -> None:
    """Its network goes between two runs: so engines do."""
    docker_cli("network", "create", "back", host=host.host)
    docker_cli("create", "--restart", "always", "--network", "back", "--name", "again", "bb:1", "false", host=host.host)
    docker_cli("start", "again", host=host.host)
    deadline = time.monotonic() + 30
    while host.ask("GET", "/containers/again/json")["RestartCount"] < 5:  # the pauses double: seconds by then
        assert time.monotonic() < deadline
        time.sleep(0.05)
    while host.ask("GET", "/containers/json")[0]["State"] != "restarting":
        assert time.monotonic() < deadline
    shown, removed = both(network_prune, own)
    assert names(shown) == names(removed) == ["back"]
    assert removed["removed"].all()
    assert len(container_prune(own, tell=silent)) == 0


def test_networks_of_a_swarm_stay_while_a_service_or_a_container_is_in_them(
    own: Engine, host: Host, docker_cli: DockerCli
) -> None:
    """Its services need no task for that; what the swarm made for itself stays too."""
    docker_cli("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377", host=host.host)
    try:
        for name in ("of-service", "of-container", "of-nobody"):
            docker_cli("network", "create", "-d", "overlay", "--attachable", name, host=host.host)
        flags = ("--detach", "--replicas", "0", "--network", "of-service", "--name", "none-runs")
        docker_cli("service", "create", *flags, "bb:1", "sleep", "1000", host=host.host)
        docker_cli("run", "-d", "--network", "of-container", "bb:1", "sleep", "1000", host=host.host)
        shown, removed = both(network_prune, own)
        assert names(shown) == names(removed) == ["of-nobody"]
        assert removed["removed"].all()
        left = {"bridge", "docker_gwbridge", "host", "ingress", "none", "of-container", "of-service"}
        assert host.inventory()["network"] == left
    finally:
        docker_cli("service", "rm", "none-runs", host=host.host)
        docker_cli("swarm", "leave", "--force", host=host.host)


def test_an_image_that_nobody_dated_is_judged_as_the_engine_judges_it(own: Engine, host: Host) -> None:
    """Newer engines let it stay where `until` is given, and list it like one of 1970."""
    socket = host.host.removeprefix("unix://")
    load(socket, "epoch:1", created="1970-01-01T00:00:00Z")
    load(socket, "undated:1", created=None)
    shown, removed = both(image_prune, own, all=True, filter=["until=2000-01-01T00:00:00Z"])
    assert names(shown) == names(removed)
    assert removed["removed"].all()
    assert "epoch:1" in names(shown)
    tags = set(host.inventory()["tag"])
    assert tags == {"bb:1", *({"undated:1"} - set(names(shown)))}


def load(socket: str, reference: str, *, created: str | None) -> None:
    """Give the engine an image with this date, or none. API: POST /images/load."""
    layer = b"\0" * 10240
    config: dict[str, Any] = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": [reference]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    data = json.dumps(config | ({"created": created} if created else {})).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [reference], "Layers": ["layer.tar"]}]).encode()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in (("config.json", data), ("layer.tar", layer), ("manifest.json", manifest)):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    headers = {"Content-Type": "application/x-tar"}
    reply = request(socket, "POST", "/images/load", body=archive.getvalue(), headers=headers)
    assert b"Loaded image" in reply.body, reply


@pytest.fixture
def built(host: Host) -> Host:
    """Leave the cache of a chain of builds, and no image of them."""
    socket = host.host.removeprefix("unix://")
    steps = "".join(f"RUN head -c {size} /dev/zero > /f{size}\n" for size in (1000, 2000, 40000))
    buildkit_image(socket, "built:1", f"FROM bb:1\n{steps}")
    buildkit_image(socket, "built:2", f"FROM bb:1\n{steps}RUN touch /x\n")
    for tag in ("1", "2"):
        host.ask("DELETE", f"/images/built:{tag}")
    return host


def cache(host: Host) -> set[str]:
    """The ids of the build cache's records, as frames have them."""
    return {each["ID"][:12] for each in host.ask("GET", "/system/df")["BuildCache"] or []}


@pytest.mark.parametrize("size", [0, 1, 30_000, 45_000, 60_000])
def test_the_records_that_are_shown_are_those_that_go_until_enough_is_free(built: Host, own: Engine, size: int) -> None:
    """With --keep-storage the engine removes one after the other; without, all that nothing needs."""
    before = cache(built)
    shown, removed = both(builder_prune, own, keep_storage=size)
    assert set(shown["id"]) == before - cache(built)
    assert list(shown["id"]) == list(removed["id"])
    assert removed["removed"].all()


def test_records_that_were_used_since_are_kept(built: Host, own: Engine) -> None:
    """`until` is about the last use."""
    assert len(builder_prune(own, filter=["until=1h"], tell=silent)) == 0
    used = sorted(pd.Timestamp(each["LastUsedAt"]) for each in built.ask("GET", "/system/df")["BuildCache"])
    until = (used[-1] + pd.Timedelta("1s")).floor("s")
    before = cache(built)
    shown, removed = both(builder_prune, own, filter={"until": until})
    assert set(shown["id"]) == set(removed["id"]) == before - cache(built)
    assert [each["Shared"] for each in built.ask("GET", "/system/df")["BuildCache"]] == [True]  # with bb:1


def test_records_that_an_image_shares_get_their_rows_once_they_are_gone(host: Host, own: Engine) -> None:
    """Which ones only an image that goes shares, the engine does not tell before; the sentence says that some go."""
    socket = host.host.removeprefix("unix://")
    for size in (5000, 7000):
        buildkit_image(socket, "built:1", f"FROM bb:1\nRUN head -c {size} /dev/zero > /a\n")
    before = cache(host)
    said: list[str] = []
    shown = system_prune(own, tell=said.append)
    assert "Build cache records that only these images share go too. Nothing has been removed" in said[0]
    removed = system_prune(own, force=True, tell=said.append)
    more = set(removed["id"]) - set(shown["id"])
    assert len(more) == 1
    assert before - cache(host) == set(removed["id"][removed["kind"] == "build cache"])
    (name,) = removed["name"][removed["id"].isin(more)]
    assert "head -c 5000" in name
