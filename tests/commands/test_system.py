"""`info` and `version`: what the engine says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dockmagic
from dockmagic import info, version

if TYPE_CHECKING:
    from dockmagic import Engine
    from tests.conftest import DockerJson


def test_info_agrees_with_the_docker_command_line(engine: Engine, docker_json: DockerJson) -> None:
    """One row, every number and name as `docker info` gives it."""
    (theirs,) = docker_json("info")
    frame = info(engine)
    assert len(frame) == 1
    row = frame.iloc[0].to_dict()
    assert row.pop("api_version") == engine.api_version
    assert row.pop("warnings") == [" ".join(text.split()) for text in theirs["Warnings"] or []]
    assert row == {
        "name": theirs["Name"],
        "engine_version": theirs["ServerVersion"],
        "os": theirs["OperatingSystem"],
        "kernel": theirs["KernelVersion"],
        "architecture": theirs["Architecture"],
        "cpus": theirs["NCPU"],
        "memory": theirs["MemTotal"],
        "containers": theirs["Containers"],
        "running": theirs["ContainersRunning"],
        "paused": theirs["ContainersPaused"],
        "stopped": theirs["ContainersStopped"],
        "images": theirs["Images"],
        "storage_driver": theirs["Driver"],
        "cgroup_version": theirs["CgroupVersion"],
        "root_dir": theirs["DockerRootDir"],
        "swarm": theirs["Swarm"]["LocalNodeState"],
    }


def test_a_warning_of_several_lines_is_one_text(plain_tcp: object) -> None:
    """The engine warns of a listener without TLS in three lines."""
    with dockmagic.connect("tcp://127.0.0.1:2375") as engine:
        (warning,) = [text for text in info(engine)["warnings"][0] if "API is accessible on" in text]
    assert "\n" not in warning
    assert "http://127.0.0.1:2375 without encryption" in warning


def test_version_agrees_with_the_docker_command_line(engine: Engine, docker_json: DockerJson) -> None:
    """Dockmagic stands first, as docker's client does there; then the engine and its parts."""
    ((theirs),) = docker_json("version")
    frame = version(engine)
    assert frame["component"][0] == "dockmagic"
    assert frame["version"][0] == dockmagic.__version__
    parts = theirs["Server"]["Components"]
    assert list(frame["component"][1:]) == [part["Name"] for part in parts]
    assert list(frame["version"][1:]) == [part["Version"] for part in parts]
    assert [untimed(details) for details in frame["details"][1:]] == [untimed(part["Details"]) for part in parts]


def untimed(details: dict[str, str]) -> dict[str, str]:
    """Leave out the time of the build, which docker rewrites as "Thu May  7 21:09:36 2026"."""
    return {name: text for name, text in details.items() if name != "BuildTime"}
