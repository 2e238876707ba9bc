from __future__ import annotations

import json
import threading
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dockmagic.feeds.transfer_progress import Part, Progress, fold
from dockmagic.widgets.transfer_html import PARTS, transfer_html
from dockmagic.widgets.transfer_view import TransferView
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RECORDED = Path(__file__).parent.parent / "feeds" / "recorded"


class _Text(HTMLParser):
    """What a browser shows of HTML, and the elements it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.elements = "", list[str]()
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)


def shown(progress: Progress, *, over: bool = False, note: str = "", title: str = "web:1", verb: str = "pull") -> _Text:
    """A view after 65 seconds."""
    return _Text(transfer_html(progress, title=title, verb=verb, seconds=65.4, over=over, note=note))


HALF = Progress(parts={"aaa": Part("Pull complete"), "bbb": Part("Downloading", 500_000, 2_000_000)})


def test_while_it_runs_each_layer_has_its_state_and_its_bytes() -> None:
    """And it says how to stop it."""
    view = shown(HALF)
    assert "web:1 pulling · 01:05 · interrupt the kernel to stop" in " ".join(view.text.split())
    assert "✓ aaa Pull complete" in " ".join(view.text.split())
    assert "· bbb Downloading ██░░░░░░░ 500 kB / 2 MB" in " ".join(view.text.split())


def test_bytes_of_how_many_nobody_knows_have_no_bar() -> None:
    """An archive that the engine makes while it sends it."""
    assert "Saving 1.5 MB" in " ".join(
        shown(Progress(parts={"x.tar": Part("Saving", 1_500_000)}), verb="save").text.split()
    )


def test_at_the_end_it_is_one_line_that_can_be_opened() -> None:
    """With what came of it."""
    view = shown(HALF, over=True, note="Downloaded newer image for web:1")
    assert " ".join(view.text.split()).startswith("web:1 pulled · 01:05 · Downloaded newer image for web:1 ")
    assert view.elements.count("details") == 1


def test_what_failed_stays_open_and_says_why() -> None:
    """The last states of its layers too."""
    view = shown(Progress(parts=HALF.parts, error="denied: no"), over=True)
    assert "not pulled · 01:05" in view.text
    assert "denied: no" in view.text
    assert "details" not in view.elements


def test_nothing_that_an_engine_says_becomes_an_element() -> None:
    """Names, states, errors and the title are text."""
    evil = "<img src=x onerror=alert(1)>'\"&"
    progress = Progress(parts={evil: Part(evil, 1, 2)}, error=evil)
    for over, note in ((False, ""), (True, ""), (True, evil)):
        view = shown(progress, over=over, note=note, title=evil, verb=evil)
        assert "img" not in view.elements
        assert evil in view.text


class Place:
    """One place of a notebook: what it showed first, and each renewal."""

    def __init__(self) -> None:
        self.bundles: list[Mapping[str, str]] = []

    def __call__(self, bundle: Mapping[str, str]) -> Callable[[Mapping[str, str]], object]:
        """Show it for the first time."""
        self.bundles.append(bundle)
        return self.bundles.append


@pytest.mark.parametrize("engine", ["20.10", "26.1"])
def test_a_recorded_pull_is_shown_in_one_place_and_stays_as_lines(engine: str) -> None:
    """The thread that renews it ends with it; as text it is what docker prints, for whoever shows no HTML."""
    place, progress = Place(), Progress()
    view = TransferView(place)
    view.begin("team/web:1", "pull")
    for line in filter(None, (RECORDED / f"pull-{engine}.jsonl").read_text().splitlines()):
        progress = fold(progress, json.loads(line))
        view.show(progress)
    assert eventually(lambda: len(place.bundles) > 1)
    view.end("Downloaded newer image")
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("dockmagic-")] == []
    assert "pulling" in place.bundles[0]["text/html"]
    assert "pulled · 00:0" in place.bundles[-1]["text/html"]
    assert place.bundles[-1]["text/plain"].splitlines() == ["pull team/web:1", *progress.lines]


def test_many_changes_are_few_renewals() -> None:
    """A browser gets no more than a person can see."""
    place = Place()
    view = TransferView(place)
    view.begin("web:1", "pull")
    for number in range(5000):
        view.show(Progress(parts={"a": Part("Downloading", number, 5000)}))
    view.end("done")
    assert len(place.bundles) < 20


def test_of_hundreds_of_layers_the_last_ones_are_shown() -> None:
    """And how many there are besides."""
    progress = Progress(parts={f"layer{number}": Part("Pull complete") for number in range(PARTS + 5)})
    text = shown(progress).text
    assert "5 earlier ones" in text
    assert "layer4 " not in text
    assert f"layer{PARTS + 4} " in text


def test_an_end_without_a_beginning_shows_nothing() -> None:
    """An interrupt may come before anything was shown."""
    place = Place()
    TransferView(place).end("")
    assert place.bundles == []
