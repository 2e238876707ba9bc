"""`rmi`: what is untagged, what is deleted, and what keeps an image, as docker tells it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic import images, rmi
from dockmagic.errors import BadRequest, Conflict, Interrupted, NotFound, ProtocolError, UsageError
from tests.commands.scripted_engine import engine_that_says
from tests.engine.scripted import PROMPT, serving
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engine.scripted import Peer


@pytest.fixture
def make(docker_cli: DockerCli, label: str) -> Callable[..., str]:
    """Return a function that makes an image of another one, with several names; it returns its id."""

    def commit(*names: str, parent: str = "bb:1", note: str = "") -> str:
        made = docker_cli("create", "--label", label, parent, "true").strip()
        change = ["--change", f"LABEL {label}", "--change", f"LABEL note={note or names[0]}"]
        identity = docker_cli("commit", *change, made, names[0]).strip()
        docker_cli("rm", made)
        for name in names[1:]:
            docker_cli("tag", identity, name)
        return identity

    return commit


def printed(row: Mapping[Hashable, Any]) -> set[str]:
    """A row as docker prints it."""
    return {f"Untagged: {name}" for name in row["untagged"]} | {f"Deleted: {name}" for name in row["deleted"]}


def test_it_removes_and_tells_what_docker_does(engine: Engine, docker_cli: DockerCli, make: Callable[..., str]) -> None:
    """A name, and with the last one the image; the ids differ from one image to the next."""
    ours, theirs = make("dmt/ours:1", "dmt/ours:2"), make("dmt/theirs:1", "dmt/theirs:2")
    for number in (1, 2):
        (row,) = rmi(engine, f"dmt/ours:{number}").to_dict("records")
        told = docker_cli("rmi", f"dmt/theirs:{number}")
        assert printed(row) == set(told.replace("theirs", "ours").replace(theirs, ours).splitlines())
        assert (row["name"], row["id"]) == (f"dmt/ours:{number}", ours.removeprefix("sha256:")[:12])
        assert (row["action"], row["changed"], row["ok"]) == ("rmi", True, True)
    assert row["deleted"] == [ours]
    assert len(images(engine, filter=["reference=dmt/*"])) == 0


def test_images_go_one_after_the_other_in_the_order_given(engine: Engine, make: Callable[..., str]) -> None:
    """The last name of an image takes it along, whichever that is; what is given by id afterwards is gone."""
    identity = make("dmt/a:1", "dmt/a:2")
    frame = rmi(engine, ["dmt/a:2", "dmt/a:1", identity])
    assert list(frame["ok"]) == [True, True, False]
    assert list(frame["deleted"].map(len)) == [0, 1, 0]
    assert list(frame["id"]) == [identity.removeprefix("sha256:")[:12]] * 3
    assert "No such image" in frame["error"][2]


def test_a_parent_goes_after_its_child_only(engine: Engine, make: Callable[..., str], docker_cli: DockerCli) -> None:
    """Named the other way round the parent is kept, and the row says why."""
    parent = make("dmt/parent:1")
    child = make("dmt/child:1", parent="dmt/parent:1")
    docker_cli("tag", parent, "dmt/parent:2")
    docker_cli("rmi", "dmt/parent:1", "dmt/parent:2")
    with pytest.raises(Conflict, match="has dependent child images") as caught:
        rmi(engine, parent)
    assert caught.value.hint == "Remove the images that were made of it first: %dimages -a lists them too."
    (row,) = rmi(engine, child).to_dict("records")
    assert row["deleted"] == [child, parent]


def test_with_no_prune_a_parent_without_a_name_stays(
    engine: Engine, make: Callable[..., str], docker_cli: DockerCli
) -> None:
    """As docker's flag."""
    parent = make("dmt/parent:1")
    child = make("dmt/child:1", parent="dmt/parent:1")
    docker_cli("rmi", "dmt/parent:1")
    assert list(rmi(engine, child, no_prune=True)["deleted"]) == [[child]]
    assert list(rmi(engine, parent)["deleted"]) == [[parent]]


def test_several_names_are_a_conflict_of_an_id(engine: Engine, make: Callable[..., str]) -> None:
    """With -f all of them go."""
    identity = make("dmt/a:1", "dmt/b:1")
    with pytest.raises(Conflict, match="is referenced in multiple repositories") as caught:
        rmi(engine, identity)
    assert caught.value.hint == f"It has several names: %drmi -f {identity} removes them all."
    (row,) = rmi(engine, identity, force=True).to_dict("records")
    assert sorted(row["untagged"]) == ["dmt/a:1", "dmt/b:1"]
    assert row["deleted"] == [identity]


def test_a_container_keeps_an_image_and_the_hint_names_it(
    engine: Engine, make: Callable[..., str], docker_cli: DockerCli, label: str
) -> None:
    """One that does not run gives way to -f, and keeps what it needs."""
    identity = make("dmt/used:1")
    docker_cli("create", "--label", label, "--name", "dmt-user", "dmt/used:1", "sleep", "1000")
    with pytest.raises(Conflict, match="is using its referenced image") as caught:
        rmi(engine, "dmt/used:1")
    assert caught.value.hint == (
        "Remove what uses it first: %drm -f dmt-user  Or %drmi -f dmt/used:1: they keep what they need."
    )
    docker_cli("start", "dmt-user")
    with pytest.raises(Conflict, match="cannot be forced") as caught:
        rmi(engine, identity, force=True)
    assert caught.value.hint == "Remove what uses it first: %drm -f dmt-user"
    assert caught.value.frame is not None
    assert list(caught.value.frame["id"]) == [identity.removeprefix("sha256:")[:12]]


