"""`build` that fails: a step, the Dockerfile, a base image, the engine; and what the person then reads."""

from __future__ import annotations

import json
import threading
import uuid
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import build, ps
from dockmagic.errors import BuildError, DockMagicError, EngineFault, ProtocolError, UsageError
from dockmagic.feeds.build_lines import BuildLines
from tests.engine.scripted import serving
from tests.engines.http import request

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic import Engine
    from tests.commands.builds import Context, Made
    from tests.engine.scripted import Peer
    from tests.engines.dockerd import Dockerd

VERSION = "1.45"
WHOLE = "(whole log: sys.last_value.log, steps: sys.last_value.steps)"
JSON = "application/json"


def reply(body: bytes, *, status: str = "200 OK", kind: str = JSON) -> bytes:
    """A whole reply of an engine."""
    head = f"HTTP/1.1 {status}\r\nApi-Version: {VERSION}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def engine_whose_build_says(*lines: Any, status: str = "200 OK") -> Callable[[Peer], None]:
    """A script of an engine that gives these lines to POST /build."""

    def script(peer: Peer) -> None:
        while True:
            target = peer.request().target
            if target.endswith("/_ping"):
                peer.send(reply(b"OK", kind="text/plain"))
            elif "/build?" in target:
                said = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
                peer.send(reply(said, status=status))
            else:
                peer.send(reply(b'{"message": "No such image"}', status="404 Not Found"))

    return script


def scripted_build(*lines: Any, status: str = "200 OK") -> DockMagicError:
    """The error of a build by an engine that says these lines."""
    with serving(engine_whose_build_says(*lines, status=status)) as server:
        with dockmagic.connect(f"unix://{server.path}") as engine, pytest.raises(DockMagicError) as caught:
            build(engine, dockerfile="FROM x\n", builder="classic", progress="none")
    return caught.value


def test_a_step_that_fails_is_two_lines_with_the_steps_the_log_and_the_exit_code(made: Made) -> None:
    """The same with both builders."""
    mark = uuid.uuid4().hex
    with pytest.raises(BuildError) as caught:
        made(None, f"FROM bb:1\nRUN echo before {mark}\nRUN echo no luck >&2; exit 3\n", tags="dmt-failed:1")
    error = caught.value
    number = "3/4" if not made.buildkit else "3/3"  # the classic builder's labels are a step
    assert error._render_traceback_() == [
        f"BuildError: step {number} RUN echo no luck >&2; exit 3 ended with exit code 3",
        f"  no luck    {WHOLE}",
    ]
    assert error.exit_code == 3
    assert error.log.splitlines() == [f"before {mark}", "no luck"]
    assert error.steps is not None
    ended = error.steps[error.steps["name"].str.startswith("RUN")]
    assert list(ended["status"]) == ["done", "failed"]
    assert ended["error"].iloc[1]
    assert request(made.engine.endpoint.path, "GET", "/images/dmt-failed:1/json").status == 404


def test_an_instruction_that_there_is_not_is_shown_with_its_line(made: Made) -> None:
    """No step was done."""
    with pytest.raises(BuildError) as caught:
        made(None, "FROM bb:1\n\nRNU echo\n")
    assert "unknown instruction: RNU" in caught.value.message
    assert caught.value.hint == "Line 3: RNU echo"
    assert caught.value.exit_code is None


@pytest.mark.parametrize("dockerfile", ["\n", "# only a comment\n"])
def test_a_dockerfile_without_instructions_is_a_failed_build(made: Made, dockerfile: str) -> None:
    """In the engine's words."""
    with pytest.raises(BuildError, match=r"the build failed: .*(no instructions|cannot be empty)"):
        made(None, dockerfile)


def test_a_target_that_there_is_not_is_a_failed_build(made: Made) -> None:
    """Its name is in the engine's words."""
    with pytest.raises(BuildError, match="nowhere"):
        made(None, "FROM bb:1\n", target="nowhere")


def test_a_base_image_that_nobody_has_fails_its_step(made: Made) -> None:
    """No registry answers here."""
    with pytest.raises(BuildError) as caught:
        made(None, "FROM dmt/nobody:1\n")
    assert "dmt/nobody:1" in caught.value.message
    assert caught.value.steps is not None
    assert "failed" in list(caught.value.steps["status"])


def test_a_file_that_is_not_in_the_context_fails_its_copy(made: Made, context: Context) -> None:
    """One that .dockerignore leaves out is none."""
    with pytest.raises(BuildError, match="COPY a /") as caught:
        made(context("FROM bb:1\nCOPY a /\n", a="a", __dockerignore="a\n"))
    assert caught.value.hint == WHOLE


