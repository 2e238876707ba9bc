"""Images as the API shows them: the list, one of them, and its history."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from dockmagic.demo.clock import SECOND, rfc3339
from dockmagic.demo.durations import moment_or_duration

if TYPE_CHECKING:
    from dockmagic.demo.filters import Filters
    from dockmagic.demo.images import Image
    from dockmagic.demo.world import World

__all__ = ["IMAGE_FILTERS", "all_newer", "all_older", "history", "image_row", "inspect_image", "list_images"]

IMAGE_FILTERS = ("before", "dangling", "label", "label!", "reference", "since", "until")
_OLD_NONES, _OLD_SIZES = (1, 43), (1, 44)


def list_images(world: World, filters: Filters, *, all: bool, version: tuple[int, int]) -> list[dict[str, Any]]:
    """The rows of `docker images`, newest first; without `all`, no image that only others were built on."""
    names, children = world.images.tags_by_image(), world.images.children()
    dangling = filters.flag("dangling")
    newest = [world.images.find(name).created for name in filters.get("since", ())]
    oldest = [world.images.find(name).created for name in filters.get("before", ())]
    until = [moment_or_duration(text, world.timeline.now) for text in filters.get("until", ())]
    rows = []
    for image in sorted(world.images.by_id.values(), key=lambda each: -each.created):
        tags = names.get(image.id, [])
        if not tags and not all and image.id in children:
            continue
        if dangling is not None and dangling != (not tags):
            continue
        if not all_newer(image.created, newest) or not all_older(image.created, [*oldest, *until]):
            continue
        if not filters.labels("label", image.labels) or _excluded(filters, image):
            continue
        if "reference" in filters:
            tags = [tag for tag in tags if any(_refers(pattern, tag) for pattern in filters["reference"])]
            if not tags:
                continue
        rows.append(image_row(image, tags, version=version))
    return rows


def all_newer(created: int, limits: list[int]) -> bool:
    """Whether it was made after all of them."""
    return all(created > limit for limit in limits)


def all_older(created: int, limits: list[int]) -> bool:
    """Whether it was made before all of them."""
    return all(created < limit for limit in limits)


def _excluded(filters: Filters, image: Image) -> bool:
    from_list = filters.get("label!", ())
    return any(name in image.labels for name in from_list)


def _refers(pattern: str, tag: str) -> bool:
    """As `docker images PATTERN`: of the name, of the name with its tag, and with * for a part of a path."""
    name = tag.rpartition(":")[0]
    candidates = [tag, name]
    plain = pattern.removeprefix("docker.io/").removeprefix("library/")
    return any(each.count("/") == plain.count("/") and fnmatch.fnmatchcase(each, plain) for each in candidates)


def image_row(image: Image, tags: list[str], *, version: tuple[int, int]) -> dict[str, Any]:
    """One row of the list."""
    digests = list(image.digests)
    if version < _OLD_NONES and not tags:
        tags, digests = ["<none>:<none>"], digests or ["<none>@<none>"]
    row = {
        "Containers": -1,
        "Created": image.created // SECOND,
        "Id": image.id,
        "Labels": image.labels or None,
        "ParentId": image.parent,
        "RepoDigests": digests,
        "RepoTags": tags,
        "SharedSize": -1,
        "Size": image.size,
    }
    return row | ({"VirtualSize": image.size} if version < _OLD_SIZES else {})


def inspect_image(world: World, image: Image, *, version: tuple[int, int]) -> dict[str, Any]:
    """All that is known of an image."""
    folder = f"{world.root}/overlay2/{image.short}"
    return {
        "Id": image.id,
        "RepoTags": world.images.names_of(image),
        "RepoDigests": image.digests,
        "Parent": image.parent,
        "Comment": image.comment,
        "Created": rfc3339(image.created),
        "DockerVersion": "",
        "Author": "",
        "Config": _CONFIG | image.config,
        "Architecture": "amd64",
        "Os": "linux",
        "Size": image.size,
        **({"VirtualSize": image.size} if version < _OLD_SIZES else {}),
        "GraphDriver": {
            "Data": {"MergedDir": f"{folder}/merged", "UpperDir": f"{folder}/diff", "WorkDir": f"{folder}/work"},
            "Name": "overlay2",
        },
        "RootFS": {"Type": "layers", "Layers": [layer.digest for layer in image.layers]},
        "Metadata": {"LastTagTime": rfc3339(image.tagged)},
    }


def history(world: World, image: Image) -> list[dict[str, Any]]:
    """What made an image, the newest first; steps that were made elsewhere have the id <missing>."""
    rows = []
    for created, command, size, identity in reversed(image.history):
        known = world.images.by_id.get(identity)
        names = world.images.names_of(known) if known else []
        rows.append(
            {
                "Comment": image.comment if identity == image.id else "",
                "Created": created // SECOND,
                "CreatedBy": command,
                "Id": identity if known else "<missing>",
                "Size": size,
                "Tags": names or None,
            }
        )
    return rows


_CONFIG: dict[str, Any] = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Env": None,
    "Cmd": None,
    "Image": "",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "OnBuild": None,
    "Labels": None,
}
