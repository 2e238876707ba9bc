"""What a prune asks the engine, and what it makes of the replies, word by word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import pytest

from dockmagic import builder_prune, container_prune, image_prune, network_prune, system_prune, volume_prune
from dockmagic.errors import EngineWarning, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from pathlib import Path

DAY = 1_767_225_600
CONTAINER = {"Id": "c" * 64, "Names": ["/web"], "State": "exited", "Created": DAY - 1, "SizeRw": 1200, "ImageID": "i"}
NETWORK = {"Id": "n" * 64, "Name": "shop", "Created": "2025-01-01T00:00:00.5Z", "Scope": "local"}
VOLUME = {"Name": "data", "Driver": "local", "UsageData": {"Size": 300, "RefCount": 0}, "Labels": {}}
ANONYMOUS = {**VOLUME, "Name": "v" * 64, "Labels": {"com.docker.volume.anonymous": ""}}
IMAGE = {
    "Id": f"sha256:{'1' * 64}",
    "RepoTags": [],
    "RepoDigests": [],
    "ParentId": "",
    "Size": 5000,
    "Created": DAY - 5,
}
RECORD = {"ID": "r" * 25, "Type": "regular", "Size": 40, "LastUsedAt": "2025-12-31T23:59:59.9Z", "Description": "COPY"}
USAGE = {"Containers": [CONTAINER], "Volumes": [VOLUME, ANONYMOUS], "BuildCache": [RECORD], "LayersSize": 6000}


def plain(asked: list[str]) -> list[str]:
    """Without percent signs."""
    return [unquote_plus(each) for each in asked]


@pytest.fixture
def said() -> list[str]:
    """Return a list for sentences."""
    return []


def test_containers_are_listed_with_their_sizes_only_where_they_rest(said: list[str]) -> None:
    """The files of those that run are not walked. With -f the same list first, then one request for all."""
    reply = {"ContainersDeleted": ["c" * 64], "SpaceReclaimed": 1234}
    with engine_that_says([CONTAINER], [CONTAINER], reply) as (engine, asked):
        preview = container_prune(engine, filter={"until": DAY, "label!": "keep"}, tell=said.append)
        removed = container_prune(engine, filter=[f"until={DAY}", "label!=keep"], force=True, tell=said.append)
    rest = '"status":{"created":true,"exited":true,"dead":true}'
    listed = f"GET /containers/json?all=true&size=true&filters={{{rest}}}"
    sent = f'{{"label!":{{"keep":true}},"until":{{"{DAY - 1}.999999999":true}}}}'
    assert plain(asked) == [listed, listed, f"POST /containers/prune?filters={sent}"]
    assert preview.drop(columns="created").iloc[0].to_dict() == {
        "kind": "container",
        "id": "c" * 12,
        "name": "web",
        "size": 1200,
        "removed": False,
    }
    assert list(removed["removed"]) == [True]
    assert said == [
        "Would remove 1 container and free up to 1.2 kB. Nothing has been removed: add -f to do it.",
        "Removed 1 container; the engine freed 1.234 kB.",
    ]


def test_until_and_labels_are_judged_before_anything_is_removed(said: list[str]) -> None:
    """What was made in the second that is named stays."""
    with engine_that_says([CONTAINER]) as (engine, _):
        assert len(container_prune(engine, filter=[f"until={DAY - 1}"], tell=said.append)) == 0
        assert len(container_prune(engine, filter=["label=a"], tell=said.append)) == 0
    assert said == ["There is nothing to remove."] * 2


def test_what_stayed_and_what_was_not_foretold_have_rows(said: list[str]) -> None:
    """A container that was started meanwhile, and one that has just ended."""
    reply = {"ContainersDeleted": ["d" * 64], "SpaceReclaimed": 0}
    with engine_that_says([CONTAINER], reply) as (engine, _):
        frame = container_prune(engine, force=True, tell=said.append)
    assert list(zip(frame["id"], frame["removed"], strict=True)) == [("c" * 12, False), ("d" * 12, True)]
    assert said == ["Removed 1 container; the engine freed 0 B. 1 container stayed: removed is False."]


@pytest.mark.parametrize(("version", "disk"), [("1.45", ["GET /system/df?type=image"]), ("1.41", [])])
def test_images_need_three_lists_and_no_walk_through_files(
    version: str, disk: list[str], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before API 1.42 the bytes of all layers cost the sizes of all containers and volumes, and are not asked for."""
    monkeypatch.setenv("DOCKER_API_VERSION", version)
    replies = [[IMAGE], [CONTAINER], *([USAGE] if disk else []), {"ImagesDeleted": None, "SpaceReclaimed": 0}]
    with engine_that_says(*replies) as (engine, asked):
        frame = image_prune(engine, all=True, force=True, tell=said.append)
    assert [each.replace(f"/v{version}", "") for each in plain(asked)] == [
        "GET /images/json?all=true",
        "GET /containers/json?all=true",
        *disk,
        'POST /images/prune?filters={"dangling":{"false":true}}',
    ]
    assert list(frame["removed"]) == [False]
    assert said == ["Nothing was removed. 1 image stayed: removed is False."]


