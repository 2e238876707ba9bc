from __future__ import annotations

from typing import Any

import pytest

from dockmagic.frames.images import image_rows

A, B = ("sha256:" + letter * 64 for letter in "ab")


def listed(tags: Any, digests: Any, *, with_digests: bool = False) -> list[tuple[str | None, str | None, str | None]]:
    """Repository, tag and digest of the rows of one image."""
    image = {"Id": "sha256:" + "1" * 64, "RepoTags": tags, "RepoDigests": digests}
    rows = image_rows([image], digests=with_digests)
    return [(row["repository"], row["tag"], row["digest"]) for row in rows]


@pytest.mark.parametrize(
    ("tags", "digests", "expected"),
    [
        (["image:1"], [f"image@{A}"], [("image", "1", A)]),
        (["image:1", "image:2"], [f"image@{A}"], [("image", "1", A), ("image", "2", A)]),
        (["image:1"], [], [("image", "1", None)]),
        (["image:1"], [f"other@{A}"], [("image", "1", None), ("other", None, A)]),
        (["image:1", "lab:5000/image:1"], [], [("image", "1", None), ("lab:5000/image", "1", None)]),
        (["docker.io/library/image:1"], [f"docker.io/library/image@{A}"], [("image", "1", A)]),
        (["image:1"], [f"image@{A}", f"image@{B}"], [("image", "1", None)]),
        ([], [f"image@{A}"], [("image", None, A)]),
        ([], [f"image@{A}", f"image@{B}"], [("image", None, None)]),
    ],
)
def test_there_is_a_row_for_each_tag_and_for_a_repository_with_digests_only(
    tags: list[str], digests: list[str], expected: list[tuple[str, str | None, str | None]]
) -> None:
    """The digest is told where there is only one; of several none is the one."""
    assert listed(tags, digests) == expected


@pytest.mark.parametrize(
    ("tags", "digests", "expected"),
    [
        (["image:1"], [f"image@{A}"], [("image", "1", A)]),
        (["image:1"], [], [("image", "1", None)]),
        (["image:1"], [f"image@{A}", f"image@{B}"], [("image", "1", A), ("image", "1", B)]),
        (["image:1"], [f"other@{A}"], [("image", "1", None), ("other", None, A)]),
        ([], [f"image@{A}", f"image@{B}"], [("image", None, A), ("image", None, B)]),
    ],
)
def test_with_digests_there_is_a_row_for_each_tag_and_digest(
    tags: list[str], digests: list[str], expected: list[tuple[str, str | None, str | None]]
) -> None:
    """As `docker images --digests`."""
    assert listed(tags, digests, with_digests=True) == expected


@pytest.mark.parametrize(
    ("tags", "digests"),
    [
        ([], []),
        (None, None),
        (["<none>:<none>"], ["<none>@<none>"]),
        (["<none>:<none>"], []),
        ("image:1", {"image": A}),
        ([None, 5, "image"], ["image"]),
    ],
)
def test_an_image_without_any_reference_is_dangling(tags: Any, digests: Any) -> None:
    """Engines before API 1.43 call it <none>:<none>, later ones have empty arrays, and no image is ever left out."""
    assert listed(tags, digests) == listed(tags, digests, with_digests=True) == [(None, None, None)]
    assert image_rows([{"RepoTags": tags, "RepoDigests": digests}])[0]["dangling"] is True


def test_an_image_whose_tag_was_taken_away_is_not_dangling() -> None:
    """Before API 1.43 it has the tag <none>:<none> and a digest; it can still be named by that."""
    rows = image_rows([{"RepoTags": ["<none>:<none>"], "RepoDigests": [f"image@{A}"]}])
    assert [(row["repository"], row["tag"], row["digest"], row["dangling"]) for row in rows] == [
        ("image", None, A, False)
    ]


@pytest.mark.parametrize(
    ("image", "no_trunc", "expected"),
    [
        ({"Id": "sha256:" + "1" * 64}, False, "1" * 12),
        ({"Id": "sha256:" + "1" * 64}, True, "sha256:" + "1" * 64),
        ({"Id": None}, False, None),
        ({}, False, None),
    ],
)
def test_an_id_is_short_unless_it_is_wanted_in_full(
    image: dict[str, Any],
    no_trunc: bool,  # noqa: FBT001 - docker's flag
    expected: str | None,
) -> None:
    """And missing where the engine tells none."""
    assert image_rows([image], no_trunc=no_trunc)[0]["id"] == expected


@pytest.mark.parametrize(("told", "expected"), [(-1, None), (0, 0), (3, 3), (None, None)])
def test_containers_that_nobody_counted_are_missing(told: int | None, expected: int | None) -> None:
    """Before API 1.51 an engine says -1."""
    assert image_rows([{"Containers": told}])[0]["containers"] == expected
