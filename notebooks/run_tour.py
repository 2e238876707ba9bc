"""Run the tour: `make tour` executes notebooks/tour.ipynb, prints what it shows, and writes build/tour.html.

It runs on the engine that the docker command line would use. With none, root gets a private one for the time of the
run, in namespaces of its own; it is gone afterwards, and nothing of the machine was changed but, where docker was
missing, the packages that were installed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

import dockmagic
from dockmagic.errors import DockMagicError, EngineUnreachable
from tests.engines.dockerd import Dockerd
from tests.engines.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
TOUR = ROOT / "notebooks" / "tour.ipynb"
PAGE = ROOT / "build" / "tour.html"
LABEL = "dockmagic.tour"
PACKAGES = ("docker.io", "iptables", "iproute2", "busybox-static", "docker-registry")
REGISTRY_PORT = 5000  # inside the private engine's network namespace


def main() -> int:
    """Run the tour and return the exit code."""
    with contextlib.ExitStack() as stack:
        try:
            host = own_engine()
        except EngineUnreachable as unreachable:
            if not hasattr(os, "geteuid") or os.geteuid() != 0:
                print(f"{unreachable}\n  Or run `make tour` as root, and it brings an engine of its own.")
                return 1
            print("No Docker Engine answers here: starting a private one for the tour.")
            if subprocess.run(["sh", "tests/engines/install.sh", *PACKAGES], cwd=ROOT, check=False).returncode:
                return 1
            host = stack.enter_context(private_engine())
        except DockMagicError as error:
            print(error)
            return 1
        os.environ["DOCKER_HOST"] = host
        return show(TOUR)


def own_engine() -> str:
    """Return the host of the engine that docker would use. Raises DockMagicError if there is none to talk to."""
    with dockmagic.connect() as engine:
        print(f"The tour runs on {engine.host} (chosen because {engine.endpoint.source}).")
        return engine.endpoint.host


@contextlib.contextmanager
def private_engine() -> Iterator[str]:
    """Run a dockerd in namespaces of its own, whose Docker Hub is a registry beside it that holds busybox."""
    mirror = f"http://127.0.0.1:{REGISTRY_PORT}"
    with Dockerd(registry_mirror=mirror) as engine, Registry(port=REGISTRY_PORT, inside=engine) as registry:
        registry.push(engine, "library/busybox:latest")
        with tempfile.TemporaryDirectory() as settings:
            os.environ["DOCKER_CONFIG"] = settings
            yield engine.host


def show(path: Path) -> int:
    """Execute a notebook, print it cell by cell, write it as a page; return the exit code."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # it warns of its own ports on loopback
    )
    failed = None
    try:
        client.execute()
    except CellExecutionError as error:
        failed = error
        clean_up()
    print_cells(notebook)
    PAGE.parent.mkdir(exist_ok=True)
    # without addresses: the page needs no network
    exporter = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="", mermaid_js_url="")
    PAGE.write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
    print(f"\nThe whole tour as a page: {PAGE}")
    if failed is not None:
        print(f"The tour stopped at a cell that failed: {failed.ename}: {failed.evalue}", file=sys.stderr)
    return 0 if failed is None else 1


def print_cells(notebook: NotebookNode) -> None:
    """Print headings, code and outputs as text."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            print("".join(f"\n{line}\n" for line in cell.source.splitlines() if line.startswith("#")), end="")
            continue
        print("\n" + "\n".join(f"    {line}" for line in cell.source.splitlines()))
        for output in cell.outputs:
            print(text(output))


def text(output: NotebookNode) -> str:
    """One output of a cell as text."""
    if output.output_type == "stream":
        return str(output.text).rstrip()
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return str(output.data.get("text/plain", ""))


def clean_up() -> None:
    """Remove the containers of a tour that did not come to its end, and nothing else."""
    with dockmagic.connect() as engine:
        left = dockmagic.ps(engine, all=True, filter=[f"label={LABEL}"])
        if len(left):
            dockmagic.rm(engine, left, force=True)


if __name__ == "__main__":
    sys.exit(main())
