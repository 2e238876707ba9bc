"""A module imports only from its own floor or a lower one.

The floors of DESIGN.md, and where the modules stand that it does not name:

0  what knows neither docker nor pandas: errors, text, values, arguments, options, registry. registry imports the
   commands, and help the schemas, by name when they are asked for: that is what the table is there for
1  HTTP and Docker: engine/, builder/, demo/
2  frames/, feeds/, and help, which reads the columns of a schema
3  widgets/, plots/, and acting, which makes rows of what was done to several objects
4  commands/
5  IPython: magics, settings, tables, line_magics, completer, notices; presenting, what a magic gives back
6  dockmagic itself, which hands out everything; only its __version__ may be imported from below
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parent.parent / "dockmagic"
FLOORS = {
    **dict.fromkeys(
        (
            "errors",
            "text",
            "values",
            "arguments",
            "declared",
            "options",
            "absent",
            "aliases",
            "groups",
            "registry",
            "masking",
            "collector",
        ),
        0,
    ),
    **dict.fromkeys(("engine", "builder", "demo"), 1),
    **dict.fromkeys(("frames", "feeds", "help", "magic_options"), 2),
    **dict.fromkeys(("acting", "pruning", "widgets", "plots"), 3),
    "commands": 4,
    **dict.fromkeys(("magics", "line_magics", "completer", "notices", "presenting", "settings", "tables"), 5),
}
TOP = 6
ENGINE = "dockmagic.engine.client.Engine"


class Import(NamedTuple):
    """One imported name, as "dockmagic.errors.UsageError" or "ast", and whether only type checkers see it."""

    name: str
    typing: bool


def module_name(path: Path) -> str:
    """Return "dockmagic.frames.ids" for the path of that file."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> list[Import]:
    """All imports of a file, also those inside functions."""
    return list(_imports(ast.parse(path.read_text(encoding="utf-8")), typing=False))


def _imports(node: ast.AST, *, typing: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inside = typing or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, inside) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield from (Import(f"{child.module}.{alias.name}", inside) for alias in child.names)
        else:
            yield from _imports(child, typing=inside)


def floor(name: str) -> int:
    """The floor of a module, or of a name in one."""
    parts = name.split(".")
    return FLOORS[parts[1]] if len(parts) > 1 else TOP


MODULES = {module_name(path): imports(path) for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_its_own_floor_or_a_lower_one(module: str) -> None:
    """Annotations count too; only Engine may be named anywhere, and the version is everybody's."""
    free = {Import(ENGINE, typing=True), Import("dockmagic.__version__", typing=False)}
    ours = [each for each in MODULES[module] if each.name.partition(".")[0] == "dockmagic" and each not in free]
    assert [each.name for each in ours if floor(each.name) > floor(module)] == []


def importers(library: str) -> set[str]:
    """The files and folders below dockmagic that import a library at run time."""
    return {
        module.split(".")[1] if "." in module else module
        for module, found in MODULES.items()
        if any(each.name.partition(".")[0] == library and not each.typing for each in found)
    }


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("IPython", {"magics", "line_magics", "completer", "notices", "settings", "widgets"}),
        ("traitlets", {"magics", "settings", "completer", "feeds", "widgets"}),
        ("httpx", {"engine"}),
        ("httptools", {"engine"}),
        ("h2", {"builder"}),
        ("tornado", {"demo"}),
        ("pandas", {"frames"}),
        ("numpy", {"frames"}),
        ("ipywidgets", {"widgets"}),
        ("anywidget", {"widgets"}),
        ("matplotlib", {"plots"}),
        ("itables", {"tables"}),
    ],
)
def test_a_library_is_imported_in_its_place_only(library: str, allowed: set[str]) -> None:
    """So that it could be exchanged there, and what does not need it does not load it."""
    assert importers(library) <= allowed


def test_the_plan_of_the_floors_names_every_module() -> None:
    """A new file at the top of the package has to find its floor."""
    assert {name.split(".")[1] for name in MODULES if "." in name} <= set(FLOORS)
