"""The reference's pages, one for each group of commands: each command with its usage, options and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dockmagic
from dockmagic.groups import GROUPS
from dockmagic.registry import load

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """\
# Reference

Each command is a magic and a function: `%dps -a` is `dockmagic.ps(engine, all=True)`. The pages are made of the same
declarations as `%dps --help`.

```{{toctree}}
:maxdepth: 2

{pages}
python
```
"""


def write_reference(folder: Path) -> None:
    """Write the pages of the groups, and the index; what else was there goes."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.rst"):
        old.unlink()
    names = {title: title.lower().replace(" ", "-") for title in GROUPS}
    for title, commands in GROUPS.items():
        (folder / f"{names[title]}.rst").write_text(_page(title, commands), encoding="utf-8")
    (folder / "index.md").write_text(INDEX.format(pages="\n".join(names.values())), encoding="utf-8")
    (folder / "python.rst").write_text(PYTHON, encoding="utf-8")


def _page(title: str, commands: tuple[str, ...]) -> str:
    parts = [_heading(title, "=")]
    for name in commands:
        function = load(name).function.__name__
        parts += [_heading(f"%d{name}", "-"), f".. autofunction:: dockmagic.{function}\n"]
    return "\n".join(parts)


def _heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}\n"


def _functions(prefix: str) -> str:
    """Those of the package whose names begin with `prefix`."""
    return "\n".join(f".. autofunction:: dockmagic.{name}\n" for name in dockmagic.__all__ if name.startswith(prefix))


PYTHON = f"""\
{_heading("In Python", "=")}
{_heading("The engine", "-")}
.. autofunction:: dockmagic.current

.. autofunction:: dockmagic.connection

.. autoclass:: dockmagic.Engine
   :members:
   :inherited-members:

{_heading("What goes on", "-")}
{_functions("live_")}
.. autofunction:: dockmagic.running

{_heading("Buttons and pictures", "-")}
.. autofunction:: dockmagic.button

{_functions("plot_")}
{_heading("Errors", "-")}
.. automodule:: dockmagic.errors
   :members:
   :show-inheritance:

{_heading("The demo engine", "-")}
.. autoclass:: dockmagic.demo.Demo
   :members:

.. autoclass:: dockmagic.demo.Faults
   :members:
"""
