"""Which containers, networks, volumes and cache records a prune removes, and that no reply of an engine breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmagic.engine.prune_filters import PruneFilters
from dockmagic.errors import ProtocolError
from dockmagic.frames.prunable.build_cache import are_shared, prunable_records
from dockmagic.frames.prunable.containers import prunable_containers
from dockmagic.frames.prunable.images import images_of_containers, most_freed, prunable_images
from dockmagic.frames.prunable.networks import networks_of_containers, networks_of_services, prunable_networks
from dockmagic.frames.prunable.replies import deleted, deleted_images, freed, marked
from dockmagic.frames.prunable.volumes import prunable_volumes
from dockmagic.frames.prune import PRUNED
from dockmagic.frames.schema import to_frame

ALL = PruneFilters()


def keys(rows: list[dict[str, Any]]) -> list[str]:
    """What the engine calls them."""
    return [row["key"] for row in rows]


@pytest.mark.parametrize(
    ("state", "goes"),
    [
        ("created", True),
        ("exited", True),
        ("dead", True),
        ("running", False),
        ("paused", False),
        ("restarting", False),
        ("removing", False),
        ("unheard of", False),
        (None, False),
    ],
)
def test_a_container_goes_if_it_does_not_run(state: str | None, goes: bool) -> None:  # noqa: FBT001 - a value among others
    """A paused one does, and one that is to be restarted; another one's removal is under way already."""
    assert bool(prunable_containers([{"Id": "a", "State": state}], ALL)) is goes


def test_the_networks_of_services_are_used_whether_a_task_runs_or_not() -> None:
    """They are named in the service's task, in older services in itself, and by its virtual addresses."""
    services: list[dict[str, Any]] = [
        {"Spec": {"TaskTemplate": {"Networks": [{"Target": "a"}]}, "Networks": [{"Target": "b"}]}},
        {"Endpoint": {"VirtualIPs": [{"NetworkID": "c"}]}},
        {},
    ]
    assert networks_of_services(services) == {"a", "b", "c"}


def test_networks_that_docker_makes_for_itself_stay() -> None:
    """So do those that only hold settings for others."""
    names = ["bridge", "host", "none", "default", "nat", "ingress", "settings", "mine"]
    networks = [
        {"Id": name, "Name": name, "Ingress": name == "ingress", "ConfigOnly": name == "settings"} for name in names
    ]
    assert keys(prunable_networks(networks, (), ALL)) == ["mine"]


def volume(name: str, links: int, **more: Any) -> dict[str, Any]:
    """A volume as GET /system/df tells it."""
    return {"Name": name, "Driver": "local", "UsageData": {"Size": 5, "RefCount": links}, **more}


def test_a_volume_goes_with_the_last_container_that_has_it() -> None:
    """One that mounts it twice is one container; a path on the host is no volume."""
    leaving = [
        {"Mounts": [{"Type": "volume", "Name": "a"}, {"Type": "volume", "Name": "a"}, {"Type": "bind", "Name": "b"}]},
        {"Mounts": [{"Type": "volume", "Name": "c"}]},
    ]
    volumes = [volume("a", 1), volume("b", 1), volume("c", 2), volume("d", 0), volume("e", -1)]
    assert keys(prunable_volumes(volumes, ALL, named=True, without=leaving)) == ["a", "d"]
    assert keys(prunable_volumes(volumes, ALL, named=True)) == ["d"]


def test_volumes_of_other_drivers_or_with_options_stay() -> None:
    """What they hold is elsewhere, and nothing would be freed."""
    volumes = [volume("a", 0, Driver="nfs"), volume("b", 0, Options={"type": "nfs"}), volume("c", 0, Options={})]
    assert keys(prunable_volumes(volumes, ALL, named=True)) == ["c"]


def test_without_named_ones_a_volume_needs_the_label_of_an_anonymous_one() -> None:
    """Engines give it to volumes that nobody named."""
    volumes = [volume("a", 0), volume("b", 0, Labels={"com.docker.volume.anonymous": ""})]
    assert keys(prunable_volumes(volumes, ALL, named=False)) == ["b"]


def record(name: str, *parents: str, used: int = 0, count: int = 1, **more: Any) -> dict[str, Any]:
    """A record of the build cache, last used so many seconds after noon."""
    at = f"2026-01-01T12:00:{used:02}.5Z"
    return {
        "ID": name,
        "Parents": [*parents],
        "Type": "regular",
        "Size": 10,
        "LastUsedAt": at,
        "UsageCount": count,
    } | more


def test_a_record_goes_after_all_that_are_made_from_it() -> None:
    """One that stays keeps its parents; engines have named these in three ways."""
    records = [record("a"), record("b", "a"), record("c", " ", Parents=None, Parent="b"), record("d")]
    assert sorted(keys(prunable_records(records, ALL))) == ["a", "b", "c", "d"]
    records[2]["InUse"] = True
    assert keys(prunable_records(records, ALL)) == ["d"]
    child = {"ID": "e", " Parents": ["d"], "InUse": True}
    assert keys(prunable_records([*records, child], ALL)) == []


