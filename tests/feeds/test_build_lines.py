"""A build as lines of text."""

from __future__ import annotations

import pytest

from dockmagic.feeds.build_fold import fold
from dockmagic.feeds.build_lines import BuildLines
from dockmagic.feeds.build_progress import Progress
from tests.feeds.build_messages import BUILDERS, ENGINES, log, messages, said, trace, vertex


def told(*batch: dict[str, object]) -> list[str]:
    """The lines of a build with these messages."""
    lines: list[str] = []
    watcher = BuildLines(lines.append)
    watcher.begin("web:1", "BuildKit")
    progress = Progress()
    for number, message in enumerate(batch):
        progress = fold(progress, message, now=number * 10**9)
        watcher.show(progress)
    watcher.end("built", "image 0123456789ab, 2 MB")
    return lines


def test_the_classic_builders_build_reads_from_top_to_bottom() -> None:
    """A step, what it wrote, how it ended; a cached one in one line."""
    assert told(
        *said("Step 1/3 : FROM bb:1", "\n", " ---> 0123456789ab\n"),
        *said("Step 2/3 : COPY a /", "\n", " ---> Using cache\n", " ---> 0123456789ab\n"),
        *said("Step 3/3 : RUN make", "\n", " ---> Running in 0123456789ab\n", "\x1b[91mone", "\x1b[0m\ntwo"),
        *said("Successfully built 0123456789ab\n"),
    ) == [
        "web:1: building with BuildKit",
        "1/3 FROM bb:1",
        "    done in 3.0 s",
        "2/3 COPY a /",
        "    cached",
        "3/3 RUN make",
        "    one",
        "    two",
        "    done in 5.0 s",
        "image 0123456789ab, 2 MB",
    ]


def test_the_lines_of_steps_that_run_at_once_say_whose_they_are() -> None:
    """Their title comes again where the other one wrote meanwhile."""
    lines = told(
        trace(vertex("a", "[a 1/1] RUN a", started=1), vertex("b", "[b 1/1] RUN b", started=1)),
        trace(log("a", b"one\n")),
        trace(log("b", b"two\nth")),
        trace(log("a", b"four\n"), vertex("a", "[a 1/1] RUN a", started=1, completed=2)),
        trace(log("b", b"ree"), vertex("b", "[b 1/1] RUN b", started=1, completed=3)),
    )
    assert lines[1:-1] == [
        "a 1/1 RUN a",
        "b 1/1 RUN b",
        "a 1/1 RUN a:",
        "    one",
        "b 1/1 RUN b:",
        "    two",
        "a 1/1 RUN a:",
        "    four",
        "    done in 1.0 s",
        "b 1/1 RUN b:",
        "    three",
        "    done in 2.0 s",
    ]


def test_a_step_that_begins_again_and_writes_is_told_again() -> None:
    """BuildKit ends a step when it has looked into the cache, and begins it again when it has nothing there."""
    name = "[2/2] RUN make"
    lines = told(
        trace(vertex("a", name, started=1, completed=1)),
        trace(vertex("a", name, started=1)),
        trace(log("a", b"made\n")),
        trace(vertex("a", name, started=1, completed=4)),
        trace(vertex("a", name, started=1)),
        trace(vertex("a", name, started=1, completed=4)),
    )
    assert lines[1:-1] == ["2/2 RUN make  done in 0.0 s", "    made", "    done in 3.0 s"]


def test_a_log_that_comes_after_the_end_of_its_step_is_not_lost() -> None:
    """Nor one of a step that nobody has told of."""
    lines = told(
        trace(vertex("a", "[1/1] RUN a", started=1, completed=2)),
        trace(log("a", b"late\n")),
        trace(log("b", b"whose\n")),
    )
    assert lines[1:-1] == ["1/1 RUN a  done in 1.0 s", "    late", "    whose"]


def test_a_progress_bar_is_one_line_and_costs_no_memory() -> None:
    """It writes over itself with carriage returns, and what it ends up as is told."""
    bar = [trace(log("a", b"\r%d %%" % number)) for number in range(101)]
    lines = told(
        trace(vertex("a", "[1/1] RUN a", started=1)), *bar, trace(vertex("a", "[1/1] RUN a", started=1, completed=2))
    )
    assert lines[2] == "    100 %"
    endless = told(
        trace(vertex("a", "[1/1] RUN a", started=1)), trace(log("a", b"x" * 70_000)), trace(log("a", b"y\n"))
    )
    assert [len(line) for line in endless[2:4]] == [70_004, 5]


def test_control_characters_and_colours_do_not_reach_the_terminal() -> None:
    """Neither in what a step writes nor in its name."""
    lines = told(
        trace(
            vertex("a", "[1/1] RUN \x1b]0;title\x07 \u202ereversed", started=1), log("a", b"\x1b[31mred\x1b[0m \x07\n")
        )
    )
    assert not any(character in "".join(lines) for character in "\x1b\x07\u202e")
    assert "    red" in lines


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_all_that_a_recorded_build_wrote_is_told_once(engine: str, builder: str) -> None:
    """In the order in which it was written."""
    lines = told(*messages(f"{engine}-{builder}-ok"))
    written = [line.strip() for line in lines if line.strip() in {"hello", "error", "line 1", "line 2", "line 3"}]
    assert sorted(written) == ["error", "hello", "line 1", "line 2", "line 3"]
    assert sum("RUN echo hello" in line and not line.endswith(":") for line in lines) == 1
