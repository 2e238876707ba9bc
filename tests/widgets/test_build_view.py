"""BuildView: one place of a notebook, renewed while a build runs."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from dockmagic.feeds.build_fold import fold
from dockmagic.feeds.build_progress import Progress
from dockmagic.widgets.build_view import INTERVAL, LINES, BuildView
from tests.engine.scripted import eventually
from tests.feeds.build_messages import log, messages, trace, vertex

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Screen:
    """What a notebook was told to show."""

    def __init__(self) -> None:
        self.shown: list[Mapping[str, str]] = []

    def __call__(self, bundle: Mapping[str, str]) -> Callable[[Mapping[str, str]], object]:
        """Show a bundle; what it returns shows another one in its place."""
        self.shown.append(bundle)
        return self.shown.append


@pytest.fixture
def screen() -> Screen:
    """Return a screen with nothing on it."""
    return Screen()


def threads() -> list[str]:
    """Those of ours that run."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("dockmagic-")]


def test_it_is_shown_at_once_and_ends_as_a_summary(screen: Screen) -> None:
    """As HTML and as lines of text; its thread is gone."""
    view = BuildView(screen)
    view.begin("web:1", "BuildKit")
    assert threads() == ["dockmagic-build-view"]
    assert "building with BuildKit" in screen.shown[0]["text/html"]
    progress = Progress()
    for message in messages("26.1-buildkit-ok"):
        progress = fold(progress, message, now=0)
        view.show(progress)
    view.end("built", "image 0123456789ab, 2 MB")
    assert threads() == []
    last = screen.shown[-1]
    assert set(last) == {"text/html", "text/plain"}
    assert "built with BuildKit" in last["text/html"]
    lines = last["text/plain"].splitlines()
    assert (lines[0], lines[-1]) == ("web:1: building with BuildKit", "image 0123456789ab, 2 MB")
    assert "    hello" in lines


def test_it_is_renewed_five_times_a_second_at_most(screen: Screen) -> None:
    """Whatever comes meanwhile is in the next one."""
    view = BuildView(screen)
    view.begin("web:1", "BuildKit")
    start = time.monotonic()
    progress = fold(Progress(), trace(vertex("a", "[1/1] RUN a", started=1)), now=0)
    number = 0
    while time.monotonic() - start < 4 * INTERVAL:
        number += 1
        progress = fold(progress, trace(log("a", b"line %d\n" % number)), now=0)
        view.show(progress)
    taken = time.monotonic() - start
    view.end("built", "done")
    assert 2 <= len(screen.shown) <= 2 + taken / INTERVAL
    assert f"line {number}" in screen.shown[-1]["text/plain"]


def test_it_is_renewed_while_nothing_comes(screen: Screen) -> None:
    """The seconds go on, so that one sees that it lives."""
    view = BuildView(screen)
    view.begin("web:1", "BuildKit")
    assert eventually(lambda: len(screen.shown) > 1)
    view.end("interrupted", "")
    assert "interrupted with BuildKit" in screen.shown[-1]["text/html"]


def test_a_long_log_keeps_its_text_short(screen: Screen) -> None:
    """A screen of lines while it runs, the last thousand afterwards, and how many there were before."""
    view = BuildView(screen)
    view.begin("web:1", "BuildKit")
    progress = fold(Progress(), trace(vertex("a", "[1/1] RUN a", started=1)), now=0)
    progress = fold(progress, trace(log("a", b"".join(b"line %d\n" % number for number in range(5000)))), now=0)
    view.show(progress)
    assert eventually(lambda: len(screen.shown) > 1)
    view.end("built", "done")
    assert len(screen.shown[1]["text/plain"].splitlines()) == 25
    lines = screen.shown[-1]["text/plain"].splitlines()
    assert (lines[0], len(lines), lines[-1]) == ("... 4003 earlier lines", LINES + 1, "done")


def test_an_end_without_a_beginning_shows_nothing(screen: Screen) -> None:
    """An interrupt may come before anything was shown."""
    BuildView(screen).end("interrupted", "")
    assert screen.shown == []
    assert threads() == []


def test_a_front_end_that_is_gone_does_not_keep_the_build_from_ending() -> None:
    """What the last update raises is raised; the thread has ended."""

    def display(_: Mapping[str, str]) -> Callable[[Mapping[str, str]], object]:
        def update(_: Mapping[str, str]) -> object:
            raise OSError("gone")

        return update

    view = BuildView(display)
    view.begin("web:1", "BuildKit")
    with pytest.raises(OSError, match="gone"):
        view.end("built", "done")
    assert threads() == []
