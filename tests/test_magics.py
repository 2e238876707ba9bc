"""The magics in an IPython shell: loading, values, errors, and which engine is asked."""

from __future__ import annotations

import shutil
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import dockmagic
from dockmagic.groups import GROUPS
from dockmagic.line_magics import semicolons_settled

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd


@pytest.fixture
def connected(shell: InteractiveShell, engine_process: Dockerd) -> InteractiveShell:
    """Return a shell with dockmagic loaded and connected to the test engine."""
    run(shell, "%load_ext dockmagic", f"conn = %dconnect {engine_process.host}")
    return shell


def run(shell: InteractiveShell, *cells: str) -> Any:
    """Run cells that must succeed; return the last one's value."""
    result = None
    for cell in cells:
        done = shell.run_cell(cell, silent=False)
        done.raise_error()
        result = done.result
    return result


def fail(shell: InteractiveShell, cell: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a cell that must fail; return what a person reads."""
    capsys.readouterr()
    assert not shell.run_cell(cell).success
    printed = capsys.readouterr()
    return (printed.out + printed.err).strip()


def everything(shell: InteractiveShell) -> dict[str, Any]:
    """What an extension could leave behind in a shell."""
    return {
        "line": set(shell.magics_manager.magics["line"]),
        "cell": set(shell.magics_manager.magics["cell"]),
        "user": set(vars(shell.magics_manager.user_magics)),
        "configurables": {type(each).__name__ for each in shell.configurables},
        "transformers": list(shell.input_transformers_post),
        "matchers": [each.matcher_identifier for each in shell.Completer.custom_matchers],
        "names": {name for name in shell.user_ns if not name.startswith("_")},
        "threads": [thread.name for thread in threading.enumerate() if thread.name.startswith("dockmagic")],
    }


def test_unloading_leaves_nothing_behind(shell: InteractiveShell, engine_process: Dockerd) -> None:
    """Not a magic, not a setting, not a thread; and it can be loaded again."""
    run(shell, "%load_ext storemagic", "%unload_ext storemagic")  # IPython loads its own %load_ext at first use
    before = everything(shell)
    for _ in range(2):
        run(shell, "%load_ext dockmagic", f"%dconnect {engine_process.host}", "%dps", "%unload_ext dockmagic")
        assert everything(shell) == before | {"names": before["names"]}


def test_loading_twice_changes_nothing(shell: InteractiveShell) -> None:
    """Also as `%reload_ext`, which gives it a fresh start."""
    run(shell, "%load_ext dockmagic")
    loaded = everything(shell)
    dockmagic.load_ipython_extension(shell)
    assert everything(shell) == loaded
    run(shell, "%reload_ext dockmagic")
    assert everything(shell) == loaded


def test_a_magic_gives_a_frame_to_assign(connected: InteractiveShell) -> None:
    """`df = %dps -a`."""
    run(connected, "df = %dps -a")
    assert isinstance(connected.user_ns["df"], pd.DataFrame)


def test_long_forms_are_the_same_commands(connected: InteractiveShell) -> None:
    """`%dcontainer ls` is `%dps`, `%dimage ls` is `%dimages`."""
    for short, long in (("%dps -a", "%dcontainer ls -a"), ("%dimages", "%dimage ls"), ("%dinfo", "%dsystem info")):
        frames = (run(connected, cell).astype(str) for cell in (short, long))
        # the engine's own order differs between calls where images are of the same age
        pd.testing.assert_frame_equal(*(frame.sort_values(list(frame), ignore_index=True) for frame in frames))


def test_quiet_gives_the_ids_as_a_list_of_text(connected: InteractiveShell, label: str) -> None:
    """To be handed to another magic with `{ids}`: several arguments, or none."""
    run(connected, f"a = %drun -d -q -l {label} bb:1 sleep 9", f"b = %drun -d -q -l {label} bb:1 sleep 9")
    ids = run(connected, f"ids = %dps -q --filter label={label}", "ids")
    assert sorted(ids) == sorted(connected.user_ns["a"] + connected.user_ns["b"])
    assert list(run(connected, "%drm -f {ids}")["changed"]) == [True, True]
    assert run(connected, f"none = %dps -aq --filter label={label}", "none") == []
    assert len(run(connected, "%drm -f {none}")) == 0


def test_a_semicolon_silences(connected: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """As after any expression, with a blank before it or not; what comes without one is shown."""
    capsys.readouterr()
    run(connected, "%dps -a;", "%dinfo ;", "%dps;", "%dinfo;\n%dps;\n", "%dinfo\n%dps;", "for _ in '1':\n  %dps;")
    assert capsys.readouterr().out == ""
    run(connected, "%dps;\n%dversion")
    assert "docker-init" in capsys.readouterr().out


@pytest.mark.parametrize("cell", ["x = %dps -aq;", "x = %dps -aq ;", "%dps;\nx = %dps -aq", "x, *y = %dimages -q;\n"])
def test_a_variable_gets_its_value_with_a_semicolon_too(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    """An assignment shows nothing anyway."""
    capsys.readouterr()
    run(connected, cell)
    assert capsys.readouterr().out == ""
    assert connected.user_ns["x"] is not None


def test_a_frame_gets_its_value_without_any_option(connected: InteractiveShell) -> None:
    """`x = %dps;`."""
    assert "id" in run(connected, "x = %dps;", "x")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = 1;", "x = 1;"),
        ("get_ipython().run_line_magic('dps;', '')", "get_ipython().run_line_magic('dps', ';')"),
        ("d['a'] = get_ipython().run_line_magic('dps', '-q;')", "d['a'] = get_ipython().run_line_magic('dps', '-q')"),
        ("get_ipython().run_line_magic('dps', '-a')", "get_ipython().run_line_magic('dps', '-a')"),
        (r"get_ipython().run_line_magic('dps', 'a\\;')", r"get_ipython().run_line_magic('dps', 'a\\;')"),
        ("get_ipython().run_line_magic('dtime;', 'x;')", "get_ipython().run_line_magic('dtime;', 'x;')"),
        ("f(a=get_ipython().run_line_magic('dps', '-q;'))", "f(a=get_ipython().run_line_magic('dps', '-q;'))"),
        ("'x=get_ipython().run_line_magic('dps', '-q;')'", "'x=get_ipython().run_line_magic('dps', '-q;')'"),
        ("get_ipython().run_line_magic('dps')", "get_ipython().run_line_magic('dps')"),
    ],
)
def test_only_the_semicolon_behind_a_magic_of_ours_is_looked_at(line: str, expected: str) -> None:
    """What IPython has made of a cell is Python, which stays what it is."""
    assert semicolons_settled([f"{line}\n", "pass\n"]) == [f"{expected}\n", "pass\n"]


def test_the_help_of_all_commands_under_a_word(connected: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """`%dnetwork --help`, as `%dnetwork?`."""
    for flag in ("--help", "-h"):
        capsys.readouterr()
        assert run(connected, f"%dnetwork {flag}") is None
        printed = capsys.readouterr().out
        assert printed.startswith("%dnetwork connect [OPTIONS] NETWORK CONTAINER...")
        assert "\n%dnetwork rm [OPTIONS] NETWORK..." in printed


def test_help_is_printed_and_nothing_else_happens(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """--help, also where an argument is missing; behind the image it belongs to the container."""
    for cell in ("%dps --help", "%drm --help", "%dcontainer run --help"):
        assert run(connected, cell) is None
        assert capsys.readouterr().out.startswith(f"%d{cell.split()[-2].removeprefix('%d')} [OPTIONS]")


def test_the_question_mark_shows_the_same_help(connected: InteractiveShell) -> None:
    """`%dps?`."""
    info = connected.object_inspect("%dps", detail_level=0)
    assert info["docstring"].startswith("%dps [OPTIONS]")
    assert "--filter KEY=VALUE" in info["docstring"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%dps --al", "UsageError: %dps: unknown option --al. Did you mean --all (-a)?"),
        ("%dps web", "UsageError: %dps: unexpected argument 'web'"),
        ("%drm 'web", "UsageError: %drm: a quote is not closed: 'web"),
        ("%dcontext lss", "UsageError: %dcontext: 'lss' is no command. Did you mean ls?"),
        ("%dcontainer", "UsageError: %dcontainer: which command? There are: "),
        ("%drm {nobody}", "UsageError: %drm: {nobody}: nobody is not defined."),
        ("%drm ''", "UsageError: %drm: '' is no name of a container"),
        ("%dvolume rm ''", "UsageError: %dvolume rm: '' is no name of a volume"),
        ("%dcontainer logs --since foo x", "UsageError: %dlogs: 'foo' is no time"),
        ("%dnetwork rm 'x", "UsageError: %dnetwork rm: a quote is not closed: 'x"),
        (
            "%dexec -it web sh",
            "UsageError: %dexec: docker has exec, dockmagic has not (yet). In a terminal: docker exec",
        ),
        ("%dcontainer exec web", "UsageError: %dcontainer: docker has exec, dockmagic has not (yet)."),
        ("%dhelp search", "UsageError: %dhelp: docker has search, dockmagic has not (yet). %dapi GET /images/search"),
    ],
)
def test_a_bad_argument_is_one_line(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str], cell: str, said: str
) -> None:
    """A UsageError, with what may have been meant."""
    printed = fail(connected, cell, capsys)
    assert printed.startswith(said)
    assert "\n" not in printed


def test_an_engines_error_is_two_lines(
    connected: InteractiveShell, docker_cli: DockerCli, capsys: pytest.CaptureFixture[str]
) -> None:
    """What happened to what, and what to do next; no traceback."""
    docker_cli("create", "--name", "unlike-it", "bb:1", "true")
    printed = fail(connected, "%drm dmt-nobody", capsys).splitlines()
    docker_cli("rm", "unlike-it")
    assert len(printed) == 2
    assert printed[0].startswith('NotFound: no container "dmt-nobody" on ')
    assert printed[1].startswith("  %dps -a lists ")


def test_a_first_use_that_failed_is_tried_again(
    shell: InteractiveShell,
    engine_process: Dockerd,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody chose anything yet: once docker's own choice is mended, the next command finds it."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    run(shell, "%load_ext dockmagic")
    assert fail(shell, "%dps", capsys).startswith("EngineUnreachable")
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    assert run(shell, "%dps").attrs["host"] == engine_process.host


def test_an_interrupt_is_two_lines(connected: InteractiveShell, capsys: pytest.CaptureFixture[str], label: str) -> None:
    """And still a KeyboardInterrupt; the next command works."""
    run(connected, f"%drun -d -q --name dmt-endless -l {label} bb:1 sleep 99;")
    timer = threading.Timer(0.3, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    timer.start()
    printed = fail(connected, "%dapi POST /containers/dmt-endless/wait", capsys)
    timer.join()
    assert printed.splitlines() == [
        "KeyboardInterrupt: the command was interrupted",
        "  What the engine was asked to do may still happen.",
    ]
    assert list(run(connected, f"%dps --filter label={label}")["name"]) == ["dmt-endless"]


def test_a_frame_does_not_command_the_terminal(connected: InteractiveShell, label: str) -> None:
    """What a container's command holds stays in the frame, and is shown without its control characters."""
    connected.user_ns["evil"] = "\x1b]0;owned\x07\x1b[31m\u202e"
    frame = run(connected, f"%drun -d -l {label} bb:1 sleep 99 {{evil}}")
    assert "\x1b" in frame["command"][0]
    assert connected.display_formatter is not None
    shown = connected.display_formatter.format(frame[["command"]])[0]["text/plain"]
    assert "sleep 99" in shown
    assert not set(shown) & set("\x1b\x07\u202e")


@pytest.mark.parametrize("seconds", ["0", "-5", "float('nan')", "float('inf')"])
def test_a_timeout_that_is_none_is_refused(connected: InteractiveShell, seconds: str) -> None:
    """The old one stays."""
    connected.run_cell(f"%config DockMagic.timeout = {seconds}")
    assert run(connected, "import dockmagic", "dockmagic.magics.loaded(get_ipython()).timeout") == 60.0


def test_a_connection_that_failed_leaves_none(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str], label: str
) -> None:
    """The next command must not hit the engine before: not even a `%drm` after a mistyped `%dconnect`."""
    run(connected, f"%drun -d --name dmt-spared -l {label} bb:1 sleep 99")
    for wrong in ("%dconnect unix:///nowhere/docker.sock", "%dconnect --nonsense", "%dcontext use nobody"):
        run(connected, f"%dconnect {connected.user_ns['conn']['host'][0]}")
        fail(connected, wrong, capsys)
        printed = fail(connected, "%drm -f dmt-spared", capsys)
        assert printed.startswith("NotConnected: there is no engine: the last connection failed (")
    run(connected, f"%dconnect {connected.user_ns['conn']['host'][0]}")
    assert list(run(connected, f"%dps --filter label={label}")["name"]) == ["dmt-spared"]