@pytest.mark.parametrize(
    ("version", "options", "names", "filters"),
    [
        ("1.41", {}, ["data", "v" * 64], ""),
        ("1.41", {"all": True}, ["data", "v" * 64], ""),
        ("1.45", {}, ["v" * 64], ""),
        ("1.45", {"all": True}, ["data", "v" * 64], '?filters={"all":{"true":true}}'),
        ("1.45", {"filter": ["all=1"]}, ["data", "v" * 64], '?filters={"all":{"true":true}}'),
        ("1.45", {"filter": {"all": False}}, ["v" * 64], ""),
    ],
)
def test_named_volumes_go_with_all_or_before_api_1_42(
    version: str,
    options: Any,
    names: list[str],
    filters: str,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine is asked for exactly what was shown."""
    monkeypatch.setenv("DOCKER_API_VERSION", version)
    with engine_that_says(USAGE, {"VolumesDeleted": names, "SpaceReclaimed": 0}) as (engine, asked):
        frame = volume_prune(engine, force=True, tell=said.append, **options)
    assert list(frame["name"]) == names
    assert frame["removed"].all()
    only = "" if version == "1.41" else "?type=volume"
    assert [each.replace("/v1.41", "") for each in plain(asked)] == [
        f"GET /system/df{only}",
        f"POST /volumes/prune{filters}",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filter": ["until=1h"]}, "there is no filter 'until' of volume prune. There are: label, label!, all"),
        ({"filter": ["all=1"], "all": True}, "--all and the filter all are the same"),
        ({"filter": ["all=2"]}, "the filter all is either true or false"),
    ],
)
def test_volumes_have_filters_of_their_own(options: Any, message: str) -> None:
    """Nothing is asked."""
    with engine_that_says({}) as (engine, asked), pytest.raises(UsageError, match=message.replace("!", r"\!")):
        volume_prune(engine, **options)
    assert asked == []


def test_networks_outside_a_swarm_need_two_lists(said: list[str]) -> None:
    """A network is used by an endpoint of a container, which only one that runs has."""
    joined = {
        "Networks": {"shop": {"NetworkID": "n" * 64, "EndpointID": "e"}, "x": {"NetworkID": "x", "EndpointID": ""}}
    }
    other = {**NETWORK, "Id": "x", "Name": "x"}
    reply = {"NetworksDeleted": ["x"]}
    containers = [{**CONTAINER, "NetworkSettings": joined}]
    with engine_that_says([NETWORK, other], containers, reply) as (engine, asked):
        frame = network_prune(engine, force=True, tell=said.append)
    assert plain(asked) == ["GET /networks", "GET /containers/json?all=true", "POST /networks/prune"]
    assert list(frame["name"]) == ["x"]
    assert said == ["Removed 1 network."]


def test_networks_of_a_swarm_need_its_services_and_the_gateway(said: list[str]) -> None:
    """What the swarm itself uses is told nowhere else."""
    overlay = {**NETWORK, "Scope": "swarm"}
    gateway = {**NETWORK, "Id": "g", "Name": "docker_gwbridge"}
    services = [{"Spec": {"TaskTemplate": {"Networks": [{"Target": "n" * 64}]}}}]
    replies = [[overlay, gateway], [], services, {"Containers": {"ingress-sbox": {}}}]
    with engine_that_says(*replies) as (engine, asked):
        assert len(network_prune(engine, tell=said.append)) == 0
    assert asked == ["GET /networks", "GET /containers/json?all=true", "GET /services", "GET /networks/g"]


@pytest.mark.parametrize(("version", "until"), [("1.45", f'"{DAY - 1}.999999999"'), ("1.41", None)])
def test_older_builders_take_a_duration_for_until(
    version: str, until: str | None, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before API 1.43; counted in nanoseconds, at the moment when it is sent."""
    monkeypatch.setenv("DOCKER_API_VERSION", version)
    reply = {"CachesDeleted": ["r" * 25], "SpaceReclaimed": 40}
    with engine_that_says(USAGE, reply) as (engine, asked):
        frame = builder_prune(
            engine, all=True, filter=[f"until={DAY}"], keep_storage="1kB", force=True, tell=said.append
        )
        assert len(frame) == 1
    sent = plain(asked)[1].replace(f"/v{version}", "")
    head, filters = sent.split("filters=")
    assert head == "POST /build/prune?all=true&keep-storage=1024&"
    assert until is None or filters == f'{{"until":{{{until}:true}}}}'
    (told,) = json.loads(filters)["until"]
    assert until is not None or (told.endswith("ns") and int(told.removesuffix("ns")) > 10**9)


def test_labels_change_nothing_in_the_build_cache_and_a_warning_says_so(said: list[str]) -> None:
    """As in docker: who types a label must know."""
    with engine_that_says(USAGE) as (engine, _):
        with pytest.warns(EngineWarning, match="the engine does not look at labels in the build cache"):
            frame = builder_prune(engine, filter=["label=a"], tell=said.append)
    assert list(frame["name"]) == ["COPY"]


@pytest.mark.parametrize("size", ["much", "-1", -1, None])
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    """Nothing is asked."""
    with engine_that_says({}) as (engine, asked), pytest.raises(UsageError):
        builder_prune(engine, keep_storage=size)
    assert asked == []


def test_a_system_prune_asks_for_three_lists_and_then_prunes_in_dockers_order(said: list[str]) -> None:
    """Volumes in the middle; the filter is the same for all."""
    replies = [
        USAGE,
        [IMAGE],
        [NETWORK],
        {"ContainersDeleted": ["c" * 64], "SpaceReclaimed": 1},
        {"NetworksDeleted": ["shop"]},
        {"VolumesDeleted": ["v" * 64], "SpaceReclaimed": 10},
        {"ImagesDeleted": [{"Deleted": IMAGE["Id"]}], "SpaceReclaimed": 100},
        {"CachesDeleted": ["r" * 25], "SpaceReclaimed": 1000},
    ]
    with engine_that_says(*replies) as (engine, asked):
        frame = system_prune(engine, all=True, volumes=True, force=True, tell=said.append)
    assert plain(asked) == [
        "GET /system/df?type=container&type=image&type=volume&type=build-cache",
        "GET /images/json?all=true",
        "GET /networks",
        "POST /containers/prune",
        "POST /networks/prune",
        "POST /volumes/prune",
        'POST /images/prune?filters={"dangling":{"false":true}}',
        "POST /build/prune?all=true",
    ]
    assert list(frame["kind"]) == ["container", "network", "volume", "image", "build cache"]
    assert frame["removed"].all()
    assert said == [
        "Removed 1 container, 1 network, 1 volume, 1 image and 1 build cache record; the engine freed 1.111 kB."
    ]


def test_volumes_are_asked_for_only_if_they_are_wanted(said: list[str]) -> None:
    """And then there is no `until`, which they do not have."""
    with engine_that_says(USAGE, [], [], {}) as (engine, asked):
        frame = system_prune(engine, filter=[f"until={DAY}"], tell=said.append)
    assert asked[0] == "GET /system/df?type=container&type=image&type=build-cache"
    assert list(frame["kind"]) == ["container", "build cache"]
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError, match="no filter 'until' of system prune --volumes"):
            system_prune(engine, filter=["until=1h"], volumes=True)
    assert asked == []


