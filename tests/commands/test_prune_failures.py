"""What goes wrong in a prune: refused, cut off, interrupted; what was removed before is never lost."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import container_prune, system_prune
from dockmagic.errors import Conflict, EngineFault, Interrupted, ProtocolError
from tests.commands.prunable_mixture import silent
from tests.engine.scripted import PATIENCE, PROMPT, serving
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.prunable_mixture import Host
    from tests.engine.scripted import Peer

USAGE = {
    "Containers": [
        {"Id": "c" * 64, "Names": ["/a"], "State": "exited", "Created": 1, "SizeRw": 5},
        {"Id": "d" * 64, "Names": ["/b"], "State": "created", "Created": 1},
    ],
    "BuildCache": [{"ID": "r" * 25, "Size": 40}],
}
NETWORK = {"Id": "n" * 64, "Name": "shop", "Scope": "local"}
IMAGE = {"Id": f"sha256:{'1' * 64}", "RepoTags": [], "ParentId": "", "Size": 5000}
REPLIES: dict[str, Any] = {
    "/system/df": USAGE,
    "/containers/json": USAGE["Containers"],
    "/images/json": [IMAGE],
    "/networks": [NETWORK],
    "/containers/prune": {"ContainersDeleted": ["c" * 64], "SpaceReclaimed": 5},
    "/networks/prune": {"NetworksDeleted": ["shop"]},
    "/images/prune": {"ImagesDeleted": [{"Deleted": IMAGE["Id"]}], "SpaceReclaimed": 5000},
    "/build/prune": {"CachesDeleted": ["r" * 25], "SpaceReclaimed": 40},
}


class Failing:
    """An engine that does `failure` when it is asked for `endpoint`, and answers everything else."""

    def __init__(self, endpoint: str, failure: Callable[[Peer], None]) -> None:
        self.asked = threading.Event()
        self._endpoint, self._failure = endpoint, failure

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        while True:
            target = peer.request().target.partition("?")[0].removeprefix("/v1.45")
            if target == self._endpoint:
                self.asked.set()
                self._failure(peer)
                return
            send(peer, "200 OK", REPLIES.get(target, {}))


def send(peer: Peer, status: str, body: Any) -> None:
    """Answer with JSON."""
    data = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nApi-Version: 1.45\r\nContent-Type: application/json\r\n"
    peer.send(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)


def hang(peer: Peer) -> None:
    """A failure without a word, until the client leaves."""
    peer.until_end()


def refuse(status: str, message: str) -> Callable[[Peer], None]:
    """A failure in the engine's own words."""

    def failure(peer: Peer) -> None:
        send(peer, status, {"message": message})
        peer.until_end()

    return failure


def test_another_prune_under_way_is_to_be_waited_for() -> None:
    """The engine does one at a time, whoever asked."""
    script = Failing("/containers/prune", refuse("409 Conflict", "a prune operation is already running"))
    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(Conflict, match=r"^a prune operation is already running\b") as caught:
            container_prune(engine, force=True)
    assert caught.value.hint == "Wait until it has ended, then try again."
    assert caught.value.frame is not None
    assert len(caught.value.frame) == 0


def test_an_engine_that_fails_in_the_middle_leaves_the_rows_of_what_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    """The error says how much that is, and has the rows; no sentence claims success."""
    script = Failing("/images/prune", refuse("500 Internal Server Error", "disk on fire"))
    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(EngineFault, match="disk on fire") as caught:
            system_prune(engine, force=True)
    assert caught.value.hint == "Removed before: 1 container and 1 network (sys.last_value.frame)."
    frame = caught.value.frame
    assert frame is not None
    assert list(zip(frame["kind"], frame["name"], frame["removed"], strict=True)) == [
        ("container", "a", True),
        ("network", "shop", True),
    ]
    assert capsys.readouterr().out == ""


def test_an_engine_that_vanishes_in_the_middle_leaves_the_rows_too() -> None:
    """Between two steps or in one."""
    script = Failing("/networks/prune", lambda peer: peer.cut())
    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        with pytest.raises(ProtocolError, match="broke off") as caught:
            system_prune(engine, force=True)
    assert caught.value.frame is not None
    assert list(caught.value.frame["name"]) == ["a"]
    assert caught.value.hint.endswith("Removed before: 1 container (sys.last_value.frame).")


def test_an_interrupt_ends_the_waiting_at_once_and_has_the_rows() -> None:
    """However long the engine is silent. It may go on with what it was asked for, and the error says so."""
    caught: list[Interrupted] = []

    def work() -> None:
        try:
            system_prune(engine, force=True)
        except Interrupted as error:
            caught.append(error)
            raise

    def hang_and_tell(peer: Peer) -> None:
        hang(peer)
        left.set()

    left = threading.Event()
    script = Failing("/images/prune", hang_and_tell)
    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        assert interrupted(work, script.asked) < PROMPT
        assert left.wait(PATIENCE)
    (error,) = caught
    assert error.frame is not None
    assert list(error.frame["name"]) == ["a", "shop"]
    assert "".join(error._render_traceback_()) == (
        "KeyboardInterrupt: the command was interrupted after 2 of 5"
        "  What the engine was asked to do may still happen. What was done: sys.last_value.frame"
    )


def test_an_interrupt_of_a_preview_is_just_one() -> None:
    """Nothing was asked to be removed."""
    script = Failing("/containers/json", hang)
    with serving(script) as server, dockmagic.connect(f"unix://{server.path}") as engine:
        assert interrupted(lambda: container_prune(engine), script.asked) < PROMPT


def test_a_real_engine_refuses_a_second_prune_and_finishes_the_first(prune_host: Host) -> None:
    """The words are the engine's; the first one is told of all that it removed."""
    prune_host.empty()
    prune_host.fill_with_created(80)
    with dockmagic.connect(prune_host.host) as engine, dockmagic.connect(prune_host.host) as other:
        frames: list[Any] = []
        with engine.stream("GET", "/events", params={"filters": {"event": ["destroy"]}}) as events:
            thread = threading.Thread(target=lambda: frames.append(container_prune(other, force=True, tell=silent)))
            thread.start()
            next(iter(events))
        with pytest.raises(Conflict, match="a prune operation is already running"):
            container_prune(engine, force=True)
        thread.join(PATIENCE)
    (frame,) = frames
    assert len(frame) == 80
    assert frame["removed"].all()
