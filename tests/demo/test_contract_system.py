"""The contract of networks, volumes, prunes, events and versions: what holds for the demo holds for a real engine."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.demo.conftest import AnyEngine


def labelled(engine: AnyEngine) -> dict[str, str]:
    """The test's label, as bodies have it."""
    key, _, value = engine.label.partition("=")
    return {key: value}


def only_ours(engine: AnyEngine, **more: list[str]) -> str:
    """`filters=` that spare what others have made."""
    return "filters=" + quote(json.dumps({"label": [engine.label], **more}))


def happened(engine: AnyEngine, since: float, **filters: list[str]) -> list[tuple[str, str]]:
    """Type and action of the events since a moment."""
    until = time.time() + 0.05
    query = f"since={since:.9f}&until={until:.9f}&filters={quote(json.dumps(filters))}"
    lines = engine.ask("GET", f"/events?{query}").body.splitlines()
    return [(message["Type"], message["Action"]) for message in map(json.loads, lines)]


def test_versions_outside_the_window_are_refused_and_told(any_engine: AnyEngine) -> None:
    """The header with the newest one is there all the same."""
    reply = any_engine.ask("GET", "/v1.99/version")
    assert reply.status == 400
    newest = reply.headers["Api-Version"]
    assert reply.json()["message"] == f"client version 1.99 is too new. Maximum supported API version is {newest}"
    assert any_engine.ask("GET", "/vx/info").status == 404
    assert any_engine.ask("GET", f"/v{newest}/info").status == any_engine.ask("GET", "/info").status == 200


def test_ping_says_what_the_engine_can(any_engine: AnyEngine) -> None:
    """In headers, to HEAD too."""
    for method, body in (("GET", b"OK"), ("HEAD", b"")):
        reply = any_engine.ask(method, "/_ping")
        assert (reply.status, reply.body) == (200, body)
        assert {"Api-Version", "Docker-Experimental", "Ostype"} <= reply.headers.keys()


@pytest.mark.parametrize("path", ["/containers//json", "/containers/../version", "/containers/%2e%2e/version"])
def test_a_path_that_is_not_clean_is_redirected(any_engine: AnyEngine, path: str) -> None:
    """So an empty name must never be sent: the answer would be a list."""
    reply = any_engine.ask("GET", path)
    assert reply.status == 301
    assert reply.headers["Location"] == ("/containers/json" if path.endswith("/json") else "/version")


def test_a_network_gives_addresses(any_engine: AnyEngine) -> None:
    """To those that run in it; it cannot be removed meanwhile."""
    body = {"Name": "contract", "Labels": labelled(any_engine), "IPAM": {"Config": [{"Subnet": "10.77.1.0/24"}]}}
    made = any_engine.ask("POST", "/networks/create", body)
    assert made.status == 201
    any_engine.run("member", HostConfig={"NetworkMode": "contract"})
    known = any_engine.ask("GET", "/networks/contract").json()
    assert known["IPAM"]["Config"][0]["Subnet"] == "10.77.1.0/24"
    assert [each["Name"] for each in known["Containers"].values()] == ["member"]
    mine = any_engine.ask("GET", "/containers/member/json").json()["NetworkSettings"]["Networks"]["contract"]
    assert (mine["IPAddress"], mine["IPPrefixLen"]) == ("10.77.1.2", 24)
    refused = any_engine.ask("DELETE", "/networks/contract")
    assert refused.status == 403
    assert refused.json()["message"].endswith("has active endpoints")
    assert any_engine.ask("POST", "/networks/contract/disconnect", {"Container": "member"}).status == 200
    assert any_engine.ask("POST", "/networks/contract/connect", {"Container": "member"}).status == 200
    assert any_engine.ask("POST", "/networks/contract/connect", {"Container": "member"}).status == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/networks/nope", None, 404, "network nope not found"),
        ("DELETE", "/networks/bridge", None, 403, "bridge is a pre-defined network and cannot be removed"),
        (
            "POST",
            "/networks/create",
            {"Name": "bridge"},
            403,
            "operation is not permitted on predefined bridge network",
        ),
        ("POST", "/networks/create", {"Name": "dm1", "Driver": "zzz"}, 404, 'plugin "zzz" not found'),
        ("POST", "/networks/bridge/connect", {"Container": "nope"}, 404, "No such container: nope"),
        ("GET", "/networks?filters=" + quote('{"foo":["x"]}'), None, 400, "invalid filter 'foo'"),
        ("GET", "/volumes/nope", None, 404, "get nope: no such volume"),
        ("DELETE", "/volumes/nope", None, 404, "get nope: no such volume"),
        ("POST", "/volumes/create", {"Name": "a/b"}, 400, "includes invalid characters for a local volume name"),
        (
            "POST",
            "/volumes/create",
            {"Name": "v2", "Driver": "zz"},
            404,
            "create v2: error looking up volume plugin zz",
        ),
        ("GET", "/volumes?filters=" + quote('{"foo":["x"]}'), None, 400, "invalid filter 'foo'"),
        ("POST", "/volumes/prune?filters=" + quote('{"until":["1h"]}'), None, 400, "invalid filter 'until'"),
        ("GET", "/services", None, 503, "This node is not a swarm manager"),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    any_engine: AnyEngine, method: str, path: str, body: Any, status: int, words: str
) -> None:
    """Each with its status, and JSON with a message."""
    reply = any_engine.ask(method, path, body)
    assert reply.status == status
    assert words.lower() in reply.json()["message"].lower()


