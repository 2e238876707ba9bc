"""Acting on several objects: a row each, one error if all fail, and what is left after an interrupt."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic.acting import Action, act_on_each
from dockmagic.errors import Conflict, EngineFault, EngineUnreachable, Interrupted, NotFound
from tests.commands.scripted_engine import engine_that_says
from tests.engine.scripted import PROMPT, serving
from tests.engine.test_batch import silent
from tests.engine.test_interrupts import interrupted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockmagic import Engine
    from dockmagic.errors import DockMagicError

STOP = Action("stop", "stopped", width=4)
BLESS = Action("bless", "blessed", kind="volume")  # asks for no ids
NAMES = ["a", "b", "c"]


def done(_: Engine, __: str) -> dict[str, Any]:
    """Succeed."""
    return {"changed": True}


def test_each_name_is_a_row_in_the_order_given() -> None:
    """With what the action tells of it, its id, and how long it took."""
    listed = [{"Id": f"{name}" * 64, "Names": [f"/{name}"]} for name in "cba"]
    with engine_that_says(listed) as (engine, _):
        frame = act_on_each(engine, NAMES, STOP, lambda _, name: {"changed": name == "b", "exit_code": 7})
    assert frame.drop(columns=["seconds", "error"]).to_dict("list") == {
        "name": NAMES,
        "id": ["a" * 12, "b" * 12, "c" * 12],
        "action": ["stop"] * 3,
        "changed": [False, True, False],
        "ok": [True] * 3,
        "exit_code": [7] * 3,
    }
    assert frame["error"].isna().all()
    assert (frame["seconds"] >= 0).all()


def test_no_names_give_the_columns() -> None:
    """And no request."""
    with engine_that_says({}) as (engine, asked):
        frame = act_on_each(engine, [], STOP, done)
    assert list(frame.dtypes.astype(str).items())[3:6] == [("changed", "bool"), ("ok", "bool"), ("exit_code", "Int64")]
    assert (len(frame), asked) == (0, [])


def refuse(_: Engine, name: str) -> dict[str, Any]:
    """Fail."""
    raise Conflict(f"{name} is busy", status=409)


def test_if_all_fail_the_first_kind_of_error_names_each() -> None:
    """The rows are in its `frame`."""
    with engine_that_says([]) as (engine, _):
        with pytest.raises(Conflict) as caught:
            act_on_each(engine, NAMES, STOP, refuse, hint=lambda names, errors: f"{len(names)} of {len(errors)}")
    assert caught.value.message.endswith(": a: a is busy; b: b is busy; c: c is busy")
    assert caught.value.message.startswith("nothing was stopped on ")
    assert caught.value.hint == "3 of 3"
    assert caught.value.frame is not None
    assert list(caught.value.frame["error"]) == ["a is busy", "b is busy", "c is busy"]


def test_of_very_many_that_fail_the_first_are_named_and_the_rest_counted() -> None:
    """A message is read, a frame is searched."""
    names = [f"n{number}" for number in range(200)]
    with engine_that_says([]) as (engine, _):
        with pytest.raises(Conflict) as caught:
            act_on_each(engine, names, STOP, refuse)
    assert caught.value.message.endswith("; and 195 more (sys.last_value.frame has all)")
    assert caught.value.hint == ""


def test_one_that_is_missing_gets_the_name_that_is_like_it() -> None:
    """As everywhere."""

    def missing(_: Engine, __: str) -> dict[str, Any]:
        raise NotFound("No such container: wbe", status=404)

    listed = [{"Id": "a" * 64, "Names": ["/web"]}]
    with engine_that_says({"message": "No such container"}, listed, status="404 Not Found") as (engine, _):
        with pytest.raises(NotFound, match='no container "wbe" on') as caught:
            act_on_each(engine, ["wbe"], STOP, missing)
    assert caught.value.hint == "Did you mean web?  %dps -a lists it."


def test_another_thing_that_is_missing_keeps_the_engines_words() -> None:
    """A container that needs an image, a network that has no such container."""

    def missing(_: Engine, __: str) -> dict[str, Any]:
        raise NotFound("No such image: nginx", status=404)

    with engine_that_says({"Id": "a" * 64}) as (engine, _):
        with pytest.raises(NotFound, match="No such image: nginx"):
            act_on_each(engine, ["web"], STOP, missing)


def test_an_engine_that_went_away_says_so_itself() -> None:
    """Not once for each name."""

    def gone(_: Engine, __: str) -> dict[str, Any]:
        raise EngineUnreachable("nothing answers at X", hint="Start it.")

    with engine_that_says([]) as (engine, _):
        with pytest.raises(EngineUnreachable) as caught:
            act_on_each(engine, NAMES, STOP, gone)
    assert str(caught.value) == "nothing answers at X\n  Start it."
    assert caught.value.frame is not None
    assert len(caught.value.frame) == 3


def test_different_errors_are_told_by_the_first_ones_kind() -> None:
    """Each with its own reason."""

    def fail(_: Engine, name: str) -> dict[str, Any]:
        error: type[DockMagicError] = EngineFault if name == "a" else Conflict
        raise error(f"{name} failed", status=500)  # type: ignore[call-arg]

    with engine_that_says([]) as (engine, _):
        with pytest.raises(EngineFault, match="a: a failed; b: b failed; c: c failed"):
            act_on_each(engine, NAMES, STOP, fail)


def test_an_interrupt_leaves_what_was_done() -> None:
    """In the `frame` of a KeyboardInterrupt; what was under way may still happen, and the rest is not there."""
    ready = threading.Event()
    caught: list[Interrupted] = []
    names = [f"n{number}" for number in range(20)]

    def act(engine: Engine, name: str) -> dict[str, Any]:
        engine.post(f"/volumes/{name}/bless", timeout=None)
        return {"changed": True}

    def work() -> None:
        try:
            act_on_each(engine, names, BLESS, act)
        except Interrupted as error:
            caught.append(error)
            raise

    with serving(silent(ready, answered=3, waiting=8)) as server:
        with dockmagic.connect(f"unix://{server.path}") as engine:
            assert interrupted(work, ready) < PROMPT
    (error,) = caught
    assert error.frame is not None
    assert (int(error.frame["ok"].sum()), len(error.frame), error.total) == (3, 11, 20)
    assert set(error.frame["error"].dropna()) == {"interrupted; it may still happen"}
    assert error._render_traceback_() == [
        "KeyboardInterrupt: the command was interrupted after 3 of 20",
        "  What the engine was asked to do may still happen. What was done: sys.last_value.frame",
    ]


@pytest.mark.parametrize("kind", ["container", "network"])
def test_the_ids_cost_one_request(kind: str) -> None:
    """However many names there are."""
    with engine_that_says([]) as (engine, asked):
        act_on_each(engine, NAMES, Action("stop", "stopped", kind=kind), done)
    assert len(asked) == 1


def told(names: Sequence[str], errors: Sequence[DockMagicError]) -> str:
    """Have no hint."""
    del names, errors
    return ""


def test_a_hint_of_the_error_itself_is_not_lost() -> None:
    """Where the action has none."""

    def fail(_: Engine, __: str) -> dict[str, Any]:
        raise Conflict("busy", status=409, hint="Wait for it.")

    with engine_that_says([]) as (engine, _):
        with pytest.raises(Conflict) as caught:
            act_on_each(engine, NAMES, STOP, fail, hint=told)
    assert caught.value.hint == "Wait for it."
