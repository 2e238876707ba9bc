"""Log: what the steps of a build wrote, within bounds."""

from __future__ import annotations

import tracemalloc

import pytest

from dockmagic.feeds import build_log
from dockmagic.feeds.build_changes import with_log
from dockmagic.feeds.build_fold import fold
from dockmagic.feeds.build_lines import BuildLines
from dockmagic.feeds.build_progress import Progress
from tests.feeds.build_messages import log, trace, vertex

MEGABYTE = 1024 * 1024


def written(*pieces: tuple[str, bytes], progress: Progress | None = None) -> Progress:
    """The progress of steps that wrote these pieces."""
    progress = progress or Progress()
    for step, data in pieces:
        progress = with_log(progress, step, data)
    return progress


def test_a_character_that_comes_in_two_pieces_is_one() -> None:
    """Wherever a step's output is cut; the other steps' pieces between them are no matter."""
    text = "Köln: 2 € 🐳\n"
    data = text.encode()
    for cut in range(len(data)):
        progress = written(("a", data[:cut]), ("b", b"x"), ("a", data[cut:]))
        assert progress.lines("a") == [text.rstrip("\n")]
        assert progress.lines("a", last=1) == [text.rstrip("\n")]


def test_lines_are_told_with_characters_that_come_in_two_pieces() -> None:
    """As they come, in a terminal."""
    data = "Köln: 2 € 🐳\n".encode()
    for cut in range(len(data)):
        lines: list[str] = []
        teller = BuildLines(lines.append)
        progress = fold(Progress(), trace(vertex("a", "[1/1] RUN a", started=1)), now=0)
        for piece in (data[:cut], data[cut:]):
            progress = fold(progress, trace(log("a", piece)), now=0)
            teller.show(progress)
        assert lines == ["1/1 RUN a", "    Köln: 2 € 🐳"]


def test_the_last_lines_of_a_long_one_do_not_begin_in_the_middle_of_a_character() -> None:
    """They are looked for in the last bytes only."""
    progress = written(("a", b"\xe2\x82"), ("a", b"\xac" + "€".encode() * 22_000))
    (line,) = progress.lines("a", last=1)
    assert set(line) == {"€"}


@pytest.mark.parametrize("size", [1000, 50_000])
def test_a_step_that_writes_without_end_fills_no_memory(size: int) -> None:
    """In small pieces or big ones: its end is kept, and how much is lost is said; a step that was quiet keeps its."""
    piece = b"y" * (size - 1) + b"\n"
    count = 3 * build_log.KEPT // (size + 200)
    progress = written(("early", b"early\n"), ("a", b"begin\n"))
    tracemalloc.start()
    progress = written(*[("a", piece)] * count, ("b", b"end\n"), progress=progress)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used < 2.5 * build_log.KEPT
    kept = progress.lines("a")
    lost = int(kept[0].split()[1]) if kept[0].startswith("... ") else 0
    written_bytes = count * size + len(b"begin\n")
    assert sum(len(line) + 1 for line in kept[bool(lost) :]) + lost == written_bytes
    assert kept[-1] == "y" * (size - 1)
    assert progress.lines("a", last=2) == ["y" * (size - 1)] * 2
    assert progress.lines("b") == ["end"]
    assert progress.all_lines()[0] in {"early", "... 6 bytes before this are not kept"}


def test_one_huge_piece_is_kept_by_its_end() -> None:
    """Some engine's line of many megabytes."""
    progress = written(("a", b"x" * 3 * build_log.KEPT + b"\nend\n"))
    assert progress.lines("a")[0].startswith("... ")
    assert progress.lines("a")[-1] == "end"
    assert sum(map(len, progress.lines("a"))) < build_log.KEPT + 100


def test_each_line_is_told_once_however_many_there_are() -> None:
    """Also where the older ones are joined, and dropped, meanwhile."""
    lines: list[str] = []
    teller = BuildLines(lines.append)
    progress = fold(Progress(), trace(vertex("a", "[1/1] RUN a", started=1)), now=0)
    count = 3 * build_log.KEPT // 256
    for number in range(count):
        progress = with_log(progress, "a", b"line %d\n" % number)
        teller.show(progress)
    assert lines[1:] == [f"    line {number}" for number in range(count)]
    assert progress.lines("a")[-1] == f"line {count - 1}"
