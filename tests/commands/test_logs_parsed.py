"""`logs` with grep and json: what is left of the lines, and what they become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockmagic import logs
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

    from dockmagic import Engine
    from tests.engines.dockerd import Dockerd

LINES = r"""echo '{"level": "info", "ms": 12}'; echo starting; echo '{"level": "error", "ms": 3}'; echo error: none"""


def test_grep_is_searched_for_in_each_line(engine: Engine, write: Callable[..., str]) -> None:
    """As grep does, with expressions of Python; the rows are counted anew."""
    name = write("dmt-grep", LINES)
    assert list(logs(engine, name, grep="error")["line"]) == ['{"level": "error", "ms": 3}', "error: none"]
    found = logs(engine, name, grep="^(start|error)")
    assert list(found["line"]) == ["starting", "error: none"]
    assert list(found.index) == [0, 1]
    assert found.attrs["host"] == engine.host
    assert len(logs(engine, name, grep="nothing like it")) == 0
    with pytest.raises(UsageError, match="--grep wants a regular expression"):
        logs(engine, name, grep="(")


def test_json_makes_columns_of_keys(engine: Engine, write: Callable[..., str]) -> None:
    """Of the lines that are left."""
    name = write("dmt-json", LINES)
    found = logs(engine, name, json=True)
    assert list(found.columns) == ["time", "name", "stream", "line", "level", "ms"]
    assert found["ms"].astype(object).where(found["ms"].notna(), None).tolist() == [12, None, 3, None]
    assert list(found["line"].dropna()) == ["starting", "error: none"]
    assert found.attrs["host"] == engine.host
    assert list(logs(engine, name, grep="error", json=True)["level"].fillna("-")) == ["error", "-"]


def test_the_magic_has_both(engine_process: Dockerd, shell: InteractiveShell, write: Callable[..., str]) -> None:
    """As flags."""
    name = write("dmt-flags", LINES)
    shell.run_line_magic("load_ext", "dockmagic")
    shell.run_line_magic("dconnect", engine_process.host)
    assert list(shell.run_line_magic("dlogs", f"--json --grep info {name}")["ms"]) == [12]
