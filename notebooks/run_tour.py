"""Run the tour: `make tour` executes notebooks/tour.ipynb, prints what it shows, and writes build/tour.html.

It runs on the engine that the docker command line would use, and where that does not answer on the demo engine, in
which nothing is real: without Docker and without root. `--private` starts a real one for the time of the run, as root
and in namespaces of its own; nothing of the machine is changed but, where docker is missing, the packages that are
installed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

import dockmagic
from dockmagic.errors import DockMagicError, EngineWarning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
TOUR = ROOT / "notebooks" / "tour.ipynb"
PAGE = ROOT / "build" / "tour.html"
LABEL = "dockmagic.tour"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tour and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m notebooks.run_tour", description="Run the tour of dockmagic.")
    parser.add_argument("--private", action="store_true", help="on a real engine, started for this run (root only)")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write (build/tour.html)")
    given = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        if given.private:
            from notebooks import private_engine  # noqa: PLC0415 - made of what the tests need: nobody else has that

            if not private_engine.installed():
                return 1
            os.environ["DOCKER_HOST"] = stack.enter_context(private_engine.started())
        try:
            where = stack.enter_context(chosen_engine())
        except DockMagicError as error:
            print(error)
            return 1
        return show(TOUR, given.page, where=where)


@contextlib.contextmanager
def chosen_engine() -> Iterator[str]:
    """Docker's own choice, or else the demo, which is then what DOCKER_HOST names; tell which, and yield its name.

    Raises DockMagicError where there is an engine that cannot be talked to.
    """
    with warnings.catch_warnings(record=True, category=EngineWarning, action="always") as told:
        engine = dockmagic.connect("auto")
    for each in told:
        print(each.message)
    with engine:
        print(f"The tour runs on {engine.host} (chosen because {engine.endpoint.source}).")
        if engine.endpoint.context != "demo":
            yield f"the engine {engine.host}"
            return
        os.environ["DOCKER_HOST"] = engine.endpoint.host
        yield "the demo engine, in which nothing is real"


def show(path: Path, page: Path, *, where: str) -> int:
    """Execute a notebook, print it cell by cell, write it as a page; return the exit code."""
    notebook = nbformat.read(path, as_version=4)
    note = f"*Executed by `make tour` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, on {where}.*"
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(note))
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
    page.parent.mkdir(parents=True, exist_ok=True)
    # without addresses: the page needs no network
    exporter = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="", mermaid_js_url="")
    page.write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
    print(f"\nThe whole tour as a page: {page}")
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
