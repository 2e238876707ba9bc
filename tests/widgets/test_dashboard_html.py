"""A dashboard as a table of HTML that stays as it is."""

from __future__ import annotations

from typing import Any

from dockmagic.widgets.dashboard_html import ROWS, dashboard_html


def whole(count: int = 1, **more: Any) -> dict[str, Any]:
    """What a page shows, with so many containers."""
    row = {
        "name": "web",
        "image": "bb:1",
        "state": "exited",
        "exit_code": 3,
        "health": "",
        "ports": ["80/tcp", "81/tcp"],
    }
    engine = {"name": "lab", "host": "unix:///s", "version": "26.1", "api": "1.45", "memory": 2_000_000_000}
    counts = {"running": 0, "paused": 0, "stopped": count, "unhealthy": 0}
    return {"sections": {"engine": engine, "counts": counts}, "rows": {str(n): row | more for n in range(count)}}


def test_it_has_a_row_per_container_and_says_what_the_engine_is() -> None:
    """And whether it was heard when the notebook was saved."""
    html = dashboard_html(whole(2), state="connected")
    assert "<div>lab · Docker 26.1 · API 1.45 · 2 GB · connected</div>" in html
    assert "<div>0 running · 0 paused · 2 stopped</div>" in html
    assert html.count("<tr>") == 3
    assert "exited 3" in html
    assert "80/tcp, 81/tcp" in html


def test_names_are_text() -> None:
    """Whoever made a container chose its name and its image's."""
    html = dashboard_html(whole(name="<img src=x onerror=alert(1)>", image="<b>"), state="<i>")
    assert "<img" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_a_long_list_has_an_end_and_says_so() -> None:
    """A saved notebook is no place for thousands of rows."""
    html = dashboard_html(whole(ROWS + 5), state="connected")
    assert html.count("<tr>") == ROWS + 1
    assert "… and 5 more" in html


def test_an_engine_that_has_told_nothing_yet_is_its_address() -> None:
    """Nothing is made up."""
    html = dashboard_html(
        {"sections": {"engine": {"host": "unix:///s", "api": "1.41"}}, "rows": {}}, state="connecting"
    )
    assert "<div>unix:///s · API 1.41 · connecting</div>" in html