def test_without_all_what_images_share_and_what_buildkit_needs_stays() -> None:
    """With --all only what is in use."""
    records = [
        record("a", Shared=True),
        record("b", Type="internal"),
        record("c", Type="frontend"),
        record("d", Type="source.local", used=1),
        record("e", InUse=True),
    ]
    assert keys(prunable_records(records, ALL)) == ["d"]
    assert keys(prunable_records(records, ALL, all=True)) == ["a", "b", "c", "d"]
    assert are_shared(records)
    assert not are_shared(records[1:])


def test_until_is_about_when_a_record_was_used_last() -> None:
    """One that never was goes; labels do not matter."""
    noon = 1_767_268_800
    records = [record("a", used=4), record("b", used=5), record("c", LastUsedAt=None)]
    assert keys(prunable_records(records, PruneFilters(before=noon + 5))) == ["c", "a"]
    assert keys(prunable_records(records, PruneFilters(labels=("x",)))) == ["c", "a", "b"]


def test_storage_to_keep_leaves_what_was_used_late_and_often() -> None:
    """One after the other until there are fewer bytes; what images share does not count."""
    records = [record("a", used=9), record("b", used=1), record("c", used=5, count=9), record("d", Shared=True)]
    assert keys(prunable_records(records, ALL, keep_storage=31)) == []
    assert keys(prunable_records(records, ALL, keep_storage=30)) == ["b"]
    assert keys(prunable_records(records, ALL, keep_storage=20)) == ["b", "a"]
    assert keys(prunable_records(records, ALL, keep_storage=1)) == ["b", "c", "a"]


def test_what_was_not_foretold_gets_a_row_of_its_own() -> None:
    """With what is known of it; what was foretold and is there still is not removed."""
    rows = [{"kind": "network", "key": "n", "name": "n"}, {"kind": "network", "key": "n", "name": "n"}]
    known = [{"kind": "container", "key": "c", "id": "c", "name": "web"}]
    found = marked(rows, [("network", "n"), ("container", "c"), ("volume", "v"), ("image", "i")], known)
    assert [(row.get("id"), row.get("name"), row["removed"]) for row in found] == [
        (None, "n", True),
        (None, "n", False),
        ("c", "web", True),
        (None, "v", True),
        ("i", None, True),
    ]


@pytest.mark.parametrize("found", [5, "a", [1], {}, [None]])
def test_a_reply_that_lists_no_names_is_a_protocol_error(found: Any) -> None:
    """It says which key."""
    with pytest.raises(ProtocolError, match="NetworksDeleted is"):
        deleted({"NetworksDeleted": found}, "NetworksDeleted", "network")


@pytest.mark.parametrize("found", [5, "a", [1]])
def test_a_reply_that_lists_no_images_is_a_protocol_error(found: Any) -> None:
    """A reply is judged as a list is."""
    with pytest.raises(ProtocolError, match="ImagesDeleted is"):
        deleted_images({"ImagesDeleted": found}, [])


@pytest.mark.parametrize(("told", "size"), [(5, 5), (None, 0), (-1, 0), ("5", 0)])
def test_space_that_is_not_told_is_none(told: Any, size: int) -> None:
    """Networks have none."""
    assert freed({"SpaceReclaimed": told}) == size


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
NAMES = (
    *("Id", "ID", "Name", "Names", "Labels", "State", "Created", "CreatedAt", "SizeRw", "Size", "NetworkSettings"),
    *(
        "Mounts",
        "Driver",
        "Options",
        "UsageData",
        "RepoTags",
        "RepoDigests",
        "ParentId",
        "ImageID",
        "Parents",
        "Parent",
    ),
    *("Type", "InUse", "Shared", "LastUsedAt", "UsageCount", "Ingress", "ConfigOnly", "Spec", "Endpoint"),
)
OBJECTS = st.lists(
    st.dictionaries(st.sampled_from(NAMES), JSON | st.sampled_from(["exited", "local", "a:1"]), max_size=12), max_size=4
)


@settings(deadline=None)
@given(found=OBJECTS, before=st.none() | st.integers(1, 10**10))
def test_no_list_of_an_engine_breaks_a_rule(found: list[dict[str, Any]], before: int | None) -> None:
    """Fields that are missing or of another type make no row, or one with NA."""
    filters = PruneFilters(labels=(), without=("keep",), before=before)
    images = prunable_images(found, images_of_containers(found), filters, all=True)
    rows = [
        *prunable_containers(found, filters),
        *prunable_networks(found, networks_of_containers(found) | networks_of_services(found), filters),
        *prunable_volumes(found, filters, named=True, without=found),
        *images,
        *prunable_records(found, filters, all=True),
        *prunable_records(found, filters, keep_storage=1),
    ]
    assert most_freed(found, images, None) >= 0
    assert len(to_frame(marked(rows, [], rows), PRUNED)) == len(rows)
