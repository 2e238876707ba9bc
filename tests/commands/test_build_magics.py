"""%dbuild and %%dbuild, as they are typed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from dockmagic.builder.build_options import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from tests.commands.builds import Context
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

RAN = "FROM bb:1\nRUN echo ran {}\n"


@pytest.fixture
def connected(
    shell: InteractiveShell, engine_process: Dockerd, label: str, monkeypatch: pytest.MonkeyPatch
) -> InteractiveShell:
    """Return a shell with dockmagic loaded, in which `mine` is the test's label."""
    monkeypatch.setenv("DOCKER_HOST", engine_process.host)
    run(shell, "%load_ext dockmagic")
    shell.user_ns["mine"] = label
    return shell


@pytest.fixture
def _no_windows() -> Iterator[None]:
    """Draw into memory."""
    import matplotlib.pyplot as plt  # noqa: PLC0415 - only where something is drawn

    plt.switch_backend("agg")
    yield
    plt.close("all")


def run(shell: InteractiveShell, cell: str) -> Any:
    """Run a cell that must succeed; return its value."""
    done = shell.run_cell(cell)
    done.raise_error()
    return done.result


def refusal(shell: InteractiveShell, cell: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a cell that must fail; return what a person reads."""
    capsys.readouterr()
    assert not shell.run_cell(cell).success
    printed = capsys.readouterr()
    return (printed.out + printed.err).strip()


def test_a_line_builds_a_directory_and_tells_it_in_lines(
    connected: InteractiveShell, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a terminal; the value is the image's row."""
    mark = uuid.uuid4().hex
    where = context(RAN.format(mark))
    capsys.readouterr()
    frame = run(connected, f"%dbuild -t dmt-line:1 --label {{mine}} {where}")
    assert list(frame["repository"]) == ["dmt-line"]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "dmt-line:1: building with BuildKit"
    assert f"    ran {mark}" in lines
    assert any(line.startswith(f"image {frame['id'].iloc[0]}, ") for line in lines)


@pytest.mark.parametrize("magic", ["dbuild", "dimage build", "dbuilder build"])
def test_a_cell_is_the_dockerfile(connected: InteractiveShell, context: Context, magic: str) -> None:
    """With a context and without, by each of its names."""
    where = context("", a="a")
    run(connected, f"%%{magic} -t dmt-cell:1 --label {{mine}} --progress none\nFROM bb:1\nENV A=1\n")
    run(connected, f"%%{magic} -t dmt-cell:2 --label {{mine}} --progress none {where}\nFROM bb:1\nCOPY a /\n")


def test_braces_in_a_cell_are_the_dockerfiles_own(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Values go into the line alone."""
    connected.user_ns["A"] = "python"
    mark = uuid.uuid4().hex
    run(connected, f'%%dbuild --label {{mine}}\nFROM bb:1\nARG A=shell\nRUN echo "${{A}} {{A}} {mark}"\n')
    assert f"    shell {{A}} {mark}" in capsys.readouterr().out.splitlines()


def test_out_gives_the_frame_to_a_variable_and_shows_nothing(connected: InteractiveShell) -> None:
    """A cell magic cannot be assigned."""
    assert run(connected, "%%dbuild --out web --label {mine} --progress none\nFROM bb:1\n") is None
    assert isinstance(connected.user_ns["web"], pd.DataFrame)
    run(connected, "%%dbuild --out ids -q --label {mine}\nFROM bb:1\n")
    assert connected.user_ns["ids"] == connected.user_ns["web"]["id"].tolist()


def test_quiet_gives_ids_and_prints_nothing(
    connected: InteractiveShell, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """As docker's -q."""
    where = context(RAN.format(uuid.uuid4().hex))
    capsys.readouterr()
    run(connected, f"ids = %dbuild -q --label {{mine}} {where}")
    assert capsys.readouterr().out == ""
    assert [len(each) for each in connected.user_ns["ids"]] == [12]
    twice = run(connected, f"%dbuild -q -t dmt-twice:1 -t dmt-twice:2 --label {{mine}} {where}")
    assert twice == connected.user_ns["ids"]


def test_a_semicolon_hides_the_frame_and_not_the_build(
    connected: InteractiveShell, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after any expression."""
    where = context("FROM bb:1\nENV A=1\n")
    capsys.readouterr()
    run(connected, f"%dbuild -t dmt-semicolon:1 --label {{mine}} {where};")
    out = capsys.readouterr().out
    assert out.startswith("dmt-semicolon:1: building with BuildKit")
    assert "repository" not in out


@pytest.mark.usefixtures("_no_windows")
def test_plot_gives_the_timeline_of_the_steps(connected: InteractiveShell) -> None:
    """As matplotlib's Axes."""
    axes = run(connected, f"%%dbuild --plot --label {{mine}} --progress none\n{RAN.format(uuid.uuid4().hex)}")
    assert type(axes).__name__ == "Axes"
    assert "Where did the build's time go?" in axes.get_title(loc="left")
    assert any("RUN echo ran" in text.get_text() for text in axes.get_yticklabels())


def test_steps_gives_the_frame_of_the_steps(connected: InteractiveShell) -> None:
    """One row each."""
    steps = run(connected, f"%%dbuild --steps --label {{mine}} --progress none\n{RAN.format(uuid.uuid4().hex)}")
    assert list(steps["name"][steps["status"] == "done"].str.startswith("RUN echo")).count(True) == 1


@pytest.mark.parametrize("flag", ["--steps", "--plot"])
def test_a_list_and_another_thing_at_once_are_refused(
    connected: InteractiveShell, flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is built."""
    assert f"-q gives a list and {flag} something else" in refusal(
        connected, f"%%dbuild -q {flag}\nFROM bb:1\n", capsys
    )


def test_what_is_no_variable_is_refused_before_anything_is_built(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """--out takes a name."""
    assert "--out wants the name of a variable, not '2x'" in refusal(
        connected, "%%dbuild --out 2x\nFROM bb:1\n", capsys
    )


@pytest.mark.parametrize("absent", ABSENT, ids=[each.long for each in ABSENT])
def test_flags_of_docker_that_are_not_here_say_what_there_is_instead(
    connected: InteractiveShell, absent: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """--ssh with its reason."""
    assert absent.instead in refusal(connected, f"%dbuild {absent.long} x .", capsys)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%%dps\nx\n", "Cell magic `%%dps` not found"),
        ("%%dimage ls\nx\n", "takes no cell: write it with one % and nothing below it"),
        ("%%dbuilder prune\nx\n", "takes no cell: write it with one % and nothing below it"),
    ],
)
def test_a_command_without_a_cell_says_so(
    connected: InteractiveShell, cell: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is asked."""
    assert words in refusal(connected, cell, capsys)


def test_a_failed_build_is_two_lines_and_leaves_its_error(
    connected: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """The hint's `sys.last_value` is what holds the log."""
    import sys  # noqa: PLC0415 - as the hint says

    words = refusal(connected, "%%dbuild --label {mine}\nFROM bb:1\nRUN echo bad; exit 4\n", capsys)
    first, second = words.splitlines()[-2:]
    assert first.endswith("RUN echo bad; exit 4 ended with exit code 4")
    assert second == "  bad    (whole log: sys.last_value.log, steps: sys.last_value.steps)"
    assert sys.last_value.log == "bad"  # type: ignore[union-attr]
    assert len(sys.last_value.steps) >= 2  # type: ignore[union-attr]


def test_a_build_for_another_host_goes_there(
    connected: InteractiveShell, docker_cli: DockerCli, engine_process: Dockerd
) -> None:
    """As with every command."""
    frame = run(
        connected,
        f"%%dbuild -H {engine_process.host} -t dmt-host:1 --label {{mine}} --progress none\nFROM bb:1\nENV A=1\n",
    )
    assert docker_cli("images", "-q", "dmt-host:1").strip() == frame["id"].iloc[0]
