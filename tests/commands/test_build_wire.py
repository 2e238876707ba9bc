"""The classic build's request, beside that of docker's own command line: the same query of the same flags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

import dockmagic
from dockmagic import registry
from dockmagic.arguments import arguments
from dockmagic.options import parse
from tests.engine.scripted import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.builds import Context
    from tests.conftest import DockerCli
    from tests.engine.scripted import Peer

VERSION = "1.41"
IDENTITY = "sha256:" + "0" * 64

FLAGS = [
    "-t web:1 -t web:2",
    "--build-arg A=1 --build-arg B=x=y --build-arg DMT_HERE --build-arg DMT_NOWHERE",
    "--label a=b --label c=d=e --label bare",
    "--target base",
    "--no-cache",
    "--pull",
    "--cache-from one:1 --cache-from two:2",
    "--rm=false",
    "--force-rm",
    "--network host",
    "--add-host one:10.0.0.1 --add-host two:10.0.0.2",
    "--shm-size 64m",
    "--ulimit nofile=1024:2048 --ulimit core=0",
    "-m 512m --memory-swap 1g",
    "--memory 512m --memory-swap -1",
    "-c 512 --cpu-period 50000 --cpu-quota 25000",
    "--cpuset-cpus 0-1 --cpuset-mems 0",
    "--cgroup-parent /parent",
    "--security-opt label=disable --security-opt seccomp=unconfined",
    "--platform linux/arm64",
]
"""Flags of both, and where docker's own client would look twice (--squash) none."""


def engine_that_notes(asked: list[str]) -> Callable[[Peer], None]:
    """A script of an engine that builds nothing, and notes the queries of builds."""

    def script(peer: Peer) -> None:
        while True:
            request = peer.request()
            said: Any = {}
            if "/build" in request.target:
                asked.append(urlsplit(request.target).query)
                said = {"aux": {"ID": IDENTITY}}
            elif "/images/json" in request.target:
                said = []
            elif request.target.endswith("/json"):
                said = {"Id": IDENTITY, "Size": 1}
            elif request.target.endswith("/info"):
                said = {"OSType": "linux"}
            body = b"" if request.method == "HEAD" else json.dumps(said).encode()
            head = f"HTTP/1.1 200 OK\r\nApi-Version: {VERSION}\r\nOstype: linux\r\nServer: Docker/20.10\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            peer.send(head.encode() + (body if "/_ping" not in request.target else b"O" * len(body)))
            return

    return script


def meaning(query: str) -> dict[str, Any]:
    """The parameters of a query, without what is as if it were not there, in one form."""
    found = {}
    for name, values in parse_qs(query).items():
        value: Any = values if name in {"t", "extrahosts", "securityopt"} else values[0]
        if name in {"buildargs", "labels", "cachefrom", "ulimits"}:
            value = json.loads(value)
        if name == "ulimits":
            value = sorted(value or (), key=lambda each: each["Name"])
        value = {"true": "1", "false": "0"}.get(value, value) if isinstance(value, str) else value
        if value not in ("0", "", {}, [], "default", None) or name == "rm":
            found[name] = value
    found.pop("version", None)  # 1, of which there is no other without it
    return {**found, "rm": found.get("rm", "1")}


@pytest.mark.parametrize("flags", FLAGS)
def test_the_query_is_that_of_dockers_own_client(
    flags: str, docker_cli: DockerCli, context: Context, monkeypatch: pytest.MonkeyPatch, isolated: Path
) -> None:
    """Of every flag that the classic builder has."""
    where = context("FROM bb:1 AS base\n")
    monkeypatch.setenv("DMT_HERE", "here")
    asked: list[str] = []
    with serving(engine_that_notes(asked)) as server:
        host = f"unix://{server.path}"
        words = flags.replace("DMT_HERE", "DMT_HERE=here")  # the fixture's docker has an environment of its own
        docker_cli("build", *words.split(), where, host=host)
        with dockmagic.connect(host) as engine:
            command = registry.load("build")
            options = parse(command, arguments(f"--builder classic --progress none {flags} {where}", {}))
            command.function(engine, **options)
    theirs, ours = map(meaning, asked)
    assert ours == theirs
