"""Which images a prune removes, and which tags of images that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dockmagic.engine.prune_filters import seconds_of
from dockmagic.frames.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from dockmagic.engine.prune_filters import PruneFilters
    from dockmagic.frames.schema import Row

__all__ = ["image_name", "images_of_containers", "most_freed", "prunable_images", "tags_of"]

_NONE = "<none>"


def prunable_images(
    images: Iterable[Row], used: Collection[str], filters: PruneFilters, *, all: bool = False
) -> list[dict[str, Any]]:
    """One row per image that goes, and one per tag that goes from an image that stays.

    `images` are those of GET /images/json?all=1, `used` the ids of those that containers are made from. Without `all`
    only images without a tag and without children go. An image that a container or a child needs loses its tags but
    the last, or all of them: so engines do. Layers of builds go with the last image that is made from them, and are
    no rows. The newest is first. Source: `ImagesPrune` and `ImageDelete` of moby/moby.
    """
    known = {str(image.get("Id")): image for image in images}
    before = _Store(known, used)
    store = _Store(known, used)
    heads = [key for key in known if not before.children(key)]
    for key in known if all else heads:
        references = before.references[key]
        hidden = not references and bool(before.children(key))
        if not hidden and filters.take(known[key].get("Labels"), known[key].get("Created")):
            _prune(store, key, all=all)
    return list(_rows(known, before, store))


def images_of_containers(containers: Iterable[Row]) -> set[str]:
    """Ids of the images that containers are made from, whether they run or not."""
    return {str(container["ImageID"]) for container in containers if container.get("ImageID")}


def most_freed(images: Iterable[Row], rows: Iterable[Row], layers: Any) -> int:
    """Bytes that the removal of the images in `rows` frees at most: images share layers.

    That is what they have together, and no more than what `layers`, the bytes of all layers if they are known, leaves
    beside the biggest image that stays.
    """
    gone = {row["key"] for row in rows if row["kind"] == "image"}
    most = sum(_bytes(image) for image in images if str(image.get("Id")) in gone)
    stays = max((_bytes(image) for image in images if str(image.get("Id")) not in gone), default=0)
    return most if type(layers) is not int else max(0, min(most, layers - stays))


class _Reference(NamedTuple):
    """A tag or a digest of an image; sorted they are in the order in which engines remove them."""

    full: str  # with its registry
    repository: str
    tag: str  # "" for a digest
    text: str  # as the engine tells it


class _Store:
    """The engine's images while some of them go: each one's references, and which is made from which."""

    def __init__(self, images: Mapping[str, Row], used: Collection[str]) -> None:
        self.references = {key: _references(image) for key, image in images.items()}
        self.used = used
        self._parent = {key: str(image.get("ParentId") or "") for key, image in images.items()}
        self._children: dict[str, set[str]] = {}
        for key, parent in self._parent.items():
            self._children.setdefault(parent, set()).add(key)

    def children(self, key: str) -> set[str]:
        """The images that are made from this one."""
        return self._children.get(key, set())

    def remove(self, key: str) -> None:
        """Remove an image that nothing needs, then its parents as far as they are without tags and not needed."""
        while key in self.references and not (self.references[key] or self.children(key) or key in self.used):
            del self.references[key]
            parent = self._parent[key]
            self.children(parent).discard(key)
            key = parent


def _prune(store: _Store, key: str, *, all: bool) -> None:
    """What happens to one image that is meant."""
    if key not in store.references:
        return
    if all or not any(reference.tag for reference in store.references[key]):
        for reference in sorted(store.references[key]):
            _untag(store, key, reference)
    store.remove(key)


def _untag(store: _Store, key: str, reference: _Reference) -> None:
    """Take a reference from an image, unless it is the last one of an image that a container has."""
    found = store.references[key]
    if reference not in found or (key in store.used and _is_single(found)):
        return
    found.discard(reference)
    if reference.tag and not any(other.tag and other.repository == reference.repository for other in found):
        found -= {other for other in found if other.repository == reference.repository}


def _is_single(references: Collection[_Reference]) -> bool:
    """Whether there is one tag at most, and all of them are of one repository. Source: `isSingleReference`."""
    tags = [each.repository for each in references if each.tag]
    digests = {each.repository for each in references if not each.tag}
    if len(references) <= 1:
        return bool(references)
    return len(tags) <= 1 and len(digests) == 1 and (not tags or tags[0] in digests)


def _references(image: Row) -> set[_Reference]:
    found = set()
    for text in (*_texts(image.get("RepoTags")), *_texts(image.get("RepoDigests"))):
        name = parse_reference(text)
        if name.repository not in {"", _NONE}:
            full = _in_full(name.repository)
            tag = "" if name.digest else name.tag
            found.add(_Reference(full + text.removeprefix(name.repository), full, tag, text))
    return found


def _in_full(repository: str) -> str:
    """A repository with its registry: of docker.io nothing is told."""
    first, slash, _ = repository.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        return repository
    return f"docker.io/{repository}" if slash else f"docker.io/library/{repository}"


def _rows(known: Mapping[str, Row], before: _Store, after: _Store) -> Iterator[dict[str, Any]]:
    for key, image in sorted(known.items(), key=_newest_first):
        references = before.references[key]
        row = {"id": image.get("Id"), "created": image.get("Created")}
        if key not in after.references:
            if references or not before.children(key):
                yield {**row, "kind": "image", "key": key, "size": image.get("Size"), "name": image_name(image)}
            continue
        for reference in sorted(references - after.references[key]):
            if reference.tag:
                yield {**row, "kind": "tag", "key": reference.text, "name": reference.text}


def _newest_first(item: tuple[str, Row]) -> tuple[int, str]:
    """The order of engines, whose lists of images of one second are not twice the same."""
    return -(seconds_of(item[1].get("Created")) or 0), item[0]


def image_name(image: Row) -> str | None:
    """Its tags, or else its digests; None for docker's <none>."""
    digests = [text for text in _texts(image.get("RepoDigests")) if _NONE not in text]
    return ", ".join(tags_of(image) or digests) or None


def tags_of(image: Row) -> Sequence[str]:
    """Its tags, without what older engines say where there is none."""
    return [text for text in _texts(image.get("RepoTags")) if _NONE not in text]


def _texts(found: Any) -> list[str]:
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


def _bytes(image: Row) -> int:
    found = image.get("Size")
    return found if type(found) is int and found > 0 else 0
