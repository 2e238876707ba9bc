"""A build that failed, in two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dockmagic.feeds.build_failure import build_error
from tests.feeds.build_messages import BUILDERS, ENGINES, folded, log, recorded, trace, vertex

if TYPE_CHECKING:
    from dockmagic.errors import BuildError
    from dockmagic.feeds.build_progress import Progress

WHOLE = "(whole log: sys.last_value.log, steps: sys.last_value.steps)"
STEPS = pd.DataFrame()


def failure(progress: Progress, **options: Any) -> BuildError:
    """The error of a build."""
    return build_error(progress, steps=STEPS, **options)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_it_names_the_step_and_its_exit_code_and_repeats_its_last_words(engine: str, builder: str) -> None:
    """The same two lines, whoever built."""
    error = failure(recorded(f"{engine}-{builder}-fail"))
    assert error.message == 'step 3/3 RUN echo "ERROR: no such thing" >&2; exit 3 ended with exit code 3'
    assert error.hint == f"ERROR: no such thing    {WHOLE}"
    assert (error.exit_code, error.log.splitlines()) == (3, ["before", "ERROR: no such thing"])
    assert error.steps is STEPS


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_without_a_context_a_copy_that_finds_nothing_says_so(engine: str, builder: str) -> None:
    """With one the engine's words say enough."""
    progress = recorded(f"{engine}-{builder}-nofile")
    assert failure(progress, with_context=False).hint.startswith("There is no context, so COPY and ADD find nothing")
    with_one = failure(progress)
    assert "COPY missing.txt /" in with_one.message
    assert with_one.hint == WHOLE


@pytest.mark.parametrize("engine", ENGINES)
def test_a_line_that_is_no_instruction_is_shown(engine: str) -> None:
    """So that the two lines are enough to find the mistake."""
    error = failure(recorded(f"{engine}-buildkit-syntax"), dockerfile="FROM bb:1\nRNU x\n")
    assert "unknown instruction: RNU" in error.message
    assert error.hint == "Line 2: RNU x"


def test_a_heredoc_on_an_engine_that_knows_none_says_so() -> None:
    """What the engine says of it is that it does not know the first word of the script."""
    error = failure(recorded("20.10-buildkit-heredoc"), too_new=True)
    assert "unknown instruction: ECHO" in error.message
    assert error.hint.startswith("Heredocs (RUN <<EOF) need Docker 23")


def test_a_base_image_that_is_not_found_has_nothing_to_do_with_the_context() -> None:
    """The words "not found" alone do not mean that COPY found nothing."""
    name = "[internal] load metadata for docker.io/library/nope:1"
    progress = folded(trace(vertex("a", name, started=1, completed=2, error="docker.io/library/nope:1: not found")))
    assert failure(progress, with_context=False).hint == WHOLE


def test_it_is_two_lines_whatever_the_step_is_called_and_writes() -> None:
    """Control characters, line ends and lengths are the engine's, not ours."""
    name = "[1/1] RUN a\nb\x1b[31m" + "x" * 5000
    progress = folded(
        trace(vertex("a", name, started=1), log("a", b"one\n\x1b[31m" + b"y" * 5000 + b"\n\n\x1b[0m")),
        trace(vertex("a", name, started=1, completed=2, error="bad\nworse" * 1000)),
        {"errorDetail": {"message": "bad\nworse" * 1000}},
    )
    lines = failure(progress)._render_traceback_()
    assert len(lines) == 2
    assert all(len(line) < 700 and line.isprintable() for line in lines)
    assert "\x1b" not in failure(progress).log


def test_a_password_in_the_address_of_a_context_is_not_repeated() -> None:
    """BuildKit names the repository that it could not clone; older ones as it was given."""
    url = "https://me:hunter2@example.org/x.git"
    progress = folded(
        trace(vertex("a", f"[internal] load git source {url}", started=1, completed=2, error=f"cannot clone {url}")),
        {"errorDetail": {"message": f"failed to solve: cannot clone {url}"}},
    )
    error = failure(progress)
    assert "hunter2" not in str(error)
    assert "cannot clone https://me:********@example.org/x.git" in error.message


def test_a_long_error_loses_its_middle() -> None:
    """Newer engines repeat the whole reference of an image before they say why they do not get it."""
    words = f"failed to resolve {'x' * 500}: tls: failed to verify certificate"
    error = failure(folded(trace(vertex("a", "[1/1] FROM x", started=1, error=words))))
    assert error.message.startswith("step 1/1 FROM x failed: failed to resolve xxx")
    assert error.message.endswith("x: tls: failed to verify certificate")
    assert len(error.message) < 400
