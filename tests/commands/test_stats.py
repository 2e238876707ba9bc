"""`stats`: what containers use, as docker's own command line shows it of the same containers."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from IPython.core.completer import provisionalcompleter

import dockmagic
from dockmagic import ps, stats
from dockmagic.errors import NotFound
from tests.engines.http import request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli, DockerJson
    from tests.engines.dockerd import Dockerd

UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
MEANWHILE = 0.3
"""Seconds after which a snapshot has its first samples and not its second ones: nothing tells when."""


def size(text: str) -> float:
    """20.61MiB in bytes."""
    found = re.fullmatch(r"([0-9.]+)([A-Za-z]+)", text)
    assert found is not None
    return float(found[1]) * UNITS[found[2]]


@pytest.fixture
def runs(docker_cli: DockerCli, label: str) -> Callable[..., str]:
    """Return a function that runs a container in the background (name, script, flags); it returns the name."""

    def run(name: str, script: str = "sleep 1000", *flags: str) -> str:
        docker_cli("run", "-d", "--label", label, "--name", name, *flags, "bb:1", "sh", "-c", script)
        return name

    return run


@pytest.fixture
def loaded(runs: Callable[..., str], docker_cli: DockerCli) -> list[str]:
    """Run a container that has a third of a processor, and a paused one with 20 MB in memory of at most 100 MB."""
    busy = runs("dmt-busy", "yes >/dev/null", "--cpus", "0.3")
    script = "head -c 20000000 /dev/zero >/memory/file; mkfifo /filled; echo >/filled; sleep 1000"
    full = runs("dmt-full", script, "--memory", "100m", "--tmpfs", "/memory")
    docker_cli("exec", full, "sh", "-c", "until [ -p /filled ]; do sleep 0.01; done; cat /filled")
    docker_cli("pause", full)
    return [busy, full]


def between(first: Mapping[Any, Any], text: str, last: Mapping[Any, Any], column: str) -> bool:
    """Whether docker's figure, rounded to three digits or four, is that of one of two snapshots, or between them."""
    low, high = sorted((first[column], last[column]))
    return bool(low * 0.994 <= size(text) <= high * 1.006)


def test_it_agrees_with_the_docker_command_line(engine: Engine, docker_json: DockerJson, loaded: list[str]) -> None:
    """All but processors as docker shows it between two of our snapshots; of those, what a limit of 0.3 lets through.

    How much of that a second gets is the host's affair; that both make the same of the same figures, test_stats of
    frames/ shows.
    """
    first = stats(engine, loaded).set_index("name").to_dict("index")
    theirs = {row["Name"]: row for row in docker_json("stats", "--no-stream", *loaded)}
    last = stats(engine, loaded).set_index("name").to_dict("index")
    for name in loaded:
        shown, ours = theirs[name], last[name]
        memory, limit = shown["MemUsage"].split(" / ")
        assert between(first[name], memory, ours, "memory")
        assert size(limit) == pytest.approx(ours["memory_limit"], rel=0.001)
        assert ours["memory_percent"] == pytest.approx(ours["memory"] / ours["memory_limit"] * 100)
        for shares, columns in (("NetIO", ("network_rx", "network_tx")), ("BlockIO", ("block_read", "block_write"))):
            for text, column in zip(shown[shares].split(" / "), columns, strict=True):
                assert between(first[name], text, ours, column)
        assert (int(shown["PIDs"]), shown["ID"]) == (ours["pids"], ours["id"])
    used = {name: (last[name]["cpu_percent"], float(theirs[name]["CPUPerc"].rstrip("%"))) for name in loaded}
    assert all(0 < percent < 45 for percent in used["dmt-busy"])
    assert used["dmt-full"] == (0, 0)
    assert last["dmt-full"]["memory"] > 20_000_000
    assert last["dmt-full"]["memory_limit"] == 100 * 2**20


