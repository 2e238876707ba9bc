"""`build`: with both builders, what docker's own command line would have made of the same words."""

from __future__ import annotations

import contextlib
import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from dockmagic import build, images
from dockmagic.errors import BuildError, EngineWarning, UsageError
from dockmagic.feeds.build_lines import BuildLines
from tests.builder.session_builds import built_in_client, docker_build
from tests.commands.builds import image_config, older_than_23

if TYPE_CHECKING:
    from dockmagic import Engine
    from tests.commands.builds import Context, Made
    from tests.conftest import DockerCli
    from tests.engines.registry import Registry

STAGES = """FROM bb:1 AS base
ARG A=default
RUN echo "A is $A"
FROM base AS middle
ENV STAGE=middle
FROM bb:1
COPY --from=base /etc/passwd /copied
ENV STAGE=last
CMD ["sh", "-c", "true"]
"""


def test_it_makes_what_docker_makes_of_the_same_words(
    made: Made, docker_cli: DockerCli, label: str, context: Context
) -> None:
    """The same configuration and the same files, of the same options."""
    where = context(STAGES, a__txt="a")
    docker_cli("build", "-t", "dmt-theirs:1", "--label", label, "--label", "k=v=w", "--label", "bare", where)
    made(where, tags="dmt-ours:1", labels=["k=v=w", "bare"])
    theirs, ours = (image_config(docker_cli, name) for name in ("dmt-theirs:1", "dmt-ours:1"))
    for part in ("Labels", "Env", "Cmd", "Entrypoint", "WorkingDir"):
        assert (ours["Config"][part] or None) == (theirs["Config"][part] or None), part
    assert (ours["Architecture"], ours["Os"]) == (theirs["Architecture"], theirs["Os"])
    listed = [
        docker_cli("run", "--rm", "--label", label, f"dmt-{whose}:1", "find", "/", "-xdev", "-name", "copied")
        for whose in ("theirs", "ours")
    ]
    assert listed == ["/copied\n", "/copied\n"]


def test_buildkit_makes_what_dockers_own_buildkit_client_makes(
    engine: Engine, docker_cli: DockerCli, label: str, context: Context
) -> None:
    """Which docker 20.10 has built in, and newer ones as buildx."""
    docker = built_in_client()
    if docker is None:
        pytest.skip("neither docker 20.10 nor buildx is here")
    where = context("", a="a")
    flags = [
        "--label",
        label,
        "--label",
        "k=v",
        "--build-arg",
        "A=1",
        "--target",
        "middle",
        "--add-host",
        "one:10.0.0.1",
    ]
    name = docker_build(docker, engine.host, context.path, STAGES, *flags)
    build(
        engine,
        where,
        dockerfile=STAGES,
        tags="dmt-ours:2",
        labels=[label, "k=v"],
        build_args="A=1",
        target="middle",
        add_host="one:10.0.0.1",
        builder="buildkit",
        progress="none",
    )
    theirs, ours = (image_config(docker_cli, each) for each in (name, "dmt-ours:2"))
    assert ours["Config"] == theirs["Config"]
    assert ours["RootFS"] == theirs["RootFS"]  # the same layers: the second build came from the first one's cache


def test_the_frame_has_a_row_for_each_tag_in_their_order(made: Made, context: Context) -> None:
    """The rows of `images`; names are as docker shows them, and latest is a tag."""
    where = context("FROM bb:1\nENV A=1\n")
    frame = made(where, tags=["dmt-b:2", "dmt-a:1", "docker.io/library/dmt-c", "localhost:5000/x/dmt-d:3"])
    names = list(zip(frame["repository"], frame["tag"], strict=True))
    assert names == [("dmt-b", "2"), ("dmt-a", "1"), ("dmt-c", "latest"), ("localhost:5000/x/dmt-d", "3")]
    expected = images(made.engine, "dmt-a")
    assert list(frame.dtypes) == list(expected.dtypes)
    assert list(frame.columns) == list(expected.columns)
    assert frame["id"].nunique() == 1
    assert list(frame[frame["tag"] == "1"]["id"]) == list(expected["id"])


def test_without_a_tag_the_row_has_no_name(made: Made, context: Context) -> None:
    """Also where the image is one that others were made of."""
    where = context(f"FROM bb:1\nENV A={uuid.uuid4().hex}\n")
    frame = made(where)
    assert frame["repository"].isna().all()
    assert list(frame["dangling"]) == [True]
    if not made.buildkit:  # which makes images that know their parents, and finds an image by its id
        made(None, f"FROM {frame['id'].iloc[0]}\nENV B=1\n", tags="dmt-child:1")
    assert list(made(where)["id"]) == list(frame["id"])


