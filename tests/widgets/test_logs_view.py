"""`LogsView`: a feed of logs and what it tells a page; without a page it is a feed all the same."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Self

import nbformat
import pytest
from nbclient import NotebookClient

import dockmagic
from dockmagic.errors import EngineFault, NotFound, UsageError
from dockmagic.feeds.logs_feed import LogsFeed
from dockmagic.magics import loaded
from dockmagic.widgets.feed_view import beginning
from dockmagic.widgets.logs_view import LogsView
from tests.engine.scripted import eventually
from tests.feeds.followed import docker, feed_of, notes, texts, threads
from tests.widgets.front_end import FrontEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

JSON = """echo '{"level": "info", "ms": 12}'; echo plain; sleep 1000"""


@pytest.fixture
def engine(engine_process: Dockerd) -> Iterator[Engine]:
    """Return dockmagic's view of the test engine; no thread may be left of what followed it."""
    with dockmagic.connect(engine_process.host) as connected:
        yield connected
    assert eventually(lambda: threads() == [])


@pytest.fixture
def run(engine_process: Dockerd, label: str) -> Callable[..., str]:
    """Return a function that runs a container (name, script, flags); it returns the name."""

    def run(name: str, script: str, *flags: str) -> str:
        labelled = ["run", "-d", "--label", label, "--network", "none", "--name", name, *flags]
        docker(engine_process, *labelled, "bb:1", "sh", "-c", script)
        return name

    return run


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> FrontEnd:
    """Return a front end for the widgets that are made."""
    return FrontEnd(monkeypatch)


def shown(front_end: FrontEnd) -> list[str]:
    """The lines that a page has that listens."""
    found: list[str] = []
    last = 0
    for told in [each["news"] for each in list(front_end.said)]:
        assert told["first"] <= last + 1
        found += [row[4] for row in told["rows"] if row[0] > last]
        last = max(last, told["last"])
    return found


def test_it_has_what_was_read_with_no_page_at_all(engine: Engine, run: Callable[..., str]) -> None:
    """In a script; it outlives the engine that it was made with, and what was read stays when it is closed."""
    name = run("dmt-lv-web", "seq 1 3; sleep 1000")
    with dockmagic.connect(engine.host) as other:
        view = dockmagic.live_logs(other, name)
    assert eventually(lambda: list(view.frame["line"]) == ["1", "2", "3"])
    assert repr(view).startswith(f"<live logs of {name} on {engine.host}: 3 lines so far, connected; ")
    assert (view.rows, view.dropped, view.host) == (3, 0, engine.host)
    view.close()
    assert str(view.state) == "stopped"
    assert len(view.frame) == 3


def test_the_options_are_those_of_logs(engine: Engine, run: Callable[..., str]) -> None:
    """Of a frame too."""
    name = run("dmt-lv-json", JSON)
    with dockmagic.live_logs(engine, [name], tail=1) as view:
        assert eventually(lambda: texts(view.feed) == ["plain"])
    with dockmagic.live_logs(engine, name, json=True) as view:
        assert eventually(lambda: view.rows == 2)
        assert list(view.frame.columns) == ["time", "name", "stream", "line", "level", "ms"]
        assert view.frame["ms"].dropna().tolist() == [12]
    with dockmagic.live_logs(engine, name, grep="^p") as view:
        assert eventually(lambda: texts(view.feed) == ["plain"])


def test_two_names_of_one_container_are_one(engine: Engine, run: Callable[..., str]) -> None:
    """No line comes twice."""
    name = run("dmt-lv-once", "echo x; sleep 1000")
    identity = dockmagic.inspect(engine, name)["id"][0]
    with dockmagic.live_logs(engine, [name, identity]) as view:
        assert eventually(lambda: view.state.name == "connected" and view.rows >= 1)
        assert len(view.feed.containers) == 1


def test_it_ends_by_itself_when_its_containers_are_removed(engine: Engine, run: Callable[..., str]) -> None:
    """Nothing of it runs on that nobody could list and stop any more."""
    name = run("dmt-lv-gone", "echo x; sleep 1000")
    view = dockmagic.live_logs(engine, name)
    assert eventually(lambda: texts(view.feed) == ["x"])
    dockmagic.rm(engine, name, force=True)
    assert eventually(lambda: str(view.state) == "stopped")
    assert eventually(lambda: threads() == [])
    assert view.frame["line"].str.startswith("was removed").sum() == 1


def test_an_interrupt_while_it_begins_leaves_nothing(engine: Engine, run: Callable[..., str]) -> None:
    """Nobody would have a view to stop."""
    feed = Late(engine.twin(), feed_of(engine, run("dmt-lv-late", "sleep 1000")).containers)
    with pytest.raises(KeyboardInterrupt), beginning(feed):
        LogsView(feed)
    assert eventually(lambda: threads() == [])


class Late(LogsFeed):
    """Interrupted when all of its threads run."""

    def start(self) -> Self:
        """Begin, and be interrupted."""
        super().start()
        raise KeyboardInterrupt


