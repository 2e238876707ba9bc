"""`%dconnect demo` and `auto`: a demo in this process, begun by the first and ended by the last."""

from __future__ import annotations

import hashlib
import json
import threading
from typing import TYPE_CHECKING

import pytest

import dockmagic
from dockmagic.demo.server import THREAD
from dockmagic.errors import Conflict, EngineUnreachable, EngineWarning, InsecureConnection, NotFound, UsageError
from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic.demo import Demo


@pytest.fixture(autouse=True)
def others() -> set[threading.Thread]:
    """Return the demos of other tests, which are none of ours."""
    return served()


def served() -> set[threading.Thread]:
    """The threads of the demos in this process."""
    return {thread for thread in threading.enumerate() if thread.name == THREAD}


def test_everybody_in_a_process_has_the_same_demo(others: set[threading.Thread]) -> None:
    """The last who closes ends it; then there is a fresh one."""
    with dockmagic.connect("demo") as first, dockmagic.connect("demo") as second:
        assert len(served() - others) == 1
        dockmagic.run(first, "busybox", ["sleep", "60"], detach=True, name="seen")
        assert list(dockmagic.ps(second)["name"]) == ["seen"]
        first.close()
        first.close()
        assert len(served() - others) == 1
    assert served() == others
    with dockmagic.connect("demo") as fresh:
        assert len(dockmagic.ps(fresh, all=True)) == 0


def test_a_live_view_holds_the_demo_and_leaves_it_to_the_others(others: set[threading.Thread]) -> None:
    """Its end is not theirs, and theirs not its own."""
    with dockmagic.connect("demo") as engine:
        dockmagic.run(engine, "busybox", ["sh", "-c", "echo seen"], detach=True, name="seen")
        dockmagic.live_events(engine).close()
        assert list(dockmagic.ps(engine, all=True)["name"]) == ["seen"]
        logs = dockmagic.live_logs(engine, "seen")
    assert len(served() - others) == 1
    assert eventually(lambda: "seen" in list(logs.frame["line"]))
    logs.close()
    assert served() == others


def test_a_notebook_uses_it_as_any_engine(shell: InteractiveShell, others: set[threading.Thread]) -> None:
    """And leaves it with `%dconnect` elsewhere, or when the extension is unloaded."""
    dockmagic.load_ipython_extension(shell)
    told = shell.run_line_magic("dconnect", "demo")
    assert told["engine_version"].item().endswith("-demo")
    assert told["source"].item() == "the demo engine was asked for: nothing in it is real"
    shell.run_line_magic("drun", "-d --name web nginx")
    assert list(shell.run_line_magic("dps", "-q")) != []
    shell.run_line_magic("dconnect", "demo")  # the same one: the former is left after the new one is there
    assert list(shell.run_line_magic("dps", "")["name"]) == ["web"]
    assert shell.run_line_magic("dinfo", "")["name"].item() == "demo"
    dockmagic.unload_ipython_extension(shell)
    assert served() == others


def test_it_is_the_engine_that_a_setting_names(shell: InteractiveShell) -> None:
    """`%config DockMagic.host = "demo"`."""
    dockmagic.load_ipython_extension(shell)
    shell.run_line_magic("config", "DockMagic.host = 'demo'")
    assert len(shell.run_line_magic("dimages", "")) == 8


def test_auto_takes_the_demo_where_docker_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And says so, with the reason."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.warns(EngineWarning, match=r"nothing answers at .*none\.sock.*; this is the demo engine instead"):
        engine = dockmagic.connect("auto", story=True)
    with engine:
        assert "shop-web-1" in set(dockmagic.ps(engine)["name"])
        assert dockmagic.info(engine)["name"].item() == "demo"
        assert engine.endpoint.source == "auto found no engine: nothing in this one is real"


def test_auto_takes_the_engine_that_answers(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, others: set[threading.Thread]
) -> None:
    """Then there is nothing to say."""
    monkeypatch.setenv("DOCKER_HOST", demo.host)
    with dockmagic.connect("auto") as engine:
        assert engine.host == demo.host
        assert len(served() - others) == 1


def test_a_story_is_in_the_demo_of_the_notebook(shell: InteractiveShell, others: set[threading.Thread]) -> None:
    """`%dconnect demo --story`: when one comes, the web service is ill already, and a job has failed."""
    dockmagic.load_ipython_extension(shell)
    shell.run_line_magic("dconnect", "demo --story")
    found = shell.run_line_magic("dps", "-a").set_index("name")
    assert found.loc["shop-web-1", "health"] == "unhealthy"
    assert found.loc["shop-report-1", "exit_code"] == 3
    assert shell.run_line_magic("dlogs", "shop-web-1")["line"].str.contains("upstream timed out").any()
    told = shell.run_line_magic("devents", "--filter event=health_status")
    assert list(told["detail"]) == ["healthy", "unhealthy"]
    assert told["time"].is_monotonic_increasing
    shell.run_line_magic("dconnect", "demo --story")  # it is the same one, and does not begin again
    assert list(shell.run_line_magic("dps", "-a --filter name=web")["name"]) == ["shop-web-1"]


