"""Which images and tags a prune removes, by rules that no test can reach with a real engine alone."""

from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.prune_filters import PruneFilters
from dockmagic.frames.prunable.images import most_freed, prunable_images
from dockmagic.frames.prunable.replies import deleted_images

ALL = PruneFilters()
DIGEST = "sha256:" + "ab" * 32


def image(name: str, *tags: str, parent: str = "", digests: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """An image as the engine lists it."""
    return {"Id": name, "RepoTags": [*tags], "RepoDigests": [*digests], "ParentId": parent, "Size": 10, **more}


def gone(*images: dict[str, Any], used: str = "", all: bool = True) -> list[tuple[str, str]]:  # docker's word
    """Kind and key of what goes while containers are made from the images in `used`."""
    rows = prunable_images(images, used.split(), ALL, all=all)
    return [(row["kind"], row["key"]) for row in rows]


@pytest.mark.parametrize("none", [{}, {"RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}])
def test_without_all_only_images_without_a_tag_and_without_children_go(none: dict[str, Any]) -> None:
    """Older engines write <none>. The layers of a build go with it and are no rows."""
    images = [image("a", "a:1"), image("b") | none, image("c", parent="d") | none, image("d") | none]
    assert gone(*images, all=False) == [("image", "b"), ("image", "c")]
    assert gone(*images, used="c", all=False) == [("image", "b")]


def test_an_image_that_was_pulled_by_its_digest_has_no_tag() -> None:
    """It goes without --all too."""
    assert gone(image("a", digests=(f"a@{DIGEST}",)), all=False) == [("image", "a")]
    assert gone(image("a", digests=(f"a@{DIGEST}",)), used="a", all=False) == []
    assert gone(image("a", "b:1", digests=(f"a@{DIGEST}",)), all=False) == []


def test_a_used_image_with_one_name_stays_as_it_is() -> None:
    """One tag, with or without its digest."""
    assert gone(image("a", "a:1"), used="a") == []
    assert gone(image("a", "a:1", digests=(f"a@{DIGEST}",)), used="a") == []


def test_a_used_image_with_several_tags_keeps_the_last_one() -> None:
    """So engines do: they remove one after the other until one is left."""
    assert gone(image("a", "b:1", "a:2", "a:1"), used="a") == [("tag", "a:1"), ("tag", "a:2")]


def test_engines_sort_names_with_their_registry() -> None:
    """What is of no registry is of docker.io: it comes before localhost and behind 127.0.0.1 and a.io."""
    tags = ("localhost:5000/a:1", "z:1", "a.io/a:1", "u/a:1", "127.0.0.1:5000/a:1")
    assert [key for _, key in gone(image("a", *tags), used="a")] == ["127.0.0.1:5000/a:1", "a.io/a:1", "z:1", "u/a:1"]


def test_a_used_image_may_lose_its_only_tag_to_a_digest() -> None:
    """Of another repository, which is then the name that is left."""
    assert gone(image("a", "a:1", digests=(f"b@{DIGEST}",)), used="a") == [("tag", "a:1")]


def test_the_digests_of_a_repository_go_with_its_last_tag() -> None:
    """They are no rows, with or without it."""
    images = [image("a", "a:1", "b:1", digests=(f"a@{DIGEST}", f"b@{DIGEST}"))]
    assert gone(*images, used="a") == [("tag", "a:1")]
    assert gone(*images) == [("image", "a")]


def test_an_image_whose_child_stays_loses_its_tags_only() -> None:
    """Its layers are still needed."""
    images = [image("child", "c:1", parent="parent"), image("parent", "p:1", "p:2")]
    assert gone(*images, used="child") == [("tag", "p:1"), ("tag", "p:2")]
    assert gone(*images) == [("image", "child"), ("image", "parent")]
    assert gone(*reversed(images)) == gone(*images)


def test_layers_go_with_the_last_image_made_from_them() -> None:
    """Whether or not a filter takes them, unless a container has one."""
    images = [
        image("x", "x:1", parent="l1", Labels={"old": ""}),
        image("y", "y:1", parent="l1"),
        image("l1", parent="l0"),
        image("l0"),
    ]
    only = PruneFilters(labels=("old",))
    assert [row["key"] for row in prunable_images(images, (), only, all=True)] == ["x"]
    assert gone(*images) == [("image", "x"), ("image", "y")]


def test_the_name_of_an_image_is_all_its_tags() -> None:
    """Or its digests, or NA."""
    images = [image("a", "a:1", "a:2"), image("b", digests=(f"b@{DIGEST}",)), image("c")]
    assert [row["name"] for row in prunable_images(images, (), ALL, all=True)] == ["a:1, a:2", f"b@{DIGEST}", None]


@pytest.mark.parametrize(("layers", "most"), [(None, 20), (25, 15), (100, 20), (5, 0), (-1, 0), ("many", 20)])
def test_what_is_freed_is_no_more_than_what_all_layers_leave_beside_those_that_stay(layers: Any, most: int) -> None:
    """Without knowing the layers it is what the images have together."""
    images = [image("a"), image("b"), image("c", "c:1")]
    rows = prunable_images(images, (), ALL)
    assert most_freed(images, rows, layers) == most


def test_a_reply_names_images_layers_tags_and_digests() -> None:
    """Rows are the images, and the tags of images that stay."""
    images = [
        image("x", "x:1", "x:2", parent="l"),
        image("l", parent="z"),
        image("y", "y:1", "y:2"),
        image("z", digests=(f"z@{DIGEST}",)),
    ]
    reply = {
        "ImagesDeleted": [
            {"Untagged": "x:1"},
            {"Untagged": "x:2"},
            {"Untagged": f"x@{DIGEST}"},
            {"Deleted": "x"},
            {"Deleted": "sha256:layer"},
            {"Deleted": "l"},
            {"Untagged": f"z@{DIGEST}"},
            {"Deleted": "z"},
            {"Untagged": "y:1"},
        ]
    }
    assert deleted_images(reply, images) == [("image", "x"), ("image", "z"), ("tag", "y:1")]
    assert deleted_images({"ImagesDeleted": None}, images) == []
