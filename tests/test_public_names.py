"""What stands in two places says the same: names and exports, the table of commands and the modules, %d and IPython."""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import dockmagic
from dockmagic import registry
from dockmagic.absent import ABSENT
from dockmagic.aliases import ALIASES
from dockmagic.help import columns
from dockmagic.magic_options import extra_parameters
from dockmagic.options import parameters

ROOT = Path(dockmagic.__file__).parent.parent
MODULES = sorted(
    ["dockmagic", *(found.name for found in pkgutil.walk_packages(dockmagic.__path__, prefix="dockmagic."))]
)
HEAVY = ("pandas", "numpy", "httpx", "httptools", "ipywidgets", "matplotlib")


def tree(module: str) -> ast.Module:
    """Return the syntax of a module."""
    return ast.parse(Path(str(import_module(module).__file__)).read_text(encoding="utf-8"))


def defined(module: str) -> set[str]:
    """The public names that a module's own code binds at its top.

    Imports do not count, nor do type variables, nor constants in capitals, which are read where they stand.
    """
    names: set[str] = set()
    for node in tree(module).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and "TypeVar(" not in ast.unparse(node):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return {name for name in names if not name.startswith("_") and not name.isupper()}


def run(script: str) -> Any:
    """Run Python code in a process of its own; what it prints is JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
"""


@pytest.fixture(scope="module")
def magics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return the names of IPython's own magics, and what is there once dockmagic is loaded."""
    found: dict[str, list[str]] = run(
        f"import os; os.environ['IPYTHONDIR'] = {str(tmp_path_factory.mktemp('ipython'))!r}"
        + SHELL
        + """
def names():
    return sorted({name for kind in ("line", "cell") for name in shell.magics_manager.magics[kind]})
own = names()
shell.extension_manager.load_extension("dockmagic")
print(json.dumps({"own": own, "all": names()}))
"""
    )
    return found


@pytest.mark.parametrize("module", [name for name in MODULES if name != "dockmagic"])
def test_what_a_module_defines_publicly_is_what_it_exports(module: str) -> None:
    """All other names begin with an underscore; a module that defines nothing needs no __all__.

    What it exports beyond that it has from another module, on purpose.
    """
    loaded = import_module(module)
    exported = getattr(loaded, "__all__", [])
    assert defined(module) <= set(exported)
    assert [name for name in exported if not hasattr(loaded, name)] == []
    assert sorted(exported) == sorted(set(exported))


@pytest.mark.parametrize("module", MODULES)
def test_no_public_function_or_class_has_the_name_of_a_builtin(module: str) -> None:
    """`from dockmagic import *` must not take anything away. Parameters named as docker's flags may."""
    assert [name for name in getattr(import_module(module), "__all__", []) if hasattr(builtins, name)] == []


