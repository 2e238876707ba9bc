"""The docker command line on the demo: its own client is the judge of what the demo answers."""

from __future__ import annotations

import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.engines.programs import client_version, find

if TYPE_CHECKING:
    from pathlib import Path

    from dockmagic.demo import Demo
    from tests.demo.conftest import Cli


def test_it_lists_what_the_demo_begins_with(cli: Cli) -> None:
    """Five images with names, three without, and docker's three networks."""
    images = [(row["Repository"], row["Tag"]) for row in cli.json("images", "--filter", "dangling=false")]
    assert sorted(images) == [
        *(("busybox", "latest"), ("nginx", "latest"), ("postgres", "17"), ("python", "3.13"), ("redis", "7")),
    ]
    assert len(cli.lines("images", "-q", "--filter", "dangling=true")) == 3
    assert sorted(row["Name"] for row in cli.json("network", "ls")) == ["bridge", "host", "none"]
    assert cli.lines("ps", "-aq") == []
    assert cli.lines("volume", "ls", "-q") == []


def test_run_prints_what_the_script_writes_and_ends_with_its_code(cli: Cli) -> None:
    """On both streams."""
    done = cli("run", "busybox", "sh", "-c", "echo a; echo b >&2; exit 3", code=3)
    assert (done.stdout, done.stderr) == ("a\n", "b\n")
    assert cli("run", "--rm", "busybox", "false", code=1).stdout == ""
    assert cli("run", "--rm", "--entrypoint", "echo", "busybox", "hello").stdout == "hello\n"
    assert [row["Status"].split(" ")[:2] for row in cli.json("ps", "-a")] == [["Exited", "(3)"]]


def test_a_service_runs_on_and_is_stopped(cli: Cli) -> None:
    """With ports, logs, processes and stats; then it is removed."""
    identity = cli("run", "-d", "--name", "web", "-p", "8080:80", "nginx").stdout.strip()
    (row,) = cli.json("ps")
    assert (row["ID"], row["Names"], row["State"]) == (identity[:12], "web", "running")
    assert "0.0.0.0:8080->80/tcp" in row["Ports"]
    assert cli.lines("port", "web")[0] == "80/tcp -> 0.0.0.0:8080"
    assert "ready for start up" in cli("logs", "web").stdout
    assert "nginx: master process" in cli("top", "web").stdout
    (stats,) = cli.json("stats", "--no-stream", "web")
    assert (stats["Name"], stats["PIDs"]) == ("web", "3")
    refused = cli("run", "-d", "-p", "8080:80", "nginx", code=125)
    assert "port is already allocated" in refused.stderr
    assert "stop the container before removing or force remove" in cli("rm", "web", code=1).stderr.lower()
    for action in ("pause", "unpause", "restart", "stop", "start", "kill", "rm"):
        assert cli(action, "web").stdout == "web\n"
    assert "No such container: web" in cli("logs", "web", code=1).stderr


def test_exec_prints_and_ends_with_its_code(cli: Cli) -> None:
    """And says what the machine is."""
    cli("run", "-d", "--name", "web", "-e", "COLOUR=green", "nginx")
    assert "Debian GNU/Linux 12" in cli("exec", "web", "cat", "/etc/os-release").stdout
    assert "COLOUR=green" in cli.lines("exec", "web", "env")
    assert cli("exec", "-i", "web", "sh", "-c", "echo hi; exit 4", code=4, stdin="").stdout == "hi\n"
    assert cli("exec", "-d", "web", "true").stdout == ""


def test_what_is_typed_is_read_up_to_its_end(cli: Cli) -> None:
    """By cat, and by a shell line by line; nothing waits for more, and nothing that was typed early is lost."""
    assert cli("run", "-i", "--rm", "busybox", "cat", stdin="one\ntwo").stdout == "one\ntwo"
    assert cli("run", "-i", "--rm", "busybox", "cat", stdin="").stdout == ""
    assert (
        cli("run", "-i", "--rm", "busybox", "sh", stdin="echo a; echo b\nexit 4\necho c\n", code=4).stdout == "a\nb\n"
    )
    cli("run", "-d", "--name", "web", "nginx")
    assert cli("exec", "-i", "web", "sh", stdin="A=5\necho $A\n").stdout == "5\n"
    assert cli("exec", "web", "nginx", "-v").stdout == "nginx version: nginx/1.27.2\n"
    assert cli("run", "--rm", "python:3.13", "python", "--version").stdout == "Python 3.13.1\n"


