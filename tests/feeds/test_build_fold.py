"""fold: what both builders of both engines say becomes the same steps, logs and results."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmagic.builder.buildkit.protobuf import bytes_field, text_field
from dockmagic.errors import ProtocolError
from dockmagic.feeds.build_failure import build_error
from dockmagic.feeds.build_fold import fold
from dockmagic.feeds.build_lines import BuildLines
from dockmagic.feeds.build_progress import Progress, Transfer
from dockmagic.frames.build_steps import BUILD_STEPS, build_step_rows
from dockmagic.frames.schema import to_frame
from dockmagic.widgets.build_html import build_html
from tests.feeds.build_messages import BUILDERS, ENGINES, SECOND, folded, log, recorded, said, trace, vertex

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KEYS = st.sampled_from(["id", "aux", "stream", "error", "errorDetail", "progressDetail", "status", "ID", "message"])
WORDS = st.sampled_from(
    ["moby.buildkit.trace", "moby.image.id", "Step 1/2 : FROM x\n", "Step 2/2 : RUN x", " ---> Using cache\n"]
)
DETAIL = st.dictionaries(st.sampled_from(["current", "total", "code", "message", "ID"]), JSON)
MESSAGES = st.dictionaries(KEYS, JSON | WORDS | DETAIL | st.binary().map(lambda data: b64encode(data).decode()))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_a_build_ends_with_an_image_and_all_steps_done(engine: str, builder: str) -> None:
    """Numbers, stages, the log and the id, whoever built."""
    progress = recorded(f"{engine}-{builder}-ok")
    assert progress.image_id.startswith("sha256:")
    assert (progress.error, progress.failed, progress.exit_code) == ("", "", None)
    numbered = [step for step in progress.steps.values() if step.step]
    assert {step.status for step in numbered} <= {"done", "cached"}
    (run,) = [key for key, step in progress.steps.items() if step.name.startswith("RUN")]
    assert progress.steps[run].stage == "base"
    lines = [line.removeprefix("\x1b[0m") for line in progress.lines(run)]
    assert sorted(line.removeprefix("\x1b[91m") for line in lines if line) == [
        "error",
        "hello",
        "line 1",
        "line 2",
        "line 3",
    ]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_what_comes_from_the_cache_says_so(engine: str, builder: str) -> None:
    """And it wrote nothing."""
    progress = recorded(f"{engine}-{builder}-cached")
    assert progress.image_id
    assert {step.status for step in progress.steps.values() if step.name.startswith(("RUN", "COPY"))} == {"cached"}
    assert progress.log is None


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_a_step_that_fails_has_its_exit_code_and_its_last_words(engine: str, builder: str) -> None:
    """There is no image then, though the reply's status was 200."""
    progress = recorded(f"{engine}-{builder}-fail")
    assert progress.image_id == ""
    assert progress.exit_code == 3
    step = progress.steps[progress.failed]
    assert (step.step, step.status) == ("3/3", "failed")
    assert step.error
    assert any("ERROR: no such thing" in line for line in progress.lines(progress.failed))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_a_file_that_is_missing_fails_its_copy(engine: str, builder: str) -> None:
    """The step is known, and there is no exit code."""
    progress = recorded(f"{engine}-{builder}-nofile")
    assert progress.steps[progress.failed].name == "COPY missing.txt /"
    assert progress.exit_code is None


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["syntax", "empty"])
def test_a_dockerfile_that_cannot_be_understood_is_an_error_without_a_step(engine: str, kind: str) -> None:
    """What the builder did before it looked is there."""
    progress = recorded(f"{engine}-buildkit-{kind}")
    assert progress.error
    assert progress.failed == ""
    assert {step.stage for step in progress.steps.values()} <= {"internal", ""}


@pytest.mark.parametrize("name", ["26.1-buildkit-ok", "20.10-buildkit-ok", "26.1-classic-ok", "20.10-classic-ok"])
def test_steps_stand_in_the_order_of_the_dockerfile(name: str) -> None:
    """Newer engines tell of the last one first."""
    numbers = [step.step for step in recorded(name).steps.values() if step.step and step.stage == "base"]
    assert numbers == sorted(numbers)


def test_the_exit_code_is_the_one_at_the_end() -> None:
    """The command itself, which the engine quotes, may name another one."""
    message = 'process "/bin/sh -c echo exit code: 7" did not complete successfully: exit code: 3'
    assert folded({"errorDetail": {"message": message}}).exit_code == 3
    assert folded({"errorDetail": {"message": "echo exit code: 7; failed"}}).exit_code is None


def test_what_run_prints_is_a_log_though_the_builder_might_have_said_it() -> None:
    """As pip's "Successfully installed ..."; only the builder's own forms count."""
    printed = [
        "Successfully installed pandas\n",
        "\nafter an empty line\n",
        " ---> an arrow\n",
        "Step 9/9 : none\n",
        "Removing intermediate files\n",
    ]
    begun = said("Step 1/2 : FROM x", "\n", " ---> 0123456789ab\n", "Step 2/2 : RUN x", "\n")
    begun += said(" ---> Running in 0123456789ab\n")
    progress = folded(*begun, *said(*printed))
    assert list(progress.steps) == ["1/2", "2/2"]
    assert "".join(f"{line}\n" for line in progress.lines("2/2")) == "".join(printed)
    assert progress.steps["2/2"].status == "running"