def test_connect_tells_what_it_is_connected_to_and_why(connected: InteractiveShell, engine_process: Dockerd) -> None:
    """Without an argument it stays with the engine that was chosen."""
    row = run(connected, "%dconnect").iloc[0].to_dict()
    assert row["host"] == engine_process.host
    assert row["source"] == "%dconnect named it"
    assert row["tls"] is False
    assert row["ping_ms"] > 0


def test_docker_s_own_choice_is_connected_to_at_first_use(
    shell: InteractiveShell, engine_process: Dockerd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without %dconnect: DOCKER_HOST, contexts and so on."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    frame = run(shell, "%load_ext dockmagic", "%dps -a")
    assert frame.attrs["host"] == engine_process.host
    assert list(run(shell, "%dconnect")["source"]) == ["DOCKER_HOST is set"]


def test_the_host_setting_comes_before_docker_s_own_choice(shell: InteractiveShell, engine_process: Dockerd) -> None:
    """`%config DockMagic.host`."""
    run(shell, "%load_ext dockmagic", f"%config DockMagic.host = '{engine_process.host}'")
    assert run(shell, "%dps -a").attrs["host"] == engine_process.host


def test_the_timeout_setting_holds_for_the_current_engine_too(connected: InteractiveShell) -> None:
    """`%config DockMagic.timeout`."""
    run(connected, "%config DockMagic.timeout = 7.5", "import dockmagic")
    assert run(connected, "dockmagic.magics.loaded(get_ipython()).engine.timeout") == 7.5


def test_another_engine_can_be_asked_once(connected: InteractiveShell, plain_tcp: Dockerd) -> None:
    """-H; the current engine stays."""
    assert run(connected, "%dps -H tcp://127.0.0.1:2375").attrs["host"] == "tcp://127.0.0.1:2375"
    assert run(connected, "%dps").attrs["host"] == connected.user_ns["conn"]["host"][0]


def test_a_context_can_be_used_saved_and_asked_once(
    connected: InteractiveShell,
    plain_tcp: Dockerd,
    docker_cli: DockerCli,
    isolated: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`%dcontext use`, with --save for docker too, and --context on any command."""
    docker = shutil.which("docker") or "docker"
    create = [docker, "context", "create", "lab", "--docker", "host=tcp://127.0.0.1:2375"]
    subprocess.run(create, check=True, capture_output=True)
    listed = run(connected, "%dcontext ls")
    assert (list(listed["name"]), list(listed["current"])) == (["default", "lab"], [False, False])
    assert run(connected, "%dinfo --context lab").attrs["host"] == "tcp://127.0.0.1:2375"
    (row,) = run(connected, "%dcontext use lab").to_dict("records")
    assert (row["host"], row["source"]) == ("tcp://127.0.0.1:2375", "--context named lab")
    assert list(run(connected, "%dcontext ls").query("current")["name"]) == ["lab"]
    assert list(dockmagic.context_ls().query("current")["name"]) == ["default"]
    run(connected, "%dcontext use --save lab")
    assert list(dockmagic.context_ls().query("current")["name"]) == ["lab"]
    shown = subprocess.run(
        [docker, "context", "ls", "--format", "{{.Name}} {{.Current}}"], check=True, capture_output=True
    )
    assert b"lab true" in shown.stdout.splitlines()


def test_current_is_the_engine_of_the_notebook(connected: InteractiveShell, engine_process: Dockerd) -> None:
    """For Python code in a cell; elsewhere there is none."""
    assert run(connected, "import dockmagic", "dockmagic.ps(dockmagic.magics.loaded(get_ipython()).engine)") is not None


def test_current_says_what_to_do_outside_a_notebook() -> None:
    """It is no secret default."""
    with pytest.raises(dockmagic.errors.NotConnected, match="no notebook session"):
        dockmagic.current()


def test_dhelp_lists_every_command_in_a_line_and_explains_one(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """`%dhelp`, `%dhelp ps`, `%dhelp container ls`."""
    capsys.readouterr()
    run(connected, "%dhelp")
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split("   ")[0] for line in lines if line.startswith("  %d")]
    names = [name for group in GROUPS.values() for name in group]
    assert [line.split()[0] for line in listed] == [f"%d{name.split()[0]}" for name in names]
    assert [line for line in lines if line.endswith(":")] == [f"{group}:" for group in GROUPS]
    assert max(map(len, lines)) <= 120
    for cell in ("%dhelp ps", "%dhelp dps", "%dhelp %dps", "%dhelp container ls"):
        run(connected, cell)
        assert capsys.readouterr().out.startswith("%dps [OPTIONS]")
    assert fail(connected, "%dhelp nobody", capsys).startswith("UsageError: %dhelp: there is no command nobody")


@pytest.mark.parametrize("cell", ["%dps --format json", "%dps --format '{{.Names}}'", "%dinspect -f '{{.State}}' web"])
def test_dockers_formats_are_refused_with_the_way_of_pandas(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    """A frame has columns."""
    assert 'a frame has columns: df[["name", "state"]], df.to_json()' in fail(connected, cell, capsys)


def test_display_rows_are_display_only(connected: InteractiveShell) -> None:
    """A frame is never cut; what is shown says how many rows there are, and unloading puts pandas' own setting back."""
    before = pd.get_option("display.max_rows")
    run(connected, "%config DockMagic.display_rows = 4", "import pandas as pd")
    frame = run(connected, "pd.DataFrame({'a': range(30)})")
    assert len(frame) == 30
    assert "[30 rows x 1 columns]" in repr(frame)
    dockmagic.unload_ipython_extension(connected)
    assert pd.get_option("display.max_rows") == before


def test_display_rows_give_way_to_what_the_person_had_set(connected: InteractiveShell) -> None:
    """Not to the default of pandas."""
    with pd.option_context("display.max_rows", 11):
        for cells in (["%config DockMagic.display_rows = 0"], ["%unload_ext dockmagic"]):
            run(connected, *(f"%config DockMagic.display_rows = {rows}" for rows in (4, 7)))
            assert pd.get_option("display.max_rows") == 7
            run(connected, *cells)
            assert pd.get_option("display.max_rows") == 11


def test_any_endpoint_as_the_guide_writes_it(connected: InteractiveShell, label: str) -> None:
    """`%dapi`, with a Python dict as body, and as a frame."""
    name, _, value = label.partition("=")
    connected.user_ns["body"] = {"Image": "bb:1", "Labels": {name: value}}
    made = run(connected, "%dapi POST /containers/create?name=dmt-any --body {body}")
    frame = run(connected, f'%dapi --frame GET \'/containers/json?all=1&filters={{"label":["{label}"]}}\'')
    assert list(frame["Id"]) == [made["Id"]]


@pytest.mark.filterwarnings("default")
def test_a_warning_is_a_line_of_its_own(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str], foreign_image: str, label: str
) -> None:
    """Not a line of our code with a line number; and each time."""
    for _ in range(2):
        capsys.readouterr()
        run(connected, f"%drun -d -q -l {label} {foreign_image} sleep 9;")
        printed = capsys.readouterr().err.strip()
        assert printed.startswith("Warning: The requested image's platform (linux/s390x)")
        assert "\n" not in printed