def test_a_volume_is_in_use_while_a_container_has_it(any_engine: AnyEngine) -> None:
    """Whether that runs or not; the volume is made with the container."""
    any_engine.made("holder", HostConfig={"Binds": ["contract-data:/data"]})
    reply = any_engine.ask("DELETE", "/volumes/contract-data")
    identity = any_engine.ask("GET", "/containers/holder/json").json()["Id"]
    assert (reply.status, reply.json()["message"]) == (
        409,
        f"remove contract-data: volume is in use - [{identity}]",
    )
    assert any_engine.ask("DELETE", "/containers/holder?v=1").status == 204
    assert any_engine.ask("GET", "/volumes/contract-data").json()["Scope"] == "local"  # it has a name: it stays
    assert any_engine.ask("DELETE", "/volumes/contract-data").status == 204
    assert any_engine.ask("DELETE", "/volumes/contract-data?force=1").status == 204


def test_an_anonymous_volume_goes_with_its_container(any_engine: AnyEngine) -> None:
    """If `v` is asked for."""
    any_engine.made("anonymous", Volumes={"/data": {}})
    (mount,) = any_engine.ask("GET", "/containers/anonymous/json").json()["Mounts"]
    assert (mount["Type"], mount["Destination"], len(mount["Name"])) == ("volume", "/data", 64)
    assert any_engine.ask("DELETE", "/containers/anonymous?v=1").status == 204
    assert any_engine.ask("GET", f"/volumes/{mount['Name']}").status == 404


def test_a_prune_takes_what_is_not_used(any_engine: AnyEngine) -> None:
    """Of containers those that do not run, of networks those that nothing runs in."""
    any_engine.run("stays")
    gone = any_engine.ended("goes", "true")
    never = any_engine.made("never-ran")
    network = {"Name": "contract-empty", "Labels": labelled(any_engine)}
    any_engine.ask("POST", "/networks/create", network)
    reply = any_engine.ask("POST", f"/containers/prune?{only_ours(any_engine)}").json()
    assert set(reply["ContainersDeleted"]) == {gone, never}
    assert any_engine.ask("POST", f"/networks/prune?{only_ours(any_engine)}").json()["NetworksDeleted"] == [
        "contract-empty"
    ]
    assert any_engine.ask("POST", f"/containers/prune?{only_ours(any_engine)}").json()["ContainersDeleted"] is None
    assert any_engine.ask("GET", "/containers/stays/json").status == 200


def test_a_prune_spares_what_is_younger_than_until(any_engine: AnyEngine) -> None:
    """And what has the label that is excluded."""
    any_engine.made("young")
    spared = only_ours(any_engine, until=["1h"])
    assert any_engine.ask("POST", f"/containers/prune?{spared}").json()["ContainersDeleted"] is None
    name = any_engine.label.partition("=")[0]
    excluded = only_ours(any_engine, **{"label!": [name]})
    assert any_engine.ask("POST", f"/containers/prune?{excluded}").json()["ContainersDeleted"] is None


