from __future__ import annotations

import json
from base64 import b64encode
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockmagic.builder.buildkit.protobuf import bytes_field, number_field, text_field, varint
from dockmagic.builder.buildkit.trace import (
    Failed,
    ImageBuilt,
    Said,
    Trace,
    Vertex,
    VertexLog,
    VertexStatus,
    VertexWarning,
    read_message,
    read_trace,
)
from dockmagic.errors import ProtocolError

if TYPE_CHECKING:
    from dockmagic.builder.buildkit.trace import BuildMessage

RECORDED = Path(__file__).parent / "recorded"
SECOND = 1_000_000_000
ENGINES = ("20.10", "26.1")


def recorded(name: str) -> list[BuildMessage]:
    """What an engine really sent in a build, each message read."""
    lines = (RECORDED / f"{name}.jsonl").read_text().splitlines()
    return [message for line in lines if (message := read_message(json.loads(line))) is not None]


def traces(name: str) -> list[Trace]:
    """Its messages about steps."""
    return [message for message in recorded(name) if isinstance(message, Trace)]


def last_told(name: str) -> dict[str, Vertex]:
    """Each step as it was told last, by its name."""
    vertexes = chain.from_iterable(trace.vertexes for trace in traces(name))
    return {vertex.name: vertex for vertex in vertexes}


def trace_message(data: bytes) -> dict[str, Any]:
    """A message as the engine wraps it."""
    return {"id": "moby.buildkit.trace", "aux": b64encode(data).decode()}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_steps_of_a_real_build_are_read(engine: str) -> None:
    """Two stages: each step began and ended, within a minute, and knows what it needs."""
    steps = last_told(f"built-{engine}")
    assert {
        "[base 1/2] FROM docker.io/library/bb:1",
        "[base 2/2] RUN echo out;     echo err >&2",
        "[stage-1 1/1] COPY a /a",
        "exporting to image",
    } <= steps.keys()
    assert all(step.error == "" and not step.cached for step in steps.values())
    for step in steps.values():
        assert step.started is not None
        assert step.completed is not None
        assert 0 <= step.completed - step.started < 60 * SECOND
    copy, run = steps["[stage-1 1/1] COPY a /a"], steps["[base 2/2] RUN echo out;     echo err >&2"]
    assert run.digest in copy.inputs


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_step_printed_is_read(engine: str) -> None:
    """By stream: 1 is stdout, 2 is stderr."""
    logs = list(chain.from_iterable(trace.logs for trace in traces(f"built-{engine}")))
    run = last_told(f"built-{engine}")["[base 2/2] RUN echo out;     echo err >&2"]
    assert {log.vertex for log in logs} == {run.digest}
    printed = {stream: b"".join(log.data for log in logs if log.stream == stream) for stream in (1, 2)}
    assert printed == {1: b"out\n", 2: b"err\n"}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_progress_of_a_transfer_is_read(engine: str) -> None:
    """In bytes, and ended."""
    told = chain.from_iterable(trace.statuses for trace in traces(f"built-{engine}"))
    last = {(status.id, status.vertex): status for status in told}
    sent = [status for (identity, _), status in last.items() if identity == "transferring dockerfile:"]
    assert [(status.name, status.current > 0, status.completed is not None) for status in sent] == [
        ("transferring", True, True)
    ]


def test_a_warning_about_the_dockerfile_is_read() -> None:
    """Engine 26.1 warns of an empty line within an instruction."""
    (warning,) = chain.from_iterable(trace.warnings for trace in traces("built-26.1"))
    assert warning == VertexWarning(
        vertex=last_told("built-26.1")["[internal] load build definition from Dockerfile"].digest,
        level=1,
        short="Empty continuation line found in: RUN echo out;     echo err >&2",
        detail=("Empty continuation lines will become errors in a future release",),
        url="https://github.com/moby/moby/pull/33719",
    )


