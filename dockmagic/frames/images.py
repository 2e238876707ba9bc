"""The columns of `images`: one reference per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.frames.ids import id_of
from dockmagic.frames.references import Reference, parse_reference
from dockmagic.frames.schema import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dockmagic.frames.schema import Row, Schema

__all__ = ["IMAGES", "image_rows"]

_NONE = "<none>"

IMAGES: Schema = (
    Column("repository", "repository", "str", "name without tag; NA for docker's <none>"),
    Column("tag", "tag", "str", "NA for docker's <none>"),
    Column("id", "id", "str", "12 digits, or all with the hash's name with --no-trunc"),
    Column("created", "Created", "datetime64[us, UTC]", "when it was built"),
    Column("size", "Size", "Int64", "bytes of all its layers; images share layers"),
    Column("digest", "digest", "str", "of its manifest in a registry; NA if it never was in one, or in several"),
    Column("containers", "containers", "Int64", "how many are made from it; NA where the engine does not count"),
    Column("dangling", "dangling", "bool", "whether it has neither name nor tag"),
    Column("labels", "Labels", "dict", "label to value"),
)


def image_rows(images: Iterable[Row], *, digests: bool = False, no_trunc: bool = False) -> list[Row]:
    """One row per reference, as `docker images`: a tag each, and one for a repository that has digests only.

    With `digests` as `docker images --digests`: one per tag and digest. Source: `imageFormatTaggedAndDigest` of
    docker/cli. Unlike there, the digest is told without the flag too where a repository has only one, and an image
    is never left out: one without any good reference is dangling.
    """
    return [
        {
            **image,
            "id": id_of("Id", no_trunc=no_trunc)(image),
            "repository": reference.repository or None,
            "tag": reference.tag or None,
            "digest": reference.digest or None,
            "containers": None if image.get("Containers") == -1 else image.get("Containers"),
            "dangling": not reference.repository,
        }
        for image in images
        for reference in _references(image, digests=digests)
    ]


def _references(image: Row, *, digests: bool) -> Iterator[Reference]:
    tags = _by_repository(image.get("RepoTags"), "tag")
    by_digest = _by_repository(image.get("RepoDigests"), "digest")
    if not tags and not by_digest:
        yield Reference("", "", "")
    for repository, its_tags in tags.items():
        for tag in its_tags:
            for digest in _told(by_digest.get(repository, []), digests=digests):
                yield Reference(repository, tag, digest)
    for repository, its_digests in by_digest.items():
        if repository not in tags:
            for digest in _told(its_digests, digests=digests):
                yield Reference(repository, "", digest)


def _told(found: list[str], *, digests: bool) -> list[str]:
    return found if len(found) == 1 or (found and digests) else [""]


def _by_repository(references: Any, part: str) -> dict[str, list[str]]:
    """Repository -> its tags or digests, without those that engines before API 1.43 call <none>."""
    found: dict[str, list[str]] = {}
    for text in references if isinstance(references, list) else []:
        reference = parse_reference(str(text))
        value = getattr(reference, part)
        if reference.repository and reference.repository != _NONE and value and value != _NONE:
            found.setdefault(reference.repository, []).append(value)
    return found