def test_memory_is_what_docker_says_of_the_same_figures(
    engine: Engine, docker_json: DockerJson, loaded: list[str]
) -> None:
    """To the last digit, once it has settled: what the start of a container used is given back bit by bit."""

    def both() -> tuple[str, str]:
        (shown,) = docker_json("stats", "--no-stream", "dmt-full")
        (ours,) = stats(engine, "dmt-full").to_dict("records")
        return shown["MemUsage"], f"{ours['memory'] / 2**20:.4g}MiB / {ours['memory_limit'] / 2**20:.4g}MiB"

    assert any(theirs == ours for theirs, ours in (both() for _ in range(20)))


def test_without_names_all_that_run_are_there(
    engine: Engine, docker_cli: DockerCli, docker_json: DockerJson, runs: Callable[..., str], label: str
) -> None:
    """Those and, with `all`, the others, in the order of `ps`; ids are cut, or not."""
    runs("dmt-runs-1"), runs("dmt-runs-2")
    docker_cli("create", "--label", label, "--name", "dmt-rests", "bb:1")
    assert list(stats(engine)["name"]) == list(ps(engine)["name"])
    frame = stats(engine, all=True, no_trunc=True)
    assert list(frame["id"]) == list(ps(engine, all=True, no_trunc=True)["id"])
    assert set(frame["id"]) == {row["ID"] for row in docker_json("stats", "--no-stream", "--all", "--no-trunc")}


def test_one_that_does_not_run_has_no_figures(
    engine: Engine, docker_json: DockerJson, runs: Callable[..., str], write: Callable[..., str]
) -> None:
    """Where docker shows zeros; it is no error."""
    names = [write("dmt-over", "true"), runs("dmt-runs")]
    frame = stats(engine, names)
    assert list(frame["name"]) == names
    figures = frame.drop(columns=["time", "id", "name"])
    assert figures.iloc[0].isna().all()
    assert figures.iloc[1].notna().all()
    assert frame["time"].notna().all()
    assert docker_json("stats", "--no-stream", "dmt-over")[0]["MemUsage"] == "0B / 0B"


def test_a_container_is_there_once_however_it_is_named(engine: Engine, runs: Callable[..., str]) -> None:
    """By its name, its id and the first digits of it, from a frame too; under its own name."""
    name = runs("dmt-once")
    frame = ps(engine, filter={"name": name}, no_trunc=True)
    (identity,) = frame["id"]
    assert list(stats(engine, [identity[:8], name, identity])["name"]) == [name]
    assert list(stats(engine, frame)["name"]) == [name]


def test_a_name_that_nobody_has_is_told_with_the_nearest_one(engine: Engine, runs: Callable[..., str]) -> None:
    """Before anything is sampled, as in docker: also beside one that is there."""
    name = runs("dmt-there")
    with pytest.raises(NotFound, match="no container dmt-theer on") as caught:
        stats(engine, [name, "dmt-theer"])
    assert f"Did you mean {name}?" in caught.value.hint


@pytest.mark.parametrize(
    ("asked", "left"),
    [(("DELETE", "/containers/dmt-ends?force=1"), []), (("POST", "/containers/dmt-ends/kill"), ["dmt-ends"])],
)
def test_one_that_ends_meanwhile(
    engine: Engine, engine_process: Dockerd, runs: Callable[..., str], asked: tuple[str, str], left: list[str]
) -> None:
    """Removed it is left out, which 20.10 tells by an empty reply; stopped it has no figures.

    An engine that is slow ends it only when the snapshot is over: then it is tried again.
    """
    stays = runs("dmt-stays")

    def ended_meanwhile() -> bool:
        request(engine_process.socket, "DELETE", "/containers/dmt-ends?force=1")
        names = [runs("dmt-ends"), stays]
        timer = threading.Timer(MEANWHILE, request, (engine_process.socket, *asked))
        timer.start()
        frame = stats(engine, names)
        timer.join()
        return (list(frame["name"]), frame["memory"].isna().sum()) == ([*left, stays], len(left))

    assert any(ended_meanwhile() for _ in range(5))