def test_the_image_that_was_built_is_told() -> None:
    """By both engines; the older one says besides how it is called."""
    assert [message for message in recorded("built-26.1") if not isinstance(message, Trace)] == [
        ImageBuilt("sha256:a5c5db102aedfc3f7d731ddf9fa40688ab268cc9065635e990d27c4db8d289e7")
    ]
    image, said = (message for message in recorded("built-20.10") if not isinstance(message, Trace))
    assert isinstance(image, ImageBuilt)
    assert image.id.startswith("sha256:")
    assert said == Said("Successfully tagged web:1\n")


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("20.10", "executor failed running [/bin/sh -c echo oh; exit 3]: exit code: 3"),
        ("26.1", 'process "/bin/sh -c echo oh; exit 3" did not complete successfully: exit code: 3'),
    ],
)
def test_a_build_that_failed_says_which_step_did_and_why(engine: str, words: str) -> None:
    """The step has the error, and the stream ends with it."""
    assert last_told(f"failed-{engine}")["[2/2] RUN echo oh; exit 3"].error == words
    assert recorded(f"failed-{engine}")[-1] == Failed(words, 0)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"errorDetail": {"message": "no", "code": 3}, "error": "no"}, Failed("no", 3)),
        ({"error": "no"}, Failed("no", 0)),
        ({"errorDetail": {"message": "no"}}, Failed("no", 0)),
        ({"errorDetail": {"code": 7}}, Failed("the engine gives no reason", 7)),
        ({"stream": "Step 1/2 : FROM bb:1\n"}, Said("Step 1/2 : FROM bb:1\n")),
        ({"aux": {"ID": "sha256:abc"}}, ImageBuilt("sha256:abc")),
        ({"id": "moby.image.id", "aux": {"ID": "sha256:abc"}}, ImageBuilt("sha256:abc")),
        ({"id": "moby.something.new", "aux": {"a": 1}}, None),
        ({}, None),
    ],
)
def test_other_messages_are_read_too(message: dict[str, Any], expected: BuildMessage | None) -> None:
    """Those of the classic builder among them; what nobody knows yet is nothing."""
    assert read_message(message) == expected


def test_fields_that_are_missing_have_their_defaults() -> None:
    """A message with nothing in its parts."""
    empty = b"".join(bytes_field(field, b"") for field in (1, 2, 3, 4))
    assert read_trace(empty) == Trace(
        (Vertex("", (), "", cached=False, started=None, completed=None, error="", group=""),),
        (VertexStatus("", "", "", 0, 0, None, None, None),),
        (VertexLog("", None, 0, b""),),
        (VertexWarning("", 0, "", (), ""),),
    )
    assert read_trace(b"") == Trace()


def test_fields_of_newer_engines_are_passed_over() -> None:
    """At every level."""
    vertex = text_field(1, b"sha256:a") + bytes_field(8, text_field(1, b"g") + number_field(9, 1)) + number_field(99, 5)
    assert read_trace(bytes_field(1, vertex) + bytes_field(77, b"new")).vertexes[0].group == "g"


@pytest.mark.parametrize(
    ("seconds", "nanoseconds", "expected"),
    [(1, 5, SECOND + 5), (0, 0, 0), (-1, 0, -SECOND), (-62135596800, 0, None), (2**62, 0, None)],
)
def test_a_time_is_nanoseconds_or_nothing(seconds: int, nanoseconds: int, expected: int | None) -> None:
    """Go's zero time, the year 1, means that there is none."""
    moment = number_field(1, seconds) + number_field(2, nanoseconds)
    assert read_trace(bytes_field(1, bytes_field(5, moment))).vertexes[0].started == expected


@pytest.mark.parametrize(
    "message",
    [
        [],
        "text",
        None,
        {"id": "moby.buildkit.trace", "aux": "%%%"},
        {"id": "moby.buildkit.trace", "aux": "é"},
        trace_message(b"\x0a\x05ab"),
        trace_message(b"\x0a\x02\x0a" + varint(9)),
    ],
)
def test_garbage_is_refused(message: object) -> None:
    """With an error that says whose fault it is."""
    with pytest.raises(ProtocolError, match="engine"):
        read_message(message)