def test_what_cannot_be_followed_is_refused_at_once(engine: Engine, run: Callable[..., str]) -> None:
    """Before a thread is started."""
    there = run("dmt-lv-there", "sleep 1000")
    with pytest.raises(NotFound, match="Did you mean dmt-lv-there"):
        dockmagic.live_logs(engine, [there, "dmt-lv-ther"])
    with pytest.raises(EngineFault, match="keeps nothing that can be read") as caught:
        dockmagic.live_logs(engine, run("dmt-lv-unread", "sleep 1000", "--log-driver=none"))
    assert "--log-driver local" in caught.value.hint
    wrong: list[dict[str, Any]] = [{"since": "yesterdayish"}, {"tail": "few"}, {"grep": "("}]
    for options in wrong:
        with pytest.raises(UsageError):
            dockmagic.live_logs(engine, there, **options)
    with pytest.raises(UsageError, match="no container to follow"):
        dockmagic.live_logs(engine, [])
    assert threads() == []


def test_a_page_gets_everything_and_then_what_is_new(
    engine: Engine, engine_process: Dockerd, run: Callable[..., str], front_end: FrontEnd
) -> None:
    """As its widget's state while it has not answered. What it gets is JSON."""
    name = run("dmt-lv-page", "seq 1 3; read x < /dev/null; mkfifo /f; cat /f; sleep 1000")
    with dockmagic.live_logs(engine, name) as view:
        assert eventually(lambda: view.rows == 3)
        widget = view.widget
        assert eventually(lambda: len(widget.everything()["rows"]) == 3)
        everything = widget.everything()
        assert (everything["names"], everything["host"]) == ([name], f"{name} on {engine.host}")
        json.dumps(front_end.states)
        front_end.say(widget, {"ask": "all"})
        assert eventually(lambda: shown(front_end) == ["1", "2", "3"])
        docker(engine_process, "exec", name, "sh", "-c", "while ! [ -p /f ]; do :; done; echo four > /f")
        assert eventually(lambda: shown(front_end) == ["1", "2", "3", "four"])
        view.stop()
        assert front_end.said[-1]["news"]["state"] == "stopped"


def test_a_burst_loses_nothing_and_asks_little_of_a_page(
    engine: Engine, run: Callable[..., str], front_end: FrontEnd
) -> None:
    """All in the frame; ten messages a second at most, of a thousand lines at most, the newest ones."""
    with dockmagic.live_logs(engine, run("dmt-lv-burst", "seq 1 30000")) as view:
        front_end.say(view.widget, {"ask": "all"})
        began, before = time.monotonic(), len(front_end.times)
        assert eventually(lambda: bool(notes(view.feed)))
        assert eventually(lambda: front_end.said[-1]["news"]["last"] == 30001)
        assert len(front_end.times) - before <= 2 + (time.monotonic() - began) * 10
        assert max(len(each["news"]["rows"]) for each in front_end.said) <= 1000
        assert texts(view.feed) == [str(number) for number in range(1, 30001)]


def test_the_magic_follows_and_registers(
    engine_process: Dockerd, shell: InteractiveShell, run: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal shows a line; running it again stops the one before."""
    name = run("dmt-lv-magic", "echo hello; sleep 1000")
    dockmagic.load_ipython_extension(shell)
    shell.run_cell(f"%dconnect {engine_process.host};").raise_error()
    view = shell.run_line_magic("dlogs", f"-f --tail 5 {name}")
    assert eventually(lambda: list(view.frame["line"]) == ["hello"])
    magics = loaded(shell)
    assert magics is not None
    assert magics.live.frame()["kind"].tolist() == ["logs"]
    shell.user_ns["view"] = view
    capsys.readouterr()
    shell.run_cell("view").raise_error()
    assert capsys.readouterr().out.strip().endswith("they are in .frame, .stop() ends it>")
    again = shell.run_line_magic("dlogs", f"-f --tail 5 {name}")
    assert str(view.state) == "stopped"
    assert not shell.run_cell(f"%dlogs -f --until 5m {name}").success
    assert "leave out --until" in capsys.readouterr().err
    magics.live.stop_all()
    assert str(again.state) == "stopped"


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # ipykernel's and pyzmq's own
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_executed_notebook_has_a_table(
    engine_process: Dockerd, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was when the logs were stopped; no widget that nobody could draw there."""
    name = run("dmt-lv-table", "echo '<b>hello</b>'; sleep 1000")
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    wait = "import time\nwhile not view.rows: time.sleep(0.05)\nview.stop()"
    cells = ["%load_ext dockmagic", f"view = %dlogs -f {name}\nview", wait]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (output,) = notebook.cells[1].outputs
    assert set(output["data"]) == {"text/plain", "text/html"}
    assert "&lt;b&gt;hello&lt;/b&gt;" in output["data"]["text/html"]
    assert "(stopped)" in output["data"]["text/html"]
