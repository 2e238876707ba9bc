"""Lines of logs as rows of a page, and as a table that stays as it is."""

from __future__ import annotations

import pytest

from dockmagic.feeds.log_unit import NO_STAMP, NOTE, note, read, unit
from dockmagic.widgets.logs_html import logs_html
from dockmagic.widgets.logs_rows import LIMIT, LogRows, log_row

SCRIPT = "<img src=x onerror=alert(1)>"


def stamp(second: int) -> bytes:
    """A time."""
    return f"2026-11-30T01:33:{second:02d}.123456789Z".encode()


def line(text: str, second: int = 0, source: int = 0, stream: int = 1) -> bytes:
    """A unit."""
    return unit(stream, source, stamp(second), text.encode())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("    indented", "    indented"),
        ("a\tb", "a       b"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07x", "red x"),
        ("\x1b[2J\x1b[Hcleared", "cleared"),
        (" 50 %\r100 %", "100 %"),
        ("a\x00b\x08c\u202ed", "a b c d"),
        ("\x1b[31m" * 3000, ""),
    ],
)
def test_a_line_is_as_a_terminal_ends_up_with_it(text: str, shown: str) -> None:
    """Without what colours, moves or hides."""
    assert log_row(read(line(text)), 1).text == shown


def test_a_line_is_not_endless() -> None:
    """A page has to show it."""
    text = log_row(read(line("x" * 100_000)), 1).text
    assert len(text) <= 2000
    assert text.endswith("…")


def test_a_row_says_when_whose_and_of_what_stream() -> None:
    """Milliseconds since 1970; 0 where no time is known."""
    row = log_row(read(line("x", source=300, stream=2)), 7)
    assert (row.number, row.source, row.stream) == (7, 300, 2)
    assert row.milliseconds == pytest.approx(1_796_002_380_123.456789, abs=0.001)
    assert log_row(read(note(0, NO_STAMP, "x")), 1).milliseconds == 0
    assert log_row(read(unit(1, 0, b"2026-99-99T99:99:99.123456789Z", b"x")), 1).milliseconds == 0


def test_a_page_gets_the_last_lines_in_the_order_of_time() -> None:
    """Numbers say which it has; of a burst only the last ones are read."""
    rows = LogRows(["web", "db"])
    told = rows.add([line("b", 2), line("a", 1, source=1)])
    assert [row.text for row in told["rows"]] == ["a", "b"]
    assert (told["first"], told["last"]) == (1, 2)
    told = rows.add([line(str(number), 3) for number in range(3 * LIMIT)])
    assert (told["first"], told["last"], len(told["rows"])) == (3, 2 + 3 * LIMIT, LIMIT)
    assert (told["rows"][0].number, told["rows"][-1].number) == (3 + 2 * LIMIT, 2 + 3 * LIMIT)
    everything = rows.all()
    assert (everything["first"], everything["last"], len(everything["rows"])) == (1, 2 + 3 * LIMIT, LIMIT)
    assert everything["names"] == ["web", "db"]


def test_the_table_has_the_last_lines_as_text() -> None:
    """A note stands out; nothing of it is HTML of a container's."""
    rows = LogRows([SCRIPT])
    rows.add([line(SCRIPT, 2, stream=2), line("first", 1), note(0, stamp(3), "was removed")])
    html = logs_html(rows.newest(20), of=f"{SCRIPT} on x", seen=3, state="connected")
    assert SCRIPT not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") == 5
    assert html.index("first") < html.index("stderr") < html.index("<i>was removed</i>")
    assert "2026-11-30 01:33:02.123" in html
    assert "3 lines <" in html
    assert logs_html([], of="web on x", seen=0, state="stopped") == (
        "<div><b>Logs</b> of web on x: 0 lines <span style='color:var(--jp-ui-font-color2,#666)'>(stopped)</span></div>"
    )
    assert NOTE not in {1, 2}