def test_a_story_can_begin_later(others: set[threading.Thread]) -> None:
    """In a demo in which something has happened it begins now: nothing happens before what happened."""
    with dockmagic.connect("demo") as engine:
        dockmagic.volume_create(engine, "mine")
        with dockmagic.connect("demo", story=True) as again:
            assert set(dockmagic.ps(again)["name"]) == {"shop-db-1", "shop-cache-1", "shop-web-1"}
            assert dockmagic.events(again, since="1h")["name"].iloc[0] == "mine"
            assert {"mine", "shop-data"} < set(dockmagic.volume_ls(engine)["name"])


def test_a_story_takes_nobodys_name(others: set[threading.Thread]) -> None:
    """Then it begins not at all, and the error says what is in its way."""
    with dockmagic.connect("demo") as engine:
        dockmagic.create(engine, "busybox", name="shop-web-1")
        with pytest.raises(Conflict, match=r"the demo's story cannot begin: .*shop-web-1") as caught:
            dockmagic.connect("demo", story=True)
        assert "%drm -f CONTAINER" in caught.value.hint
        assert list(dockmagic.ps(engine, all=True)["name"]) == ["shop-web-1"]
        dockmagic.rm(engine, "shop-web-1")
        dockmagic.connect("demo", story=True).close()
        assert len(dockmagic.ps(engine)) == 3
    assert served() == others


def test_only_the_demo_tells_a_story(others: set[threading.Thread]) -> None:
    """Any other engine has its own."""
    for options in ({"target": "unix:///x.sock"}, {"context": "demo"}, {}):
        with pytest.raises(UsageError, match="only the demo tells a story"):
            dockmagic.connect(story=True, **options)  # type: ignore[arg-type]
    assert served() == others


def test_auto_does_not_step_in_for_what_is_unsafe(
    monkeypatch: pytest.MonkeyPatch, others: set[threading.Thread]
) -> None:
    """That is a mistake to mend, and not an engine that is missing."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
    with pytest.raises(InsecureConnection):
        dockmagic.connect("auto")
    assert served() == others


def test_a_context_of_that_name_is_reached_by_its_flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook that asks for the demo must never get a host that somebody named so."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    write_context(tmp_path, "demo", f"unix://{tmp_path}/real.sock")
    with pytest.warns(EngineWarning, match="the docker context of that name: %dconnect --context demo"):
        engine = dockmagic.connect("demo")
    engine.close()
    with pytest.raises(EngineUnreachable, match=r"real\.sock"):
        dockmagic.connect(context="demo")


def test_demo_and_a_host_are_two_answers(others: set[threading.Thread]) -> None:
    """As any target beside --host."""
    with pytest.raises(UsageError, match="each in its way"):
        dockmagic.connect("demo", host="unix:///x")
    assert served() == others


def test_an_engine_that_does_not_answer_is_an_occasion_to_offer_the_demo(tmp_path: Path) -> None:
    """In the second line of the error."""
    with pytest.raises(EngineUnreachable) as caught:
        dockmagic.connect(f"unix://{tmp_path}/none.sock")
    assert "without Docker: %dconnect demo" in caught.value.hint


def test_the_commands_of_dockmagic_work_on_it() -> None:
    """One after the other, as a tour would."""
    with dockmagic.connect("demo") as engine:
        assert dockmagic.pull(engine, "hello-world")["reference"].item().startswith("hello-world")
        dockmagic.run(engine, "nginx", detach=True, name="web")
        assert "ready for start up" in " ".join(dockmagic.logs(engine, "web")["line"])
        assert dockmagic.stop(engine, "web")["ok"].all()
        assert set(dockmagic.events(engine)["action"]) >= {"create", "start", "die", "stop"}
        assert dockmagic.system_df(engine)["total"].sum() > 0
        assert dockmagic.container_prune(engine, force=True)["removed"].all()
        with pytest.raises(NotFound, match='no container "web" on demo'):
            dockmagic.logs(engine, "web")


def write_context(folder: Path, name: str, host: str) -> None:
    """Write a docker context, as docker's own client keeps it."""
    place = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    place.mkdir(parents=True)
    (place / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": {"Host": host}}}))