def test_inspect_knows_every_kind(cli: Cli) -> None:
    """Containers, images, volumes and networks."""
    cli("volume", "create", "data")
    cli("create", "--name", "box", "-v", "data:/data", "--label", "a=b", "busybox", "true")
    assert cli("inspect", "-f", "{{.State.Status}} {{.Config.Labels.a}}", "box").stdout == "created b\n"
    assert cli("inspect", "-f", "{{(index .Mounts 0).Name}}", "box").stdout == "data\n"
    assert cli("image", "inspect", "-f", "{{.Os}}/{{.Architecture}}", "redis:7").stdout == "linux/amd64\n"
    assert cli("volume", "inspect", "-f", "{{.Driver}}", "data").stdout == "local\n"
    assert cli("network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", "bridge").stdout == "172.17.0.0/16\n"
    assert "No such" in cli("inspect", "nope", code=1).stderr or "no such" in cli("inspect", "nope", code=1).stderr


def test_pull_shows_layers_and_what_it_got(cli: Cli) -> None:
    """A second time there is nothing newer; what is not there is told in the registry's words."""
    assert "Status: Downloaded newer image for alpine:3.20" in cli.lines("pull", "alpine:3.20")
    assert "Status: Image is up to date for alpine:3.20" in cli.lines("pull", "alpine:3.20")
    assert "pull access denied for nope" in cli("pull", "nope", code=1).stderr
    assert "manifest for alpine:zz not found" in cli("pull", "alpine:zz", code=1).stderr
    cli("pull", "--all-tags", "alpine")
    assert cli.lines("images", "--format", "{{.Tag}}", "alpine") == ["3", "3.20", "latest"]
    assert cli("run", "--rm", "hello-world").stdout.strip().startswith("Hello from Docker!")


def test_build_tells_its_steps_and_gives_an_image_that_runs(cli: Cli, tmp_path: Path) -> None:
    """By the classic builder; a command that fails gives docker's words."""
    (tmp_path / "f").write_text("x")
    (tmp_path / "Dockerfile").write_text("FROM busybox\nARG A=1\nCOPY f /f\nRUN echo $A\nCMD echo hi\n")
    told = cli("build", "-t", "app", "--build-arg", "A=seven", "--label", "k=v w", str(tmp_path)).stdout
    assert "seven" in told.splitlines()
    assert "Successfully tagged app:latest" in told.splitlines()
    assert cli("run", "--rm", "app").stdout == "hi\n"
    assert cli("inspect", "-f", "{{.Config.Labels.k}}", "app").stdout == "v w\n"
    assert next(row["Size"] for row in cli.json("history", "app")) == "0B"
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN exit 7\n")
    failed = cli("build", str(tmp_path), code=7)
    assert "The command '/bin/sh -c exit 7' returned a non-zero code: 7" in failed.stderr


def test_prunes_remove_what_docker_would(cli: Cli) -> None:
    """Each kind, then all that is left."""
    cli("run", "--name", "done", "busybox", "true")
    cli("network", "create", "empty")
    cli("volume", "create", "data")
    assert "Total reclaimed space" in cli("container", "prune", "-f").stdout
    assert "empty" in cli("network", "prune", "-f").stdout
    assert len([line for line in cli.lines("image", "prune", "-f") if line.startswith("deleted: ")]) == 6
    cli("volume", "prune", "-f")
    named = ["data"] if client_version() >= (23,) else []  # an older client speaks 1.41, which takes named ones too
    assert cli.lines("volume", "ls", "-q") == named
    cli("system", "prune", "-af", "--volumes")
    assert (cli.lines("images", "-q"), cli.lines("ps", "-aq")) == ([], [])