def test_a_series_samples_what_comes_and_goes(
    engine: Engine, engine_process: Dockerd, docker_cli: DockerCli, runs: Callable[..., str], label: str
) -> None:
    """A row per container and second; a time of its own for each round.

    One that is being removed has no figures, and on 26.1 no time.
    """
    first = runs("dmt-first", "yes >/dev/null", "--cpus", "0.2")
    docker_cli("create", "--label", label, "--name", "dmt-second", "bb:1", "sleep", "1000")

    def change() -> None:
        request(engine_process.socket, "POST", "/containers/dmt-second/start")
        request(engine_process.socket, "DELETE", f"/containers/{first}?force=1")

    timer = threading.Timer(2.5, change)
    timer.start()
    frame = stats(engine, duration="7s", interval="1s")
    timer.join()
    mine = frame[frame["name"].isin([first, "dmt-second"])]
    rounds = [set(names) for _, names in mine.groupby("time")["name"]]
    assert 3 <= frame["time"].nunique() <= 7  # an engine that is slow gives fewer
    assert rounds[0] == {first}
    assert rounds[-1] == {"dmt-second"}
    assert mine.loc[mine["name"] == first, "cpu_percent"].dropna().between(0, 40, inclusive="right").all()
    assert frame["time"].dropna().is_monotonic_increasing


@pytest.fixture
def magics(shell: InteractiveShell, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """Return a shell with the extension loaded, on the test engine."""
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    dockmagic.load_ipython_extension(shell)
    return shell


def test_the_magic_takes_dockers_flags(magics: InteractiveShell, runs: Callable[..., str]) -> None:
    """--no-stream is what a frame is anyway; `container stats` is docker's long form."""
    name = runs("dmt-magic")
    for magic, line in (("dstats", f"--no-stream --no-trunc {name}"), ("dcontainer", f"stats {name}")):
        frame = magics.run_line_magic(magic, line)
        assert list(frame["name"]) == [name]
    found = magics.run_line_magic("dps", "-q --filter name=dmt-magic")
    magics.user_ns["ids"] = found
    assert list(magics.run_line_magic("dstats", "{ids}")["name"]) == [name]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--no-stream=false", "%dstats: a stream of stats has no end"),
        ("--format json", "%dstats: --format is docker's way"),
        ("--interval 1s", "%dstats: --interval is that of a series"),
        ("--duration soon", "%dstats: --duration wants a duration such as 30s or 1m30s, not 'soon'"),
    ],
)
def test_what_cannot_be_is_one_line(
    magics: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    """With what to do instead."""
    magics.run_cell(f"%dstats {line}")
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_a_series_can_be_drawn(magics: InteractiveShell, runs: Callable[..., str]) -> None:
    """`--plot` gives Axes; a snapshot gives them too."""
    name = runs("dmt-drawn")
    plt.switch_backend("agg")
    for line in (f"--duration 2s --plot {name}", f"--plot {name}"):
        axes = magics.run_line_magic("dstats", line)
        assert [axis.get_ylabel() for axis in axes.figure.axes] == ["processors (% of one)", "memory (MiB)"]
        (legend,) = axes.figure.legends
        assert [text.get_text() for text in legend.get_texts()] == [name]
    plt.close("all")


def test_frames_can_be_put_together(engine: Engine, runs: Callable[..., str]) -> None:
    """One below the other, with the same dtypes."""
    runs("dmt-twice")
    first = stats(engine)
    both = pd.concat([first, stats(engine)], ignore_index=True)
    assert list(both.dtypes) == list(first.dtypes)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%dstats dmt-offer", ["dmt-offered"]),
        ("%dcontainer stats --duration 5s dmt-offer", ["dmt-offered"]),
        ("%dstats --dur", ["--duration"]),
        ("%dstats --pl", ["--plot"]),
    ],
)
def test_names_and_flags_are_completed(
    magics: InteractiveShell, runs: Callable[..., str], text: str, offered: list[str]
) -> None:
    """Names of containers."""
    runs("dmt-offered")
    assert magics.Completer is not None
    with provisionalcompleter():
        assert [each.text for each in magics.Completer.completions(text, len(text))] == offered
