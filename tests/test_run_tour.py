"""`make tour`: on docker's own engine where that answers, else on the demo, and a page at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notebooks.run_tour import LABEL, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd
    from tests.engines.registry import Registry


def run_tour(page: Path, *, host: str) -> subprocess.CompletedProcess[str]:
    """What `make tour` runs, for a person whose docker would ask `host`."""
    return subprocess.run(
        [sys.executable, "-m", "notebooks.run_tour", "--page", str(page)],
        cwd=ROOT,
        env={**os.environ, "DOCKER_HOST": host},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def test_without_an_engine_the_tour_runs_on_the_demo_and_says_so(tmp_path: Path) -> None:
    """As a person without Docker sees it; the page needs nothing from a network."""
    page = tmp_path / "there" / "tour.html"
    done = run_tour(page, host=f"unix://{tmp_path}/nobody")
    assert done.returncode == 0, done.stderr
    first, second, *_ = done.stdout.splitlines()
    assert first.startswith(f"nothing answers at unix://{tmp_path}/nobody")
    assert first.endswith("this is the demo engine instead, in which nothing is real")
    assert second.endswith("(chosen because auto found no engine: nothing in this one is real).")
    assert "tour-worker" in done.stdout
    assert done.stdout.splitlines()[-1] == f"The whole tour as a page: {page}"
    html = page.read_text(encoding="utf-8")
    assert "on the demo engine, in which nothing is real." in html
    assert "<table" in html
    assert 'src="http' not in html
    assert 'rel="stylesheet" href="http' not in html


def test_with_an_engine_the_tour_runs_on_it_and_leaves_nothing(
    engine_process: Dockerd, registry: Registry, docker_cli: DockerCli, tmp_path: Path
) -> None:
    """On what docker itself would ask."""
    done = run_tour(tmp_path / "tour.html", host=engine_process.host)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"The tour runs on {engine_process.host} (chosen because DOCKER_HOST is set).\n")
    assert f"on the engine {engine_process.host}." in (tmp_path / "tour.html").read_text(encoding="utf-8")
    assert docker_cli("ps", "-aq", "--filter", f"label={LABEL}") == ""


def test_an_engine_that_is_refused_is_no_reason_for_the_demo(tmp_path: Path) -> None:
    """Plain TCP to another host: the person meant that host, and is told."""
    done = run_tour(tmp_path / "tour.html", host="tcp://192.0.2.1:2375")
    assert done.returncode == 1
    assert "192.0.2.1" in done.stdout
    assert "demo engine" not in done.stdout
    assert not (tmp_path / "tour.html").exists()


@pytest.mark.parametrize("module", ["notebooks.run_tour", "docs.notebook_pages", "docs.reference_pages"])
def test_what_the_tour_and_the_documentation_need_is_not_what_the_tests_need(module: str) -> None:
    """Who tries the tour installs a notebook's packages, and neither pytest nor cryptography."""
    script = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    assert not {"tests", "pytest", "cryptography", "playwright"} & set(done.stdout.split())