def test_steps_are_a_frame_of_what_was_done(made: Made, context: Context) -> None:
    """A row each; what was there already is cached the second time."""
    where = context(STAGES)
    frame = made(where, steps=True, build_args={"A": uuid.uuid4().hex})
    assert list(frame.columns) == ["step", "stage", "name", "cached", "started", "seconds", "status", "error"]
    ran = frame[frame["name"].str.startswith("RUN")]
    assert list(ran["stage"]) == ["base"]
    assert list(ran["status"]) == ["done"]
    assert (ran["seconds"] > 0).all()
    again = made(where, steps=True)
    again = made(where, steps=True)
    assert again[again["name"].str.startswith(("RUN", "COPY"))]["cached"].all()
    assert frame["error"].isna().all()


def test_build_args_are_given_or_taken_from_here(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name alone has the value it has here, and without one the Dockerfile's."""
    monkeypatch.setenv("DMT_HERE", f"here {uuid.uuid4().hex}")
    monkeypatch.delenv("DMT_NOWHERE", raising=False)
    dockerfile = "FROM bb:1\nARG DMT_HERE\nARG DMT_NOWHERE=default\nARG C\n"
    dockerfile += 'RUN echo "<$DMT_HERE|$DMT_NOWHERE|$C>"\n'
    made(None, dockerfile, build_args=["DMT_HERE", "DMT_NOWHERE", "C=x=y"])

    assert f"<{os.environ['DMT_HERE']}|default|x=y>" in made.printed
    made(None, dockerfile, build_args={"DMT_HERE": "1", "C": None}, no_cache=True)
    assert "<1|default|>" in made.printed


def test_a_target_is_where_it_stops(made: Made, docker_cli: DockerCli, context: Context) -> None:
    """The stages behind it are not built."""
    made(context(STAGES), target="middle", tags="dmt-target:1")
    assert "STAGE=middle" in image_config(docker_cli, "dmt-target:1")["Config"]["Env"]


def test_no_cache_does_every_step_anew(made: Made) -> None:
    """Without it the second time nothing is done."""
    dockerfile = f"FROM bb:1\nRUN echo {uuid.uuid4().hex}\n"
    frames = [made(None, dockerfile, steps=True, no_cache=no_cache) for no_cache in (False, False, True)]
    cached = [frame["cached"][frame["name"].str.startswith("RUN")].all() for frame in frames]
    assert cached == [False, True, False]


def test_pull_asks_the_registry_for_a_newer_base(made: Made, registry: Registry) -> None:
    """Which has no bb:1: without the flag the engine's own is taken."""
    made(None, "FROM bb:1\n")
    with pytest.raises(BuildError, match="bb:1"):
        made(None, "FROM bb:1\n", pull=True)
    made(None, "FROM busybox\nRUN true\n", pull=True)


def test_a_base_that_is_not_there_is_fetched(made: Made, registry: Registry, docker_cli: DockerCli) -> None:
    """As docker does."""
    docker_cli("image", "rm", "-f", "busybox")
    frame = made(None, f"FROM busybox\nRUN echo {uuid.uuid4().hex}\n", tags="dmt-fetched:1")
    assert list(frame["repository"]) == ["dmt-fetched"]


def test_cache_from_names_images_whose_steps_count(made: Made, docker_cli: DockerCli) -> None:
    """The classic builder takes steps from these alone."""
    dockerfile = f"FROM bb:1\nRUN echo {uuid.uuid4().hex}\n"
    made(None, dockerfile, tags="dmt-cache:1")
    steps = made(None, dockerfile, cache_from="dmt-cache:1", steps=True)
    assert steps[steps["name"].str.startswith("RUN")]["cached"].all()
    if not made.buildkit:
        made(None, f"FROM bb:1\nENV X={uuid.uuid4().hex}\n", tags="dmt-other:1")
        steps = made(None, dockerfile, cache_from=["dmt-other:1"], steps=True)
        assert not steps["cached"].any()


def test_run_has_the_network_that_is_named(made: Made) -> None:
    """None has a loopback device alone."""
    dockerfile = f"FROM bb:1\nRUN echo {uuid.uuid4().hex}; ls /sys/class/net\n"
    made(None, dockerfile, network="none")
    assert [line for line in made.printed if line in {"lo", "eth0"}] == ["lo"]
    made(None, dockerfile, network="host", no_cache=True)
    assert "docker0" in made.printed


def test_hosts_that_are_added_are_known_to_run(made: Made) -> None:
    """In both of docker's forms."""
    made(None, f"FROM bb:1\nRUN echo {uuid.uuid4().hex}; cat /etc/hosts\n", add_host=["one:10.0.0.1", "two=10.0.0.2"])
    known = [line.split() for line in made.printed]
    assert ["10.0.0.1", "one"] in known
    assert ["10.0.0.2", "two"] in known


def test_a_platform_is_asked_for(
    made: Made, docker_cli: DockerCli, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the option, or as docker by DOCKER_DEFAULT_PLATFORM."""
    made(context("FROM scratch\nCOPY a /\n", a="a"), platform="linux/s390x", tags="dmt-platform:1")
    assert image_config(docker_cli, "dmt-platform:1")["Architecture"] == "s390x"
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/arm64")
    made(context(a="b"), tags="dmt-platform:2")  # another file: the classic builder's cache is for all platforms
    assert image_config(docker_cli, "dmt-platform:2")["Architecture"] == "arm64"


@pytest.mark.parametrize("options", [{}, {"force_rm": True}], ids=["plain", "force_rm"])
def test_containers_of_steps_are_removed(made: Made, docker_cli: DockerCli, options: dict[str, bool]) -> None:
    """When a step succeeds; with force_rm also where it fails, and of BuildKit there are none."""
    before = set(docker_cli("ps", "-aq").split())
    made(None, f"FROM bb:1\nRUN echo {uuid.uuid4().hex}\n", **options)
    assert set(docker_cli("ps", "-aq").split()) == before
    with pytest.raises(BuildError):
        made(None, f"FROM bb:1\nRUN echo {uuid.uuid4().hex}; false\n", **options)
    left = set(docker_cli("ps", "-aq").split()) - before
    assert len(left) == (not made.buildkit and not options)
    if left:
        docker_cli("rm", *left)


def test_rm_false_keeps_the_containers_of_steps(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """As docker's --rm=false does, with the classic builder; BuildKit makes none that could be kept."""
    with pytest.raises(UsageError, match="--rm: needs --builder classic"):
        build(engine, dockerfile="FROM bb:1\n", rm=False, builder="buildkit")
    before = set(docker_cli("ps", "-aq").split())
    build(
        engine,
        dockerfile=f"FROM bb:1\nRUN echo {uuid.uuid4().hex}\n",
        rm=False,
        builder="classic",
        labels=[label],
        progress="none",
    )
    left = set(docker_cli("ps", "-aq").split()) - before
    assert len(left) >= 1
    docker_cli("rm", *left)


LIMITS: list[tuple[dict[str, Any], str, str]] = [
    ({"memory": "64m"}, "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864"),
    ({"cpuset_cpus": "0"}, "grep Cpus_allowed_list /proc/self/status", "Cpus_allowed_list:\t0"),
    ({"cpu_shares": 77}, "cat /sys/fs/cgroup/cpu/cpu.shares || echo 77", "77"),
]


@pytest.mark.parametrize(("options", "script", "expected"), LIMITS, ids=[str(*options) for options, _, _ in LIMITS])
def test_the_classic_builder_limits_its_steps(
    engine: Engine, label: str, options: dict[str, Any], script: str, expected: str
) -> None:
    """BuildKit would take no notice, and so is not asked."""
    lines = _printed(engine, label, f"FROM bb:1\nRUN {script} 2>/dev/null || true # {uuid.uuid4().hex}\n", options)
    assert expected.split() in [line.split() for line in lines]
    with pytest.raises(UsageError, match="needs --builder classic: this engine's BuildKit takes no notice of it"):
        build(engine, dockerfile="FROM bb:1\n", builder="buildkit", **options)


@pytest.mark.parametrize(
    ("options", "script", "expected"),
    [({"shm_size": "17m"}, "df -k /dev/shm", "17408"), ({"ulimit": "nofile=77:88"}, "ulimit -n", "77")],
    ids=["shm_size", "ulimit"],
)
def test_newer_builders_limit_their_steps_too(made: Made, options: dict[str, Any], script: str, expected: str) -> None:
    """BuildKit does from Docker 23 on, and older ones are not asked."""
    dockerfile = f"FROM bb:1\nRUN {script} # {uuid.uuid4().hex}\n"
    if made.buildkit and older_than_23(made.engine):
        with pytest.raises(UsageError, match=r"needs --builder classic, or an engine of API 1\.42"):
            made(None, dockerfile, **options)
        return
    made(None, dockerfile, **options)
    assert expected in " ".join(made.printed).split()


def test_the_builder_is_buildkit_unless_it_is_told_otherwise(
    engine: Engine, label: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As docker's since version 23; lines are printed without a watcher."""
    for builder, name in (("auto", "BuildKit"), ("buildkit", "BuildKit"), ("classic", "the classic builder")):
        build(engine, dockerfile="FROM bb:1\n", builder=builder, labels=[label], tags=f"dmt-{builder}:1")
        assert capsys.readouterr().out.startswith(f"dmt-{builder}:1: building with {name}\n")


def test_progress_none_prints_nothing(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    """And plain prints lines, whoever else watches."""
    made(None, "FROM bb:1\n", progress="none")
    assert (made.lines, capsys.readouterr().out) == ([], "")
    made(None, "FROM bb:1\n", progress="plain")
    assert made.lines == []
    assert "building with" in capsys.readouterr().out


def test_a_heredoc_runs_where_the_builder_knows_it(made: Made) -> None:
    """BuildKit from Docker 23 on; the classic builder would run nothing of it, and so a warning is given."""
    dockerfile = f"FROM bb:1\nRUN <<EOF\necho one {uuid.uuid4().hex}\necho two\nEOF\n"
    if made.buildkit and not older_than_23(made.engine):
        made(None, dockerfile)
        assert "two" in made.printed
    elif made.buildkit:
        with pytest.raises(BuildError) as caught:
            made(None, dockerfile)
        assert caught.value.hint.startswith("Heredocs (RUN <<EOF) need Docker 23")
    else:
        with pytest.warns(EngineWarning, match="of which only BuildKit knows"), contextlib.suppress(BuildError):
            made(None, dockerfile)


def test_a_cache_mount_keeps_its_files(engine: Engine, label: str) -> None:
    """`RUN --mount=type=cache`, with every engine's BuildKit."""
    mark = uuid.uuid4().hex
    for number, expected in ((1, ["1"]), (2, ["1", "2"])):
        script = f"echo {number} >>/c/{mark}; cat /c/{mark}"
        lines = _printed(engine, label, f"FROM bb:1\nRUN --mount=type=cache,target=/c {script}\n", {})
        assert [line for line in lines if line in {"1", "2"}] == expected


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"builder": "podman"}, "--builder is one of auto, buildkit, classic, not 'podman'"),
        ({"progress": "tty"}, "--progress is one of auto, plain, none, not 'tty'"),
        ({"build_args": ["=x"]}, "--build-arg is written NAME=VALUE or NAME"),
        ({"memory": "lots", "builder": "classic"}, "--memory"),
        ({"add_host": "nobody"}, "--add-host is written NAME:ADDRESS"),
        ({"no_cache": "yes"}, "no_cache is either True or False"),
        ({"tag": "x"}, "there is no option tag. Did you mean tags?"),
        ({"secret": "id=x", "builder": "classic"}, "there is no|cannot be read|needs BuildKit"),
        ({"secret": "src=x"}, "--secret: needs an id"),
        ({"secret": "id=x,src=/nowhere/at/all"}, "--secret: /nowhere/at/all cannot be read"),
        ({"secret": "id=x,env=DMT_NOWHERE"}, "--secret: there is no variable DMT_NOWHERE here"),
        ({"secret": {"x": 1}}, "--secret: the value of x is int, not bytes, str or a Path"),
    ],
)
def test_what_can_not_be_right_is_refused_before_any_request(
    engine: Engine, options: dict[str, Any], complaint: str
) -> None:
    """With the flag's name in front."""
    with pytest.raises(UsageError, match=complaint):
        build(engine, dockerfile="FROM bb:1\n", **options)


def _printed(engine: Engine, label: str, dockerfile: str, options: dict[str, Any]) -> list[str]:
    """What the steps print; with an option that only it knows it is the classic builder."""
    lines: list[str] = []
    builder = "classic" if options else "buildkit"
    build(
        engine,
        dockerfile=dockerfile,
        builder=builder,
        labels=[label],
        watcher=BuildLines(lines.append),
        **options,
    )
    return [line.strip() for line in lines]