def test_the_filters_of_config_json_count_for_preview_and_removal(isolated: Path, said: list[str]) -> None:
    """As in docker, whose file it is."""
    (isolated / ".docker").mkdir()
    (isolated / ".docker" / "config.json").write_text('{"pruneFilters": ["label=old", "label!=keep"]}')
    kept = {**CONTAINER, "Id": "k", "Labels": {"old": "", "keep": ""}}
    goes = {**CONTAINER, "Labels": {"old": ""}}
    with engine_that_says([kept, goes, CONTAINER], {"ContainersDeleted": ["c" * 64]}) as (engine, asked):
        frame = container_prune(engine, force=True, tell=said.append)
    assert list(frame["id"]) == ["c" * 12]
    assert plain(asked)[1] == 'POST /containers/prune?filters={"label":{"old":true},"label!":{"keep":true}}'


@pytest.mark.parametrize(
    "prune", [container_prune, network_prune, image_prune, volume_prune, builder_prune, system_prune]
)
@pytest.mark.parametrize("reply", [5, "no", [1], [[]]])
def test_what_is_no_list_of_objects_is_a_protocol_error(prune: Any, reply: Any) -> None:
    """It names the endpoint."""
    with engine_that_says(reply) as (engine, _), pytest.raises(ProtocolError, match="the engine's reply to GET /"):
        prune(engine)


@pytest.mark.parametrize("reply", [[], None, {"ContainersDeleted": 5}, {"ContainersDeleted": [5]}])
def test_a_reply_that_does_not_say_what_is_gone_is_a_protocol_error(reply: Any) -> None:
    """Something may be gone, but nobody knows what."""
    with engine_that_says([CONTAINER], reply) as (engine, _), pytest.raises(ProtocolError, match="prune"):
        container_prune(engine, force=True)


def test_no_rows_have_the_same_columns_and_dtypes(said: list[str]) -> None:
    """Preview or not."""
    with engine_that_says([CONTAINER]) as (engine, _):
        some = container_prune(engine, tell=said.append)
    with engine_that_says([], [], {"ContainersDeleted": None, "SpaceReclaimed": 0}) as (engine, _):
        none, nothing = (container_prune(engine, force=force, tell=said.append) for force in (False, True))
    assert list(none.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())
    assert list(nothing.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())
    assert said[1:] == ["There is nothing to remove.", "Nothing was removed."]


def test_the_engine_may_take_as_long_as_it_needs(said: list[str]) -> None:
    """A prune of 800 containers is one silent request of many seconds."""
    with engine_that_says([], {"ContainersDeleted": None}, seconds=0.4) as (engine, _):
        engine.timeout = 0.1
        assert len(container_prune(engine, force=True, tell=said.append)) == 0
