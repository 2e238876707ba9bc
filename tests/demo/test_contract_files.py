"""The contract, what is written: the demo and a real engine count it in the same places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.demo.conftest import AnyEngine

MIB = 1024**2


def volume(engine: AnyEngine, name: str) -> dict[str, Any]:
    """A volume as GET /system/df tells of it."""
    (found,) = [each for each in engine.ask("GET", "/system/df").json()["Volumes"] if each["Name"] == name]
    return dict(found)


def test_a_file_takes_room_in_the_containers_own_layer_or_in_its_volume(any_engine: AnyEngine) -> None:
    """And what dd says of it stands in the log, on stderr."""
    key, _, value = any_engine.label.partition("=")
    name = f"dmt-{any_engine.name}-rows"
    assert any_engine.ask("POST", "/volumes/create", {"Name": name, "Labels": {key: value}}).status == 201
    script = "dd if=/dev/zero of=/own bs=1M count=3; dd if=/dev/zero of=/rows/one bs=1M count=2"
    host = {"Binds": [f"{name}:/rows"]}
    identity = any_engine.ended("dmt-writes", "sh", "-c", script, HostConfig=host)
    shown = any_engine.ask("GET", f"/containers/{identity}/json?size=1").json()
    assert shown["SizeRw"] == 3 * MIB
    assert volume(any_engine, name)["UsageData"] == {"RefCount": 1, "Size": 2 * MIB}
    log = any_engine.ask("GET", f"/containers/{identity}/logs?stderr=1").body
    assert b"3+0 records out\n" in log
    assert any_engine.ask("DELETE", f"/containers/{identity}?v=1").status == 204
    assert any_engine.ask("DELETE", f"/volumes/{name}").status == 204


def test_an_image_of_a_container_is_as_large_as_what_it_has_written(any_engine: AnyEngine) -> None:
    """Its layer lies on those of the container's image."""
    key, _, value = any_engine.label.partition("=")
    identity = any_engine.ended("dmt-model", "dd", "if=/dev/zero", "of=/model", "bs=1k", "count=700")
    made = any_engine.ask("POST", f"/commit?container={identity}", {"Labels": {key: value}})
    assert made.status == 201
    sizes = [any_engine.ask("GET", f"/images/{each}/json").json()["Size"] for each in (made.json()["Id"], "bb:1")]
    assert sizes[0] - sizes[1] == 700 * 1024
