"""The model without HTTP, in a time that the test moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmagic.demo.build import build
from dockmagic.demo.build_context import Context
from dockmagic.demo.build_options import BuildOptions
from dockmagic.demo.clock import SECOND, rfc3339
from dockmagic.demo.commit import commit
from dockmagic.demo.container_json import container_row, status_text
from dockmagic.demo.durations import human, moment_or_duration
from dockmagic.demo.lifecycle import ask_to_stop, kill, pause, remove, unpause
from dockmagic.demo.logs import Line, Wanted, encode
from dockmagic.demo.problems import Problem
from dockmagic.demo.references import parse_reference
from dockmagic.demo.stats import sample
from tests.demo.worlds import StillWorld

if TYPE_CHECKING:
    from dockmagic.demo.containers import Container


@pytest.fixture
def world() -> StillWorld:
    """Return a world that stands still."""
    return StillWorld()


@pytest.mark.parametrize(
    ("script", "written", "code"),
    [
        ("echo a; echo b >&2; exit 3", [(1, "a\n"), (2, "b\n")], 3),
        ("echo a && false || echo c", [(1, "a\n"), (1, "c\n")], 0),
        ("true && echo yes", [(1, "yes\n")], 0),
        ("false && echo no", [], 1),
        ("for i in 1 2 3; do echo n$i; done", [(1, "n1\n"), (1, "n2\n"), (1, "n3\n")], 0),
        ("for i in $(seq 2); do echo $i; done; echo end", [(1, "1\n"), (1, "2\n"), (1, "end\n")], 0),
        ("A=5; echo $A ${A}", [(1, "5 5\n")], 0),
        ("echo 'a;b' \"c d\"", [(1, "a;b c d\n")], 0),
        ("echo a > /dev/null; echo b 1>&2", [(2, "b\n")], 0),
        ("printf 'x=%s\\n' 1", [(1, "x=1\n")], 0),
        ("cat /nope", [(2, "cat: can't open '/nope': No such file or directory\n")], 1),
        ("unknown-program --flag", [], 0),
        ("echo 'unterminated", [(2, "sh: syntax error: unterminated quoted string\n")], 2),
        ("echo one\necho two", [(1, "one\n"), (1, "two\n")], 0),
    ],
)
def test_a_shell_script_is_played(world: StillWorld, script: str, written: list[tuple[int, str]], code: int) -> None:
    """Nothing is run: it is read, and its output made up."""
    container = world.run("sh", "-c", script)
    world.move(5)
    assert (world.written(container), container.exit_code, container.status) == (written, code, "exited")


def test_a_step_of_a_build_takes_as_long_as_what_it_plays(world: StillWorld) -> None:
    """Whether it writes something or not."""
    dockerfile = "FROM busybox\nRUN sleep 2 && echo x >/x\nRUN sleep 4; echo done\n"
    told = list(build(world, Context({}, dockerfile), BuildOptions()))
    assert 6 < sum(seconds for seconds, _ in told) < 9
    assert {"stream": "done\n"} in [message for _, message in told]


def test_what_is_written_takes_room(world: StillWorld) -> None:
    """In a volume, or in the container's own layer; of what is only named nothing is known."""
    host_config = {"Binds": ["data:/data"]}
    script = "dd if=/dev/zero of=/data/rows bs=1M count=2; cd /; dd if=/dev/zero of=/model bs=1k count=3; exit 1"
    container = world.run("sh", "-c", script, HostConfig=host_config)
    world.move(1)
    assert (world.volumes["data"].size, container.size_rw, container.exit_code) == (2 * 1024**2, 3072, 1)
    assert (2, "2+0 records out\n") in world.written(container)
    assert world.images.find("busybox").size + 3072 == commit(world, container, None).size