def test_one_that_fails_does_not_keep_the_others(engine: Engine, make: Callable[..., str]) -> None:
    """A row each; what is not there has no id."""
    make("dmt/a:1")
    frame = rmi(engine, ["dmt/nobody:1", "dmt/A:1", "dmt/a:1"])
    assert list(frame["ok"]) == [False, False, True]
    assert list(frame["id"].isna()) == [True, True, False]
    assert list(frame["error"].str.contains("No such image|must be lowercase"))[:2] == [True, True]
    assert frame["untagged"].to_list() == [[], [], ["dmt/a:1"]]


def test_with_force_a_missing_one_is_no_failure(engine: Engine, docker_cli: DockerCli) -> None:
    """As in docker, which says so and succeeds."""
    docker_cli("rmi", "-f", "dmt/nobody:1")
    frame = rmi(engine, "dmt/nobody:1", force=True)
    assert frame[["changed", "ok"]].to_dict("records") == [{"changed": False, "ok": True}]
    with pytest.raises(BadRequest):
        rmi(engine, "dmt/NOBODY:1", force=True)


def test_a_name_that_is_missing_is_told_with_the_nearest_one(engine: Engine, make: Callable[..., str]) -> None:
    """And how to see them all."""
    make("dmt/there:1")
    with pytest.raises(NotFound, match='no image "dmt/their:1" on') as caught:
        rmi(engine, "dmt/their:1")
    assert caught.value.hint.startswith("Did you mean dmt/there:1?  %dimages lists ")


def test_a_frame_of_images_names_each_by_its_id_once(engine: Engine, make: Callable[..., str], label: str) -> None:
    """Which wants -f where it has several names, as `docker rmi -f $(docker images -q)` does."""
    make("dmt/a:1", "dmt/b:1")
    frame = images(engine, filter=[f"label={label}"])
    assert len(frame) == 2
    assert len(rmi(engine, frame, force=True)) == 1
    assert len(images(engine, filter=[f"label={label}"])) == 0


@pytest.mark.parametrize("name", ["", " ", "..", "a/../b", "a//b", ["bb:1", ""], None, {"a": 1}])
def test_what_can_be_no_name_is_refused_before_anything_is_removed(name: Any) -> None:
    """Nothing is asked."""
    with engine_that_says({}) as (engine, asked):
        with pytest.raises(UsageError):
            rmi(engine, name)
    assert asked == []


def test_no_images_give_the_columns_and_dtypes(engine: Engine, make: Callable[..., str]) -> None:
    """An empty list removes nothing."""
    make("dmt/a:1")
    none, some = rmi(engine, []), rmi(engine, "dmt/a:1")
    assert list(none.dtypes.astype(str).items()) == list(some.dtypes.astype(str).items())
    assert list(none.columns[-2:]) == ["untagged", "deleted"]


@pytest.mark.parametrize("word", ["drmi", "dimage rm", "dimage remove"])
def test_the_magic_has_dockers_three_names(
    shell: InteractiveShell, engine: Engine, make: Callable[..., str], word: str
) -> None:
    """And its flags."""
    make("dmt/a:1", "dmt/a:2")
    magic, _, rest = word.partition(" ")
    dockmagic.load_ipython_extension(shell)
    frame = shell.run_line_magic(magic, f"{rest} -f --no-prune dmt/a:1 dmt/a:2 --host {engine.host}")
    assert list(frame["untagged"]) == [["dmt/a:1"], ["dmt/a:2"]]
    with pytest.raises(Exception, match=r"docker has --platform, dockmagic has not .*API 1\.50"):
        shell.run_line_magic(magic, f"{rest} --platform linux/amd64 bb:1 --host {engine.host}")


def test_the_rows_are_the_engines_words_as_they_come() -> None:
    """What is missing or of another type is passed over."""
    gone = [{"Untagged": "a:1"}, {"Deleted": ""}, {"Deleted": 7}, {}, {"Deleted": "sha256:ab", "More": 1}]
    with engine_that_says({"Id": "sha256:" + "0" * 64}, gone) as (engine, asked):
        (row,) = rmi(engine, "a:1").to_dict("records")
    assert (row["untagged"], row["deleted"]) == (["a:1"], ["sha256:ab"])
    assert asked == ["GET /images/a%3A1/json", "DELETE /images/a%3A1"]
    with engine_that_says({"Id": 5}, {"Deleted": "a"}) as (engine, _):
        with pytest.raises(ProtocolError, match=r"DELETE /images/{name}"):
            rmi(engine, "a:1")


def test_an_interrupt_ends_it_at_once_and_the_rest_is_not_begun() -> None:
    """The engine may delete layers for long; what was done is in the frame."""
    ready, caught, deleted = threading.Event(), list[pd.DataFrame | None](), list[str]()

    def script(peer: Peer) -> None:
        while True:
            request = peer.request()
            if request.method == "DELETE":
                deleted.append(request.target)
            if len(deleted) == 2:
                ready.set()
                peer.until_end()
                return
            said = b'[{"Untagged": "a:1"}]' if request.method == "DELETE" else b'{"Id": "sha256:0123456789abcdef"}'
            peer.send(
                b"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(said), said)
            )

    def work() -> None:
        try:
            rmi(engine, ["a:1", "a:2", "a:3"])
        except Interrupted as error:
            caught.append(error.frame)
            raise

    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        assert interrupted(work, ready) < PROMPT
    assert caught[0] is not None
    assert caught[0][["name", "ok", "id"]].to_dict("list") == {
        "name": ["a:1", "a:2"],
        "ok": [True, False],
        "id": ["0123456789ab"] * 2,
    }
    assert len(deleted) == 2