def test_events_are_told_while_they_happen(cli: Cli, demo: Demo) -> None:
    """And afterwards, with `--since`."""
    command = [find("docker"), "--host", demo.host, "events", "--filter", "type=container", "--format", "{{.Action}}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
        while not demo.call(lambda: len(demo.world.events.listeners)):
            threading.Event().wait(0.01)
        cli("run", "--rm", "busybox", "true")
        assert following.stdout
        heard = [following.stdout.readline().strip() for _ in range(5)]
        following.terminate()
    assert heard == ["create", "attach", "start", "die", "destroy"]
    past = cli.lines(
        "events", "--since", "1h", "--until", str(int(time.time()) + 1), "--format", "{{.Type}} {{.Action}}"
    )
    assert {"container create", "network connect", "container destroy"} <= set(past)


def test_logs_are_followed(cli: Cli, demo: Demo) -> None:
    """Up to the end of the container."""
    cli("run", "-d", "--name", "counts", "busybox", "sh", "-c", "for i in 1 2 3; do echo $i; sleep 0.1; done")
    assert cli.lines("logs", "-f", "counts") == ["1", "2", "3"]
    stamped = cli.lines("logs", "-t", "--tail", "1", "counts")
    assert stamped[0].endswith("Z 3")


def test_system_says_that_it_is_the_demo(cli: Cli) -> None:
    """In info, version, and df."""
    assert cli("info", "-f", "{{.Name}} {{.ServerVersion}}").stdout.strip().endswith("-demo")
    assert cli("version", "-f", "{{.Server.APIVersion}} {{.Server.MinAPIVersion}}").stdout == "1.45 1.41\n"
    kinds = {row["Type"]: row["TotalCount"] for row in cli.json("system", "df")}
    assert kinds == {"Images": "8", "Containers": "0", "Local Volumes": "0", "Build Cache": "0"}
    assert "python" in cli("system", "df", "-v").stdout


def test_containers_join_networks(cli: Cli) -> None:
    """And leave them."""
    cli("network", "create", "--subnet", "10.9.0.0/24", "blue")
    cli("run", "-d", "--name", "one", "--network", "blue", "redis:7")
    address = "{{.NetworkSettings.Networks.blue.IPAddress}}"
    assert cli("inspect", "-f", address, "one").stdout == "10.9.0.2\n"
    cli("network", "connect", "bridge", "one")
    assert "active endpoints" in cli("network", "rm", "blue", code=1).stderr
    cli("network", "disconnect", "blue", "one")
    assert cli("network", "rm", "blue").stdout == "blue\n"


def test_images_are_tagged_committed_and_removed(cli: Cli) -> None:
    """With docker's words for what stands in the way."""
    cli("tag", "busybox", "mine:1")
    assert cli("rmi", "mine:1").stdout == "Untagged: mine:1\n"
    cli("run", "--name", "box", "busybox", "true")
    assert "is using its referenced image" in cli("rmi", "busybox", code=1).stderr
    assert cli("commit", "box", "saved:1").stdout.startswith("sha256:")
    assert cli("run", "--rm", "saved:1", "echo", "again").stdout == "again\n"
    assert cli("wait", "box").stdout == "0\n"
    assert cli("rename", "box", "crate").stdout == ""
    assert cli("diff", "crate").stdout == ""
    assert "crate" in cli("update", "--memory", "64m", "--memory-swap", "-1", "crate").stdout


@pytest.mark.parametrize(
    "arguments", [("push", "busybox"), ("search", "web"), ("save", "busybox", "-o", "x"), ("cp", "box:/etc", "-")]
)
def test_what_the_demo_does_not_do_it_says(cli: Cli, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Instead of pretending."""
    cli("create", "--name", "box", "busybox")
    given = [str(tmp_path / "x") if each == "x" else each for each in arguments]
    assert "the demo engine does not do this" in cli(*given, code=1).stderr
