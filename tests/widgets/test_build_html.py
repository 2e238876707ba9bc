"""A build as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from dockmagic.feeds.build_progress import Progress, Step, Transfer
from dockmagic.widgets.build_html import build_html, human_seconds
from tests.feeds.build_messages import BUILDERS, ENGINES, folded, log, recorded, trace, vertex

NASTY = "<img src=x onerror=alert(1)> '\" </pre><script>&"


class Page(HTMLParser):
    """The tags, attributes and text of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Note it."""
        self.text += data


def page(progress: Progress, **options: Any) -> Page:
    """The view of a build, taken apart."""
    return Page(build_html(progress, **{"title": "web:1", "builder": "BuildKit", "seconds": 12.0, **options}))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_a_build_that_is_over_has_a_line_per_step_and_its_logs_behind_them(engine: str, builder: str) -> None:
    """Folded, with how many lines there are; the image stands in the first line."""
    progress = recorded(f"{engine}-{builder}-ok")
    found = page(progress, outcome="built", note="image 0123456789ab, 2 MB")
    assert "built with BuildKit · 12 s" in found.text
    assert "image 0123456789ab, 2 MB" in found.text
    assert found.tags.count("details") == 1
    assert "log of 5 lines" in found.text
    assert found.text.count("✓") == len(progress.steps)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_a_step_that_failed_is_open(engine: str, builder: str) -> None:
    """Its mark and its word say so too, not colour alone."""
    html = build_html(
        recorded(f"{engine}-{builder}-fail"),
        title="x",
        builder="y",
        seconds=1,
        outcome="failed",
        note="step 3/3 failed",
    )
    found = Page(html)
    assert "✗3/3 RUN" in found.text
    assert "failed" in found.text
    assert re.search(r"</div><pre[^>]*>ERROR: no such thing</pre>", html)
    assert "step 3/3 failed" not in found.text


@pytest.mark.parametrize("engine", ENGINES)
def test_a_failure_without_a_step_has_a_line_of_its_own(engine: str) -> None:
    """A Dockerfile that cannot be understood, say."""
    found = page(recorded(f"{engine}-buildkit-syntax"), outcome="failed", note="the build failed: line 2")
    assert found.text.endswith("the build failed: line 2")


def test_while_it_runs_the_last_lines_and_the_bytes_of_its_steps_are_shown() -> None:
    """And how one stops it."""
    progress = folded(
        trace(vertex("a", "[1/2] RUN make", started=1), log("a", b"".join(b"line %d\n" % n for n in range(9))))
    )
    steps = {
        **progress.steps,
        "b": Step("2/2", "", "COPY", "running", 1, transfers={"x": Transfer(41000000, 63000000)}),
    }
    found = page(Progress(steps=steps, log=progress.log, logs=progress.logs))
    assert "building with BuildKit · 12 s · interrupt the kernel to stop" in found.text
    assert "line 3" not in found.text
    assert "line 4\nline 5\nline 6\nline 7\nline 8" in found.text
    assert "█████░░░░ 41 MB / 63 MB" in found.text


def test_an_interrupted_build_says_so_and_none_of_its_steps_runs_on() -> None:
    """What had not ended was canceled."""
    found = page(folded(trace(vertex("a", "[1/2] RUN make", started=1))), outcome="interrupted")
    assert "interrupted with BuildKit" in found.text
    assert "canceled" in found.text


def test_what_an_engine_sends_is_text() -> None:
    """Names, logs, warnings, errors, the title: no tag and no attribute is theirs."""
    clean = page(folded(trace(vertex("a", "x", started=1), log("a", b"x\n"))), outcome="failed", note="x")
    progress = folded(trace(vertex("a", NASTY, started=1, error=NASTY), log("a", NASTY.encode() + b"\n")))
    progress = Progress(steps=progress.steps, log=progress.log, logs=progress.logs, warnings=(NASTY,))
    nasty = page(progress, outcome="failed", note=NASTY, title=NASTY, builder=NASTY)
    assert set(nasty.tags) <= {*clean.tags, "pre", "details", "summary"}
    assert nasty.attributes == {"style", "title"}
    assert nasty.text.count("<img src=x onerror=alert(1)>") == 5


def test_control_characters_and_colours_are_left_out() -> None:
    """Also those that turn the writing direction."""
    progress = folded(
        trace(vertex("a", "RUN \u202e\x1b[31m\x00", started=1), log("a", b"\x1b[31mred\x1b[0m\x07\rover\n"))
    )
    html = build_html(progress, title="x\x1b\u2066", builder="y", seconds=1)
    assert not any(character in html for character in "\x1b\x00\x07\r\u202e\u2066")
    assert ">over<" in html


@pytest.mark.parametrize(
    "said",
    [
        [trace(vertex("a", "x" * 10_000_000, started=1))],
        [trace(vertex("a", "x", started=1)), trace(log("a", b"x" * 10_000_000))],
        [trace(vertex("a", "x", started=1)), trace(log("a", b"x" * 5_000 + b"\n") * 2_000)],
        [trace(*(vertex(str(n), "x" * 100, started=1) + log(str(n), b"<" * 2_000 + b"\n") for n in range(5_000)))],
    ],
    ids=["name", "line", "lines", "steps"],
)
def test_its_size_has_a_limit_whatever_an_engine_sends(said: list[dict[str, Any]]) -> None:
    """It is sent five times a second, and stays in the notebook."""
    progress = folded(*said)
    for outcome in (None, "built", "failed"):
        assert len(build_html(progress, title="x", builder="y", seconds=1, outcome=outcome)) < 3_000_000


@pytest.mark.parametrize(
    ("current", "total"), [(-(2**63), 1), (2**63 - 1, 2**63 - 1), (5, -5), (2**63 - 1, 1), (0, 0), (-1, -1)]
)
def test_bytes_that_cannot_be_are_shown_all_the_same(current: int, total: int) -> None:
    """A bar has nine places."""
    steps = {"a": Step("1/1", "", "FROM", "running", 1, transfers={"x": Transfer(current, total)})}
    found = page(Progress(steps=steps))
    assert found.text.count("█") + found.text.count("░") in {0, 9}


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.7, "12 s"), (185, "3 min 5 s"), (3600, "60 min 0 s")]
)
def test_times_are_short(seconds: float, text: str) -> None:
    """Tenths where they matter."""
    assert human_seconds(seconds) == text
