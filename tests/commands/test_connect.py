"""`connect`: what cannot be connected to, and what the person then reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.error import UsageError as OneLineError

import dockmagic
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

CREDENTIALS = {"username": "me", "password": "hunter2"}


@pytest.mark.parametrize("line", ["-H {creds}", "--host {creds}", "--context {creds}", "{creds}", "--timeout {creds}"])
def test_a_dict_is_refused_without_being_repeated(shell: InteractiveShell, line: str) -> None:
    """There may be a password in it, and a notebook keeps its outputs; also what is asked next does not repeat it."""
    dockmagic.load_ipython_extension(shell)
    shell.user_ns["creds"] = CREDENTIALS
    for magic, options in (("dconnect", line), ("dps", "")):
        with pytest.raises((OneLineError, dockmagic.errors.NotConnected)) as caught:
            shell.run_line_magic(magic, options)
        assert "hunter2" not in str(caught.value)
        assert "{creds}" in str(caught.value)


@pytest.mark.parametrize("name", ["target", "host", "context"])
@pytest.mark.parametrize(("value", "kind"), [(CREDENTIALS, "dict"), (Path("/s"), "PosixPath"), (5, "int")])
def test_what_is_no_text_names_no_engine(name: str, value: Any, kind: str) -> None:
    """In Python, likewise."""
    with pytest.raises(UsageError, match=f" is {kind}, which names no engine") as caught:
        dockmagic.connect(**dict[str, Any]({name: value}))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("seconds", ["0", "-1", "inf", "nan", "soon", ""])
def test_a_timeout_is_a_number_of_seconds(shell: InteractiveShell, seconds: Any) -> None:
    """Without a limit is None, in Python."""
    dockmagic.load_ipython_extension(shell)
    with pytest.raises(OneLineError) as caught:
        shell.run_line_magic("dconnect", f"--timeout '{seconds}'")
    message = f"%dconnect: --timeout: the timeout is a number of seconds above 0, not '{seconds}'"
    assert str(caught.value) == message
    with pytest.raises(UsageError, match="the timeout is a number of seconds above 0"):
        dockmagic.connect(timeout=seconds)
    with pytest.raises(UsageError, match="the timeout is a number of seconds above 0, not '0'"):
        dockmagic.connect(timeout=0)
