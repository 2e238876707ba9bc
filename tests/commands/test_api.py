"""`api`: any endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockmagic import api, ps
from dockmagic.errors import NotFound, ProtocolError, UsageError, VersionMismatch
from dockmagic.frames.anything import json_frame
from tests.commands.scripted_engine import engine_that_says

if TYPE_CHECKING:
    from dockmagic import Engine
    from tests.conftest import DockerCli


def test_a_get_gives_json_as_python_data(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """With the query as the documentation writes it."""
    docker_cli("create", "--label", label, "--name", "dmt-api", "-e", "TOKEN=hunter2", "bb:1")
    (container,) = api(engine, "GET", "/containers/json?all=1&limit=1")
    assert container["Names"] == ["/dmt-api"]
    assert "TOKEN=********" in api(engine, "GET", "/containers/dmt-api/json")["Config"]["Env"]
    assert "TOKEN=hunter2" in api(engine, "GET", "/containers/dmt-api/json", show_secrets=True)["Config"]["Env"]


def test_a_post_with_a_body(engine: Engine, label: str) -> None:
    """JSON both ways."""
    name, _, value = label.partition("=")
    made = api(engine, "post", "/containers/create?name=dmt-made", body={"Image": "bb:1", "Labels": {name: value}})
    assert made["Id"].startswith(ps(engine, all=True, filter=[f"label={label}"])["id"][0])
    assert api(engine, "DELETE", "/containers/dmt-made") is None


def test_a_version_in_the_path_is_used(engine: Engine) -> None:
    """The guide's curl commands have one."""
    assert api(engine, "GET", "/v1.41/version")["ApiVersion"] >= "1.41"
    with pytest.raises(VersionMismatch):
        api(engine, "GET", "/v1.99/version")


def test_text_and_headers(engine: Engine) -> None:
    """What is no JSON is text; HEAD has only headers."""
    assert api(engine, "GET", "/_ping") == "OK"
    assert api(engine, "HEAD", "/_ping")["ostype"] == "linux"


def test_a_list_of_objects_can_be_a_frame(engine: Engine) -> None:
    """--frame."""
    frame = json_frame(api(engine, "GET", "/networks"))
    assert {"bridge", "host", "none"} <= set(frame["Name"])
    with pytest.raises(UsageError, match="is no list of objects"):
        json_frame("OK")


def test_the_engines_complaint_is_raised(engine: Engine) -> None:
    """Unknown endpoints and objects."""
    with pytest.raises(NotFound):
        api(engine, "GET", "/nonsense")


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/info"), ("GET", "info"), ("GET", "")])
def test_what_can_not_be_is_refused_before_any_request(engine: Engine, method: str, path: str) -> None:
    """A method that the API does not have, a path without its slash."""
    with pytest.raises(UsageError):
        api(engine, method, path)


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("/events", "%devents"),
        ("/v1.41/events?since=1", "%devents"),
        ("/containers/web/stats", "%dstats"),
        ("/containers/web/stats?stream=1", "%dstats"),
        ("/containers/web/logs?stdout=1&follow=true", "%dlogs"),
        ("/containers/web/export", "%dsave"),
        ("/images/lab:5000/bb:1/get", "%dsave"),
        ("/images/get?names=bb:1", "%dsave"),
        ("/containers/web/archive?path=/etc", "engine.stream"),
    ],
)
def test_what_has_no_end_or_is_no_text_is_refused_with_what_does_it(path: str, instead: str) -> None:
    """Else it is waited for until the limit on silence, or a whole image is read."""
    with engine_that_says({}) as (engine, asked), pytest.raises(UsageError) as caught:
        api(engine, "GET", path)
    assert instead in caught.value.hint
    assert asked == []


def test_what_ends_is_answered(engine: Engine, docker_cli: DockerCli, label: str) -> None:
    """One sample, the events so far, an archive's description."""
    docker_cli("create", "--label", label, "--name", "dmt-ends", "bb:1")
    assert "cpu_stats" in api(engine, "GET", "/containers/dmt-ends/stats?stream=false")
    assert api(engine, "GET", "/events?since=1&until=2") is None
    assert "x-docker-container-path-stat" in api(engine, "HEAD", "/containers/dmt-ends/archive?path=/bin")


def test_an_archive_is_not_read_as_text(engine: Engine) -> None:
    """In Python too; a stream gives its bytes."""
    with pytest.raises(ProtocolError, match="application/x-tar, which is no text") as caught:
        engine.get("/images/bb:1/get")
    assert "engine.stream" in caught.value.hint


@pytest.mark.parametrize("path", [None, 5, b"/info", "info"])
def test_a_path_is_text_that_starts_with_a_slash(path: Any) -> None:
    """Also in Python."""
    with engine_that_says({}) as (engine, asked):
        for ask in (engine.get, lambda path: api(engine, "GET", path)):
            with pytest.raises(UsageError, match="starts with a slash"):
                ask(path)
    assert asked == []
