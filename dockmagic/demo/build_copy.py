"""COPY and ADD: what they take from the context or from another image, and where they put it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dockmagic.demo.build_failure import BuildFailed
from dockmagic.demo.identities import digest_of
from dockmagic.demo.paths import copied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic.demo.build_context import Context, File
    from dockmagic.demo.images import Image

__all__ = ["Copied", "from_context", "from_image"]


class Copied(NamedTuple):
    """What a step has copied: bytes, a hash of it all, and the paths that are there now."""

    size: int
    digest: str
    files: frozenset[str]


def from_context(context: Context, word: str, paths: Sequence[str], workdir: str) -> Copied:
    """Copy from what was sent; the last of `paths` is the target. Raises BuildFailed for what was not sent."""
    found: dict[str, File] = {}
    placed: set[str] = set()
    for path in paths[:-1]:
        if "://" in path:
            raise BuildFailed(f"{word} failed: the demo engine fetches nothing from {path.split('/')[2]}")
        matching = context.matching(path)
        if not matching:
            wanted = path.removeprefix("./").lstrip("/")
            raise BuildFailed(
                f"{word} failed: file not found in build context or excluded by .dockerignore: "
                f"stat {wanted}: file does not exist"
            )
        found |= matching
        placed |= copied(matching, path, paths[-1], workdir)
    return Copied(sum(file.size for file in found.values()), digest_of(*sorted(found.items())), frozenset(placed))


def from_image(image: Image, paths: Sequence[str], workdir: str) -> Copied:
    """Copy from another stage or image. What is in it is not known, but for what builds have put there."""
    placed: set[str] = set()
    for path in paths[:-1]:
        base = path.strip("/")
        known = [file.lstrip("/") for file in image.files if f"{file}/".startswith(f"/{base}/")]
        placed |= copied(known or [base], path, paths[-1], workdir)
    return Copied(image.size // 50, digest_of("from", image.id, *paths), frozenset(placed))
