"""binder/: what it installs is enough for the tour, for a user without rights and a machine without an engine."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import require
from tests.engines.programs import find, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / "build" / "wheels"
NOT_COPIED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")  # they change while one looks
COPIED = ("binder", "dockmagic", "notebooks", "constraints.txt", "pyproject.toml", "LICENSE", "README.md")
NOBODY = 65534

# Where this Python lies in a home that is closed to others (pyenv as root), it alone is shown there: $1 in $2.
_OPENED = """
mkdir "$HOME/python"
mount --bind "$1" "$HOME/python"
mount -t tmpfs -o mode=755 none "$2"
mkdir -p "$1"
mount --bind "$HOME/python" "$1"
umount "$HOME/python"
rmdir "$HOME/python"
shift 2
exec "$@"
"""


class Visitor:
    """Somebody with a copy of the repository, a home, and no rights: what root may do is given up first."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.repository = home / "repository"
        self._environ = {"PATH": f"{home / 'environment' / 'bin'}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}

    def run(self, *command: str, seconds: float) -> str:
        """Run this in the repository, end all that it started, and return what it printed."""
        said = self.home / "said"
        with said.open("wb") as output:
            process = subprocess.Popen(
                [*_without_rights(), *command],
                cwd=self.repository,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait(seconds)
            finally:
                with contextlib.suppress(ProcessLookupError):  # nothing is left of the session
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        text = said.read_text(encoding="utf-8")
        assert code == 0, text
        return text


def _without_rights() -> list[str]:
    if os.geteuid() != 0:
        return []
    user = [find("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs", "--"]
    python = Path(sys.base_prefix).resolve()
    closed = [each for each in reversed(python.parents) if not each.stat().st_mode & 0o001]
    if not closed:
        return user
    apart = [find("unshare"), "--mount", "--propagation", "private", "sh", "-euc", _OPENED, "sh", python, closed[0]]
    return [*map(str, apart), *user]


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    """Give somebody a copy of the repository and the wheels, in a directory that is theirs."""
    complete = (WHEELS / ".complete").exists()
    require(
        missing("setpriv") or (None if complete else f"there is no {WHEELS}: make build/wheels/.complete fetches it")
    )
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        (home / "repository").mkdir()
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, home / "repository" / name, ignore=NOT_COPIED)
            else:
                shutil.copy2(ROOT / name, home / "repository" / name)
        shutil.copytree(WHEELS, home / "wheels")
        if os.geteuid() == 0:
            for path in [home, *home.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
        yield Visitor(home)


@pytest.mark.timeout(900)
def test_the_tour_runs_in_a_new_environment_without_rights_and_without_an_engine(visitor: Visitor) -> None:
    """As on Binder: requirements.txt is installed, postBuild prepares, start puts the demo engine beside what runs."""
    python = os.path.realpath(sys.executable)
    visitor.run(python, "-m", "venv", str(visitor.home / "environment"), seconds=200)
    offline = ["--no-index", f"--find-links={visitor.home / 'wheels'}", "--no-compile", "--quiet"]
    visitor.run("python", "-m", "pip", "install", *offline, "-r", "binder/requirements.txt", seconds=300)
    visitor.run("binder/postBuild", seconds=200)
    said = visitor.run("binder/start", "python", "-m", "notebooks.run_tour", seconds=200)
    assert "chosen because DOCKER_HOST is set" in said
    assert "dockmagic demo engine (nothing is really run)" in said
    assert "Did you mean tour-worker?" in said
    assert "<table" in (visitor.repository / "build" / "tour.html").read_text(encoding="utf-8")


def test_the_start_ends_with_an_error_where_there_is_no_engine_to_put_beside(tmp_path: Path) -> None:
    """Rather than with a Jupyter in which nothing works."""
    (tmp_path / "python").write_text("#!/bin/sh\necho no dockmagic here >&2\nexit 1\n", encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    done = subprocess.run(
        [str(ROOT / "binder" / "start"), "echo", "started"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "no dockmagic here" in done.stderr
    assert done.stdout == ""