@pytest.mark.parametrize("tags", ["NOT-lower:1", "a:b:c", "-", "a b", "", f"a@sha256:{'0' * 64}"])
def test_a_name_that_can_be_none_is_refused_before_anything_is_built(made: Made, tags: str) -> None:
    """As docker refuses it, and not as a failed build."""
    with pytest.raises(UsageError, match=r"--tag: .* (can be no name of an image|has a digest)"):
        made(None, "FROM bb:1\n", tags=["fine:1", tags])
    assert made.lines == []


def test_a_network_that_buildkit_does_not_know_is_refused_before_anything_is_built(engine: Engine) -> None:
    """The classic builder knows every network."""
    with pytest.raises(UsageError, match="--network: bridge needs --builder classic: BuildKit knows default"):
        build(engine, dockerfile="FROM bb:1\n", network="bridge", builder="buildkit")


def test_what_the_classic_builder_does_not_know_says_who_does(engine: Engine) -> None:
    """RUN --mount is BuildKit's."""
    dockerfile = "FROM bb:1\nRUN --mount=type=cache,target=/c true\n"
    with pytest.raises(BuildError, match="requires BuildKit") as caught:
        build(engine, dockerfile=dockerfile, builder="classic", progress="none")
    assert caught.value.hint.startswith("Leave out --builder classic")


def test_the_builders_containers_and_the_next_command_are_as_before(made: Made) -> None:
    """A failed build takes nothing with it."""
    with pytest.raises(BuildError):
        made(None, "FROM bb:1\nRUN false\n", force_rm=True)
    assert len(ps(made.engine, all=True, filter=["ancestor=bb:1", "status=running"])) == 0
    made(None, "FROM bb:1\n")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ({"stream": "Step 1/1 : FROM x"},),
        ({"stream": "Step 1/1 : FROM x"}, {"stream": "Successfully built 0123456789ab\n"}),
        ({"status": "Pulling"}, {"unknown": 1}),
    ],
    ids=["nothing", "step", "success without an id", "unknown"],
)
def test_a_stream_that_tells_of_neither_an_image_nor_an_error_is_an_error(lines: tuple[Any, ...]) -> None:
    """The status 200 says only that it began."""
    error = scripted_build(*lines)
    assert type(error) is ProtocolError
    assert error.message == "the build ended, and the engine told of neither an image nor an error"


@pytest.mark.parametrize("line", [[1], "text", 3, None, b"<html>", {"id": "moby.buildkit.trace", "aux": "!"}])
def test_what_is_no_message_of_a_build_is_a_protocol_error(line: Any) -> None:
    """And no other error of ours."""
    assert type(scripted_build(line)) is ProtocolError


@pytest.mark.parametrize(
    "line", [{"errorDetail": {"message": "no room"}, "error": "no room"}, {"errorDetail": {"message": "no room"}}]
)
def test_an_error_behind_the_image_is_a_failed_build(line: dict[str, Any]) -> None:
    """The image was made, but not named, say; newer engines send no second member."""
    error = scripted_build({"aux": {"ID": "sha256:" + "0" * 64}}, line)
    assert type(error) is BuildError
    assert error.message == "the build failed: no room"


def test_a_refusal_is_the_engines_own_error() -> None:
    """With its status."""
    error = scripted_build({"message": "no space left on device"}, status="500 Internal Server Error")
    assert type(error) is EngineFault
    assert error.message == "no space left on device"


def test_an_image_that_is_gone_at_once_is_not_taken_for_built() -> None:
    """It is asked for."""
    assert type(scripted_build({"aux": {"ID": "sha256:" + "0" * 64}})) is dockmagic.errors.NotFound


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_an_engine_that_dies_in_the_middle_is_an_error_and_comes_back(own_engine: Dockerd, builder: str) -> None:
    """No thread is left, and the next build is one."""

    def tell(line: str) -> None:
        if "begun" in line and "RUN" not in line:
            own_engine.halt(hard=True)

    with dockmagic.connect(own_engine.host) as engine:
        with pytest.raises(ProtocolError, match="broke off"):
            build(
                engine,
                dockerfile="FROM bb:1\nRUN echo begun; sleep 1000\n",
                builder=builder,
                watcher=BuildLines(tell),
            )
        assert [each.name for each in threading.enumerate() if each.name.startswith("dockmagic-")] == []
        own_engine.start()
        assert len(build(engine, dockerfile="FROM bb:1\nENV A=1\n", builder=builder, progress="none")) == 1
