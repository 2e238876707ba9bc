"""The columns of `images`: one reference per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.frames.ids import short_id
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
    Column("id", "id", "str", "12 digits, or all with the hash's name"),
    Column("created", "Created", "datetime64[us, UTC]", "when it was built"),
    Column("size", "Size", "Int64", "bytes of all its layers; images share layers"),
    Column("digest", "digest", "str", "of its manifest in a registry; NA if it never was in one"),
    Column("containers", "containers", "Int64", "how many are made from it; NA where the engine does not count"),
    Column("dangling", "dangling", "bool", "whether it has neither name nor tag"),
    Column("labels", "Labels", "dict", "name to value"),
)


def image_rows(images: Iterable[Row], *, digests: bool = False, no_trunc: bool = False) -> list[Row]:
    """One row per reference, as `docker images`: a tag each, and a digest where a repository has no tag.

    With `digests` as `docker images --digests`: one per tag and digest. Source: `imageFormatTaggedAndDigest` of
    docker/cli. Unlike there, the digest is told without the flag too where a repository has only one.
    """
    return [
        {
            **image,
            "id": short_id(str(image.get("Id", "")), no_trunc=no_trunc),
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
        its_digests = by_digest.pop(repository, [""])
        for tag in its_tags:
            for digest in its_digests if digests else [its_digests[0] if len(its_digests) == 1 else ""]:
                yield Reference(repository, tag, digest)
    for repository, its_digests in by_digest.items():
        for digest in its_digests if digests else its_digests[:1]:
            yield Reference(repository, "", digest)


def _by_repository(references: Any, part: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in references if isinstance(references, list) else []:
        reference = parse_reference(str(text))
        value = getattr(reference, part)
        if reference.repository != _NONE and value and value != _NONE:
            found.setdefault(reference.repository, []).append(value)
    return found
