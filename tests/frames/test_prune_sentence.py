"""The sentence below the frame of a prune."""

from __future__ import annotations

from typing import Any

import pytest

from dockmagic.frames.human_size import human_size
from dockmagic.frames.prune_sentence import counted, removed_sentence, would_remove_sentence


def rows(*kinds: str, removed: bool = True) -> list[dict[str, Any]]:
    """Rows of these kinds."""
    return [{"kind": kind, "removed": removed} for kind in kinds]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1_234_567, "1.235 MB"),
        (813_500_000, "813.5 MB"),
        (1_500_000_000, "1.5 GB"),
        (2 * 10**12, "2 TB"),
        (10**28, "1e+04 YB"),
    ],
)
def test_sizes_have_four_digits_and_a_decimal_unit(size: int, text: str) -> None:
    """As docker writes them, with a blank."""
    assert human_size(size) == text


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        ([], ""),
        (["image"], "1 image"),
        (["image", "image"], "2 images"),
        (["image", "container"], "1 container and 1 image"),
        (
            ["build cache", "tag", "volume", "network", "build cache"],
            "1 network, 1 volume, 1 tag and 2 build cache records",
        ),
    ],
)
def test_kinds_are_counted_in_the_order_of_their_removal(kinds: list[str], text: str) -> None:
    """One is one, two are several."""
    assert counted(kinds) == text


def test_a_preview_says_what_would_go_and_that_nothing_has() -> None:
    """Images share layers: it is what is freed at most."""
    assert would_remove_sentence(rows("container", "network", "image"), most=813_500_000) == (
        "Would remove 1 container, 1 network and 1 image and free up to 813.5 MB. "
        "Nothing has been removed: add -f to do it."
    )
    assert would_remove_sentence([], most=0) == "There is nothing to remove."


def test_networks_and_tags_free_nothing() -> None:
    """Then no bytes are told."""
    assert would_remove_sentence(rows("network", "network"), most=0, note="So. ") == (
        "Would remove 2 networks. So. Nothing has been removed: add -f to do it."
    )
    assert removed_sentence(rows("network", "tag"), freed=0) == "Removed 1 network and 1 tag."


def test_afterwards_it_says_what_the_engine_says() -> None:
    """And what stayed although it was listed."""
    assert removed_sentence(rows("image", "volume"), freed=1_200_000) == (
        "Removed 1 volume and 1 image; the engine freed 1.2 MB."
    )
    assert removed_sentence([], freed=0) == "Nothing was removed."
    assert removed_sentence([*rows("image"), *rows("image", "tag", removed=False)], freed=0) == (
        "Removed 1 image; the engine freed 0 B. 1 image and 1 tag stayed: removed is False."
    )