def test_a_loop_without_an_end_goes_on_until_it_is_killed(world: StillWorld) -> None:
    """A line per round, and never more than the log keeps."""
    container = world.run("sh", "-c", "while true; do echo tick; sleep 1; done")
    world.move(10)
    assert 9 <= len(container.log) <= 11
    kill(world, container)
    world.move(10)
    assert len(container.log) <= 11
    assert container.exit_code == 137


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab1$;&|<>()'\"{}\\ \n-=#`*", max_size=60), st.booleans())
def test_no_script_is_too_odd(script: str, loop: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """Whatever is written there, a container takes it and time goes on."""
    world = StillWorld()
    container = world.run("sh", "-c", f"while true; do {script}; done" if loop else script)
    world.move(3)
    assert container.status in {"running", "exited"}


def test_a_script_that_is_too_deep_is_an_error_of_the_shell(world: StillWorld) -> None:
    """And time goes on for the others."""
    container = world.run("sh", "-c", "while true; do " * 1200)
    world.move(1)
    assert container.exit_code == 2
    assert world.run("true", name="other").exit_code == 0


def test_sleep_takes_its_time(world: StillWorld) -> None:
    """And not longer."""
    container = world.run("sleep", "2m")
    world.move(119)
    assert (container.status, status_text(container, world.timeline.now)) == ("running", "Up About a minute")
    world.move(2)
    assert (container.status, container.finished - container.started) == ("exited", 120 * SECOND)


def test_what_does_not_hear_term_is_killed_after_its_grace(world: StillWorld) -> None:
    """A server hears it and ends well."""
    deaf = world.run("sleep", "600", name="deaf")
    server = world.run(image="nginx", name="server")
    for container in (deaf, server):
        assert ask_to_stop(world, container, seconds=None)
    world.move(1)
    assert (deaf.status, server.status, server.exit_code) == ("running", "exited", 0)
    world.move(9.5)
    assert (deaf.status, deaf.exit_code) == ("exited", 137)


def test_a_paused_container_does_not_go_on(world: StillWorld) -> None:
    """It writes again when it is let go."""
    container = world.run("sh", "-c", "while true; do echo tick; sleep 1; done")
    pause(world, container)
    before = len(container.log)
    world.move(20)
    assert len(container.log) == before
    unpause(world, container)
    world.move(3)
    assert len(container.log) > before


def test_restarts_wait_longer_each_time(world: StillWorld) -> None:
    """0.1 s, then twice as long; `unless-stopped` goes on for ever, until it is stopped."""
    container = world.run("false", HostConfig={"RestartPolicy": {"Name": "unless-stopped"}})
    world.move(0.05)
    assert container.status == "restarting"
    counts = []
    for _ in range(4):
        world.move(0.8)
        counts.append(container.restart_count)
    assert counts == sorted(counts)
    assert counts[0] >= 2
    assert status_text(container, world.timeline.now).startswith("Restarting (1) ")
    ask_to_stop(world, container, seconds=None)
    world.move(100)
    assert container.status == "exited"


def test_health_follows_the_checks(world: StillWorld) -> None:
    """Three failures in a row make it unhealthy, one success healthy; each change is an event."""
    check = {"Test": ["CMD-SHELL", "probe"], "Interval": SECOND, "Retries": 3}
    container = world.run(image="nginx", Healthcheck=check)
    assert container.health is not None
    assert status_text(container, world.timeline.now).endswith("(health: starting)")
    world.move(1.5)
    assert container.health.status == "healthy"
    container.health.failing = "no answer"
    world.move(2)
    assert (container.health.status, container.health.streak) == ("healthy", 2)
    world.move(1)
    assert container.health.status == "unhealthy"
    assert [action for action in world.actions() if action.startswith("health")] == [
        "health_status: healthy",
        "health_status: unhealthy",
    ]


def test_stats_move_and_are_the_same_at_the_same_moment(world: StillWorld) -> None:
    """The work so far only grows, and the memory stays below its limit."""
    container = world.run(image="postgres:17", Env=["POSTGRES_PASSWORD=x"], HostConfig={"Memory": 64 << 20})
    work = []
    for _ in range(30):
        assert sample(world, container) == sample(world, container)
        taken = sample(world, container)
        work.append(taken["cpu_stats"]["cpu_usage"]["total_usage"])
        assert 0 < taken["memory_stats"]["usage"] <= 64 << 20
        world.move(1)
    assert work == sorted(work)
    assert len(set(work)) == 30


@pytest.mark.parametrize("held", [True, False])
def test_what_is_removed_leaves_the_world_as_it_was(world: StillWorld, *, held: bool) -> None:
    """No timer, no endpoint and no name stays."""
    container = world.run("sleep", "60", Volumes={"/data": {}})
    if held:
        pause(world, container)
    remove(world, container, force=True, volumes=True)
    assert (len(world.containers), world.containers.names, world.volumes) == (0, {}, {})
    assert all(not network.endpoints for network in world.networks.values())
    assert world.timeline.pause() is None


def test_the_crowd_of_events_has_times_of_its_own(world: StillWorld) -> None:
    """Two at the same moment are a nanosecond apart, in their order."""
    for number in range(300):
        world.events.record("image", "tag", str(number), {})
    times = [message["timeNano"] for message in world.events.between(0, None)]
    assert len(times) == len(set(times)) == 256
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (125, "2 minutes"),
        (3600, "About an hour"),
        (7200, "2 hours"),
        (47 * 3600, "47 hours"),
        (72 * 3600, "3 days"),
        (15 * 86400, "2 weeks"),
        (90 * 86400, "3 months"),
        (800 * 86400, "2 years"),
    ],
)
def test_durations_are_said_as_docker_says_them(seconds: int, words: str) -> None:
    """Rounded down, but for hours."""
    assert human(seconds * SECOND) == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10m", 400), ("1h30m", -4400), ("1.5s", 998.5), ("500", 500), ("500.25", 500.25), ("1970-01-01T00:10:00Z", 600)],
)
def test_a_limit_is_a_time_or_a_duration(text: str, expected: float) -> None:
    """Counted back from now, which is the second 1000."""
    assert moment_or_duration(text, 1000 * SECOND) == expected * SECOND


def test_a_limit_that_is_none_is_refused() -> None:
    """In the engine's words."""
    with pytest.raises(Problem, match="failed to parse value as time or duration"):
        moment_or_duration("soon", 0)


@pytest.mark.parametrize(
    ("time", "text"),
    [(0, "0001-01-01T00:00:00Z"), (SECOND, "1970-01-01T00:00:01Z"), (SECOND + 500, "1970-01-01T00:00:01.0000005Z")],
)
def test_times_are_written_as_go_writes_them(time: int, text: str) -> None:
    """Without the zeros at the end of a fraction."""
    assert rfc3339(time) == text


def test_a_line_is_stamped_with_all_its_digits() -> None:
    """A time that ends in zeros too."""
    line = Line(3 * SECOND + 500_000_000, 1, b"a\n")
    assert encode(line, Wanted(timestamps=True, tty=True)) == b"1970-01-01T00:00:03.500000000Z a\r\n"


def test_a_row_names_the_image_by_id_once_its_name_has_moved(world: StillWorld) -> None:
    """As docker ps does."""
    container: Container = world.run("sleep", "60", image="busybox:latest")
    assert container_row(world, container)["Image"] == "busybox:latest"
    world.images.tag(world.images.find("redis:7"), parse_reference("busybox"))
    assert container_row(world, container)["Image"] == container.image_id
