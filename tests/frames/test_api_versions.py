"""What engines of each API version reply goes through every list command, and gives the same frames."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic.commands.connect import connection
from dockmagic.frames.anything import json_frame
from tests.engines.http import request
from tests.frames.api_engine import engine_of
from tests.frames.api_shapes import VERSIONS, shapes

if TYPE_CHECKING:
    from collections.abc import Callable

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

OLDEST = VERSIONS[0]

COMMANDS: dict[str, Callable[[Engine], pd.DataFrame]] = {
    "connect": connection,
    "api": lambda engine: json_frame(dockmagic.api(engine, "GET", "/containers/json"))[["Id", "Names", "State"]],
    "diff": lambda engine: dockmagic.diff(engine, "web"),
    "events": lambda engine: dockmagic.events(engine, since="1h"),
    "history": lambda engine: dockmagic.history(engine, "shop:1"),
    "images": lambda engine: dockmagic.images(engine, digests=True),
    "info": dockmagic.info,
    "inspect container": lambda engine: dockmagic.inspect(engine, "web", type="container"),
    "inspect image": lambda engine: dockmagic.inspect(engine, "shop:1", type="image"),
    "inspect network": lambda engine: dockmagic.inspect(engine, "shop_default", type="network"),
    "inspect volume": lambda engine: dockmagic.inspect(engine, "data", type="volume"),
    "logs": lambda engine: dockmagic.logs(engine, "web"),
    "network ls": dockmagic.network_ls,
    "port": lambda engine: dockmagic.port(engine, "web"),
    "ps": lambda engine: dockmagic.ps(engine, all=True, size=True),
    "pull": lambda engine: dockmagic.pull(engine, "shop:1", quiet=True),
    "system df": dockmagic.system_df,
    "system df -v": lambda engine: dockmagic.system_df(engine, verbose=True),
    "top": lambda engine: dockmagic.top(engine, "web"),
    "version": dockmagic.version,
    "volume ls": dockmagic.volume_ls,
}

DIFFERENT = {
    "connect": ["host", "api_version", "ping_ms"],
    "images": ["containers"],  # engines count them from 1.51 on
    "info": ["api_version"],
    "inspect container": ["raw"],
    "inspect image": ["raw"],
    "inspect network": ["raw"],
    "pull": ["seconds"],
    "version": ["details"],  # of the client: which version it speaks
}
"""The columns that tell the version, the socket, a duration or the JSON itself; all others are the same throughout."""


@pytest.fixture(scope="module")
def frames() -> dict[str, dict[str, pd.DataFrame]]:
    """Return what each command gives, by API version."""
    found = {}
    for version in VERSIONS:
        with engine_of(version) as engine:
            found[version] = {name: command(engine) for name, command in COMMANDS.items()}
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_newer_engine_gives_the_same_frame(
    frames: dict[str, dict[str, pd.DataFrame]], command: str, version: str
) -> None:
    """The same columns and dtypes, and the same values wherever the engine tells the same."""
    oldest, frame = frames[OLDEST][command], frames[version][command]
    assert len(frame) > 0
    assert list(frame.dtypes.astype(str).items()) == list(oldest.dtypes.astype(str).items())
    different = DIFFERENT.get(command, [])
    pd.testing.assert_frame_equal(frame.drop(columns=different), oldest.drop(columns=different))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_values_are_read_off_whichever_key_has_them(
    frames: dict[str, dict[str, pd.DataFrame]], version: str
) -> None:
    """Health is in the status or a key of its own, an image without a name has <none> or an empty list of tags."""
    found = frames[version]
    assert found["ps"].set_index("name")["health"].dropna().to_dict() == {"web": "healthy"}
    assert list(found["images"]["dangling"]) == [True, False, False, False]
    assert list(found["images"]["repository"].dropna()) == ["x", "bb", "shop"]
    assert found["system df"].set_index("type")["total"].to_dict() == {
        "Images": 4,
        "Containers": 2,
        "Local Volumes": 1,
        "Build Cache": 4,
    }
    records = found["system df -v"].query("type == 'Build Cache'")
    assert records.set_index("id")["links"].to_dict()["0f8dampdwv2s"] == 1
    assert found["info"]["api_version"][0] == found["version"]["details"][0]["ApiVersion"] == version


def test_containers_of_an_image_are_counted_where_engines_count(
    frames: dict[str, dict[str, pd.DataFrame]],
) -> None:
    """Before 1.51 engines say -1, which is NA."""
    counts = {version: found["images"]["containers"].dropna().to_list() for version, found in frames.items()}
    counting = VERSIONS[VERSIONS.index("1.51") :]
    assert counts == {version: [0, 0, 2, 0] if version in counting else [] for version in VERSIONS}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["container", "image", "network", "volume"])
def test_inspect_keeps_what_the_engine_says(
    frames: dict[str, dict[str, pd.DataFrame]], kind: str, version: str
) -> None:
    """Key by key, as that version has it."""
    paths = {
        "container": "/containers/web/json",
        "image": "/images/shop:1/json",
        "network": "/networks/shop_default",
        "volume": "/volumes/data",
    }
    assert frames[version][f"inspect {kind}"]["raw"][0] == shapes(version)[paths[kind]]


@pytest.mark.parametrize("endpoint", ["/info", "/version", "/system/df", "/volumes", "/networks", "/images/json"])
def test_the_shapes_are_those_of_a_real_engine(engine_process: Dockerd, endpoint: str) -> None:
    """At the top the engine that the tests run on has the keys that are written down for its version, and no other."""
    version = json.loads(request(engine_process.socket, "GET", "/version").body)["ApiVersion"]
    real = json.loads(request(engine_process.socket, "GET", f"/v{version}{endpoint}").body)
    ours = shapes(version)[endpoint]
    assert _keys(real) == _keys(ours)


def _keys(reply: Any) -> set[str]:
    return set(reply[0]) if isinstance(reply, list) else set(reply)