def test_the_life_of_a_container_is_told_in_events(any_engine: AnyEngine) -> None:
    """Engines differ in the order of those that happen at once, and 20.10 tells a pause twice now and then."""
    since = time.time() - 0.001
    any_engine.run("told", "sleep", "60")
    any_engine.ask("POST", "/containers/told/pause")
    any_engine.ask("POST", "/containers/told/unpause")
    any_engine.ask("POST", "/containers/told/rename?name=told-anew")
    any_engine.ask("POST", "/containers/told-anew/kill")
    any_engine.ask("POST", "/containers/told-anew/wait")
    any_engine.ask("DELETE", "/containers/told-anew")
    told = happened(any_engine, since, label=[any_engine.label])
    actions = [action for kind, action in told if kind == "container"]
    assert set(actions) == {"create", "start", "pause", "unpause", "rename", "kill", "die", "destroy"}
    assert list(dict.fromkeys(actions))[:4] == ["create", "start", "pause", "unpause"]
    assert actions[-1] == "destroy"


def test_a_stop_is_told_with_its_signals(any_engine: AnyEngine) -> None:
    """TERM, then KILL, as `sleep` does not hear the first."""
    since = time.time() - 0.001
    any_engine.run("deaf")
    assert any_engine.ask("POST", "/containers/deaf/stop?t=1").status == 204
    told = happened(any_engine, since, label=[any_engine.label], type=["container"])
    assert sorted(action for _, action in told) == sorted(["create", "start", "kill", "kill", "die", "stop"])


def test_events_have_both_ends_included_and_an_end(any_engine: AnyEngine) -> None:
    """With an `until` that has passed the reply ends; without both there is no past."""
    any_engine.made("once")
    query = "since=1&until=" + f"{time.time():.9f}&filters=" + quote(json.dumps({"container": ["once"]}))
    (line,) = any_engine.ask("GET", f"/events?{query}").body.splitlines()[-1:]
    message = json.loads(line)
    assert (message["Type"], message["Action"], message["scope"]) == ("container", "create", "local")
    assert message["Actor"]["Attributes"]["name"] == "once"
    moment = f"{message['timeNano'] // 10**9}.{message['timeNano'] % 10**9:09d}"
    exact = any_engine.ask("GET", f"/events?since={moment}&until={moment}").body
    assert json.loads(exact) == message


def test_the_memory_of_events_is_a_ring_of_256(any_engine: AnyEngine) -> None:
    """The oldest are forgotten."""
    for number in range(260):
        any_engine.ask("POST", f"/images/bb:1/tag?repo=contract-ring&tag={number % 2}")
    until = f"{time.time():.9f}"
    assert len(any_engine.ask("GET", f"/events?since=1&until={until}").body.splitlines()) == 256
    for number in range(2):
        any_engine.ask("DELETE", f"/images/contract-ring:{number}")


def test_disk_usage_counts_what_is_there(any_engine: AnyEngine) -> None:
    """Of each kind, with who uses it."""
    any_engine.made("counted", HostConfig={"Binds": ["contract-df:/data"]})
    used = any_engine.ask("GET", "/system/df").json()
    image = next(each for each in used["Images"] if "bb:1" in (each["RepoTags"] or []))
    assert image["Containers"] >= 1
    volume = next(each for each in used["Volumes"] if each["Name"] == "contract-df")
    assert volume["UsageData"]["RefCount"] == 1
    assert any(each["Names"] == ["/counted"] for each in used["Containers"])
    assert used["LayersSize"] >= image["Size"] - image["SharedSize"]
    any_engine.ask("DELETE", "/containers/counted?v=1")
    any_engine.ask("DELETE", "/volumes/contract-df")


def test_info_counts_containers_by_state(any_engine: AnyEngine) -> None:
    """Those that run, are paused, and do not run."""
    before = any_engine.ask("GET", "/info").json()
    any_engine.run("counted-running")
    any_engine.made("counted-made")
    after = any_engine.ask("GET", "/info").json()
    assert after["Containers"] - before["Containers"] == 2
    assert after["ContainersRunning"] - before["ContainersRunning"] == 1
    assert after["ContainersStopped"] - before["ContainersStopped"] == 1