def test_the_classic_builders_times_are_ours() -> None:
    """Its messages have none: a step lasts until the next one begins, the last one until the image is built."""
    progress = folded(*said("Step 1/2 : FROM x", "\n", "Step 2/2 : RUN x", "\n", "Successfully built 0123456789ab\n"))
    assert [step.seconds for step in progress.steps.values()] == [2.0, 2.0]
    assert [step.status for step in progress.steps.values()] == ["done", "done"]


def test_warnings_are_told_once() -> None:
    """The classic builder's are lines among the others."""
    warning = "[Warning] One or more build-args [A] were not consumed\n"
    assert folded(*said("Step 1/1 : FROM x", warning, warning)).warnings == (
        "One or more build-args [A] were not consumed",
    )


def test_the_layers_of_a_base_image_are_bytes_of_its_step() -> None:
    """Only while it is fetched."""
    pulled = {"status": "Downloading", "id": "abc", "progressDetail": {"current": 5, "total": 9}}
    progress = folded(*said("Step 1/2 : FROM x"), pulled)
    assert progress.steps["1/2"].transfers == {"abc": Transfer(5, 9)}
    assert folded(*said("Step 1/2 : FROM x"), pulled, *said("Step 2/2 : RUN y")).steps["1/2"].transfers == {}


def test_a_step_that_begins_again_keeps_when_it_first_began() -> None:
    """First the engine looks whether it has the result, then it makes it."""
    name = "[2/2] RUN make"
    progress = folded(
        trace(vertex("a", name, started=1, completed=2)),
        trace(vertex("a", name, started=5)),
        trace(log("a", b"made\n"), vertex("a", name, started=5, completed=9)),
    )
    assert progress.steps["a"].seconds == 8.0
    assert progress.lines("a") == ["made"]


@pytest.mark.parametrize(
    ("name", "stage", "number", "rest"),
    [
        ("[2/3] RUN a [b] c", "", "2/3", "RUN a [b] c"),
        ("[base 2/3] RUN a", "base", "2/3", "RUN a"),
        ("[internal] load .dockerignore", "internal", "", "load .dockerignore"),
        ("[linux/arm64 base 1/3] FROM x", "linux/arm64 base", "1/3", "FROM x"),
        ("exporting to image", "", "", "exporting to image"),
        ("[", "", "", "["),
    ],
)
def test_the_name_of_a_step_is_taken_apart(name: str, stage: str, number: str, rest: str) -> None:
    """As BuildKit puts it together."""
    step = folded(trace(vertex("a", name, started=1))).steps["a"]
    assert (step.stage, step.step, step.name) == (stage, number, rest)


def test_folding_changes_nothing_that_was_there() -> None:
    """A value goes in and another one comes out."""
    before = recorded("26.1-buildkit-ok")
    copy = (dict(before.steps), before.log, before.warnings)
    fold(before, trace(vertex("new", "[9/9] RUN", started=1), log("new", b"x")), now=0)
    assert (dict(before.steps), before.log, before.warnings) == copy


@settings(max_examples=200, deadline=None)
@given(garbage=st.lists(MESSAGES | JSON, max_size=12))
def test_garbage_is_a_protocol_error_or_passed_over_and_can_always_be_shown(garbage: list[Any]) -> None:
    """Whatever JSON an engine sends: no other error, in the fold, the lines, the HTML, the frame or the failure."""
    progress = Progress()
    lines = BuildLines(lambda _: None)
    for number, message in enumerate(garbage):
        try:
            progress = fold(progress, message, now=number)
        except ProtocolError:
            continue
        lines.show(progress)
    build_html(progress, title="x", builder="BuildKit", seconds=1.0)
    build_html(progress, title="x", builder="BuildKit", seconds=1.0, outcome="failed", note="y")
    steps = to_frame(build_step_rows(progress), BUILD_STEPS)
    build_error(progress, steps=steps)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200))
def test_a_trace_of_garbage_is_a_protocol_error_or_can_be_shown(data: bytes) -> None:
    """Bytes that are no protobuf, or one with unlikely contents."""
    for wrapped in (data, bytes_field(1, data), bytes_field(1, text_field(1, b"a")) + bytes_field(2, data)):
        try:
            progress = fold(Progress(), trace(wrapped), now=0)
        except ProtocolError:
            continue
        build_html(progress, title="x", builder="BuildKit", seconds=1.0)
        to_frame(build_step_rows(progress), BUILD_STEPS)


def test_a_long_log_costs_no_more_per_line_than_a_short_one() -> None:
    """100,000 lines, folded, told and shown: a cost that grew with them would take longer than a test may.

    And they can be dropped, though each knows the one before: without a deep recursion.
    """
    progress, told = Progress(), 0

    def count(_: str) -> None:
        nonlocal told
        told += 1

    lines = BuildLines(count)
    progress = fold(
        progress, trace(vertex("a", "[1/2] RUN a", started=1), vertex("b", "[2/2] RUN b", started=1)), now=0
    )
    for number in range(100_000):
        progress = fold(progress, trace(log("a", b"line %d\n" % number)), now=number * SECOND)
        lines.show(progress)
        if number % 1000 == 0:
            build_html(progress, title="x", builder="BuildKit", seconds=1.0)
    html = build_html(progress, title="x", builder="BuildKit", seconds=1.0, outcome="built")
    assert told > 100_000
    assert len(progress.lines("a")) == 100_000
    assert len(html) < 100_000
    del progress, lines
