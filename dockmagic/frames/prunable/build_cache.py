"""Which records of the build cache a prune removes."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dockmagic.engine.prune_filters import seconds_of
from dockmagic.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dockmagic.engine.prune_filters import PruneFilters
    from dockmagic.frames.schema import Row

__all__ = ["are_shared", "prunable_records", "record_rows"]

_NEVER = datetime.min.replace(tzinfo=UTC)
_OWN = frozenset({"internal", "frontend"})  # what builds themselves need, removed with --all only


def prunable_records(
    records: Iterable[Row], filters: PruneFilters, *, all: bool = False, keep_storage: int = 0
) -> list[dict[str, Any]]:
    """Those that no build and no record that stays needs, in the order in which they were last used.

    Without `all` neither those of images that are there nor what BuildKit needs for itself. With `keep_storage` as many
    as have to go until fewer bytes than that are left. Labels do not matter: engines pass over them. Source:
    `cacheManager.prune` of moby/buildkit.
    """
    left = {str(each.get("ID")): each for each in records}
    needed = Counter(parent for each in left.values() for parent in _parents(each))
    size = sum(_size(each) for each in left.values() if each.get("Shared") is not True)
    gone: list[Row] = []
    while not keep_storage or size >= keep_storage:
        free = [each for key, each in left.items() if not needed[key] and _goes(each, filters, all=all)]
        if not free:
            break
        for each in [_first(free)] if keep_storage else free:
            del left[str(each.get("ID"))]
            needed.subtract(_parents(each))
            size -= _size(each)
            gone.append(each)
    return record_rows(sorted(gone, key=lambda each: (_moment(each), str(each.get("ID")))))


def record_rows(records: Iterable[Row]) -> list[dict[str, Any]]:
    """A row for each record."""
    return [
        {
            "kind": "build cache",
            "key": str(record.get("ID")),
            "id": record.get("ID"),
            "name": masked(record.get("Description")),  # a repository's address may hold a password
            "created": record.get("CreatedAt"),
            "size": record.get("Size"),
        }
        for record in records
    ]


def are_shared(records: Iterable[Row]) -> bool:
    """Whether images share any of these records with the cache, which the removal of such an image frees."""
    return any(each.get("Shared") is True and str(each.get("Type")) not in _OWN for each in records)


def _goes(record: Row, filters: PruneFilters, *, all: bool) -> bool:
    if record.get("InUse") is True or not (
        all or (str(record.get("Type")) not in _OWN and record.get("Shared") is not True)
    ):
        return False
    used = record.get("LastUsedAt")
    return not used or filters.is_before(seconds_of(used))


def _first(records: Sequence[Row]) -> Row:
    """The one to remove before the others: used long ago, and seldom.

    Of two that are equal in that, engines with many records may choose either. Source: `sortDeleteRecords` of
    moby/buildkit.
    """
    moments = sorted({_moment(each) for each in records} - {_NEVER})
    counts = sorted({_count(each) for each in records} - {0})

    def rank(record: Row) -> tuple[float, int, datetime]:
        age = bisect_right(moments, _moment(record)) / (len(moments) or 1)
        uses = bisect_right(counts, _count(record)) / (len(counts) or 1)
        return age + uses, _count(record), _moment(record)

    return min(records, key=rank)


def _moment(record: Row) -> datetime:
    """When it was used last. As text 05.1Z would come before 05Z."""
    try:
        return datetime.fromisoformat(record["LastUsedAt"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return _NEVER


def _count(record: Row) -> int:
    found = record.get("UsageCount")
    return found if type(found) is int else 0


def _size(record: Row) -> int:
    found = record.get("Size")
    return found if type(found) is int else 0


def _parents(record: Row) -> list[str]:
    """Ids of what it was made from; engines have put a blank in front of that name by mistake."""
    found = record.get("Parents") or record.get(" Parents") or record.get("Parent")
    return [str(each) for each in (found if isinstance(found, list) else [found]) if each]