def test_the_package_hands_out_each_name_from_where_type_checkers_see_it() -> None:
    """__getattr__ imports at first use what TYPE_CHECKING names for editors, no more and no less."""
    seen = {
        alias.name: node.module
        for block in tree("dockmagic").body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(seen) == sorted(dockmagic.__all__)
    for name, module in seen.items():
        assert getattr(dockmagic, name) is getattr(import_module(str(module)), name)


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    """As with every module; and `dir` lists what is there."""
    with pytest.raises(AttributeError, match="module 'dockmagic' has no attribute 'pss'"):
        _ = dockmagic.pss
    assert set(dockmagic.__all__) <= set(dir(dockmagic))


def test_no_module_of_the_package_has_the_name_of_a_public_function() -> None:
    """`dockmagic.images` is the function, whatever is imported first."""
    at_the_top = {module.removeprefix("dockmagic.") for module in MODULES[1:] if module.count(".") == 1}
    assert at_the_top & set(dockmagic.__all__) == set()


def test_every_module_of_commands_is_in_the_table() -> None:
    """And every module in the table exists."""
    modules = [name.rpartition(".")[2] for name in MODULES if name.startswith("dockmagic.commands.")]
    assert sorted(registry.COMMANDS.values()) == sorted(modules)


@pytest.mark.parametrize(("name", "module"), registry.COMMANDS.items())
def test_a_command_its_module_and_its_function_have_one_name(name: str, module: str) -> None:
    """`context ls` is `context_ls` in commands/context_ls.py, and in the package; `import`, a keyword, has its noun.

    `%dashboard` is `dashboard`: a word of ours, and no docker command with a d in front.
    """
    found = registry.load(name)
    in_python = f"image_{name}" if keyword.iskeyword(name) else name.replace(" ", "_")
    in_python = "dashboard" if name == "ashboard" else in_python
    assert (found.name, found.function.__name__, found.function.__module__) == (
        name,
        in_python,
        f"dockmagic.commands.{module}",
    )
    assert getattr(dockmagic, in_python) is found.function


@pytest.mark.parametrize("name", registry.COMMANDS)
def test_no_parameter_of_a_command_has_the_name_of_an_option_of_its_magic(name: str) -> None:
    """The magic takes its own out before it calls the function: --context is where, and no build's context."""
    found = registry.load(name)
    own = [parameter.name for parameter in parameters(found.function)]
    assert set(own) & {parameter.name for parameter in extra_parameters(found)} == set()
    assert len(own) == len(set(own))


@pytest.mark.parametrize("name", registry.COMMANDS)
def test_the_columns_and_the_column_of_ids_that_a_command_names_exist(name: str) -> None:
    """They are written as text, so that help and completion load no frames they do not show."""
    found = registry.load(name)
    assert found.quiet in {"", *(column.name for column in columns(found))}


def test_an_alias_stands_for_a_command_and_is_none_itself() -> None:
    """So that there is one function for both."""
    for alias, line in ALIASES.items():
        word, *rest = alias.split()
        command, options = registry.find(word, rest)
        assert registry.load(alias) is command
        assert " ".join([command.name, *options]) == line
    assert set(ALIASES) & set(registry.COMMANDS) == set()


def test_no_magic_of_ours_takes_the_name_of_one_of_ipythons(magics: dict[str, list[str]]) -> None:
    """%debug, %dhist, %dirs and %doctest_mode begin with a d too."""
    words = {name.partition(" ")[0] for name in (*registry.COMMANDS, *ALIASES, *ABSENT)}
    ours = {"dhelp", *(f"d{word}" for word in words)}
    assert {"debug", "dhist", "dirs", "doctest_mode"} <= set(magics["own"])
    assert ours & set(magics["own"]) == set()
    assert set(magics["all"]) - set(magics["own"]) == ours


def test_the_magic_docker_stays_free(magics: dict[str, list[str]]) -> None:
    """It is another package's, and `!docker` is docker's."""
    assert "docker" not in magics["all"]


def test_importing_and_loading_import_nothing_heavy() -> None:
    """Pandas alone takes 300 ms; not one command is imported either."""
    loaded = run(
        SHELL
        + """
before = set(sys.modules)
import dockmagic
dockmagic.load_ipython_extension(shell)
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    )
    assert "dockmagic.magics" in loaded
    assert [name for name in loaded if name.partition(".")[0] in HEAVY or "dockmagic.commands" in name] == []


def test_help_and_parsing_import_nothing_heavy() -> None:
    """So that flags are completed and help is shown at once."""
    loaded = run("""
import json, sys
from dockmagic import help, options, registry
for name in registry.COMMANDS:
    command = registry.load(name)
    help.help_text(command)
    try:
        options.parse(command, ["--help"])
    except options.HelpWanted:
        pass
print(json.dumps(sorted(sys.modules)))
""")
    assert "dockmagic.commands.ps" in loaded
    assert [name for name in loaded if name.partition(".")[0] in HEAVY] == []


def test_everything_can_be_imported_on_windows() -> None:
    """There is no grp, pwd or fcntl, no AF_UNIX, poll, fork or uid; the libraries are imported as they are here."""
    imported = run(f"""
import json, os, select, signal, socket, sys
from importlib import import_module
import anywidget, httptools, httpx, IPython.core.magic, ipywidgets, numpy, orjson, pandas, subprocess, traitlets
import tornado.httpserver, tornado.web
for name in ("grp", "pwd", "fcntl", "termios", "resource", "pty", "tty", "spwd"):
    sys.modules[name] = None
for module, names in (
    (select, "poll epoll"),
    (socket, "AF_UNIX SO_PEERCRED CMSG_LEN send_fds recv_fds"),
    (os, "register_at_fork fork getuid geteuid getgid getegid getgroups killpg setsid uname mkfifo"),
    (signal, "SIGKILL SIGHUP SIGQUIT SIGUSR1 SIGALRM pthread_sigmask sigwait"),
):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
sys.platform, os.name = "win32", "nt"
for module in {MODULES!r}:
    import_module(module)
print(json.dumps(sorted(name for name in sys.modules if name.partition(".")[0] == "dockmagic")))
""")
    assert imported == MODULES
