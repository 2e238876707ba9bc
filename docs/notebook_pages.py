"""The notebooks as pages: copies with a word on where they were executed, and a list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

from notebooks.run_tour import TOUR

if TYPE_CHECKING:
    from pathlib import Path

FIRST = ("tour", "build", "dashboard", "incident", "cleanup")  # the order in which one reads; others follow
NOTE = (
    "*This page is the notebook `notebooks/{name}`, executed on the [demo engine](../demo.md), which answers as an "
    "engine does and runs nothing.*"
)
INDEX = """\
# Notebooks

Short stories, each with a point. They are in the folder `notebooks/`: `make lab` opens them in JupyterLab, on your
engine.

```{{toctree}}
:maxdepth: 1

{pages}
```
"""


def write_notebooks(folder: Path) -> None:
    """Copy all notebooks into `folder`, where Sphinx executes them; what else was there goes."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.ipynb"):
        old.unlink()
    found = {path.stem: path for path in sorted(TOUR.parent.glob("*.ipynb"))}
    for path in found.values():
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(1, nbformat.v4.new_markdown_cell(NOTE.format(name=path.name)))
        nbformat.write(notebook, folder / path.name)
    names = [*filter(found.get, FIRST), *(name for name in found if name not in FIRST)]
    (folder / "index.md").write_text(INDEX.format(pages="\n".join(names)), encoding="utf-8")
