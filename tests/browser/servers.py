"""The servers whose pages the browser opens, each a process of its own: JupyterLab, and Voila."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.request import urlopen

from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Server", "jupyterlab", "voila"]

TOKEN = secrets.token_hex(16)
UNCHECKED = "{'disable_check_xsrf': True}"
"""As `make dashboard` has it: a page that is left asks for its kernel's end, and Voila gives it no cookie for that."""
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


@dataclass(frozen=True, slots=True)
class Server:
    """One that runs."""

    home: Path  # JupyterLab's notebooks lie there
    address: str
    log: Path
    pid: int = 0

    def url(self, path: str) -> str:
        """The address of a page, with what opens it."""
        return f"{self.address}{path}{'&' if '?' in path else '?'}token={TOKEN}"


@contextmanager
def jupyterlab(home: Path, *, port: int = 8899) -> Iterator[Server]:
    """JupyterLab, with the notebooks in `home`."""
    settings = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(QUIET), encoding="utf-8")
    flags = (
        *("jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--port-retries=0"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home}"),
        *("--LabApp.news_url=None", "--LabApp.expose_app_in_browser=True"),
    )
    server = Server(home, f"http://127.0.0.1:{port}", home / "server.log")
    with _running(
        server, flags, asked="/api/status", environ={"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
    ) as pid:
        yield replace(server, pid=pid)


@contextmanager
def voila(home: Path, notebook: Path, *, environ: Mapping[str, str], port: int = 8866) -> Iterator[Server]:
    """Voila with one notebook, which it runs anew for everybody who comes, with `environ`."""
    flags = (
        *("voila", "--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}", "--Voila.port_retries=0"),
        *(f"--token={TOKEN}", "--show_tracebacks=True", f"--Voila.tornado_settings={UNCHECKED}", str(notebook)),
    )
    server = Server(home, f"http://127.0.0.1:{port}", home / "server.log")
    with _running(server, flags, asked="/voila/static/voila.js", environ=environ) as pid:
        yield replace(server, pid=pid)


@contextmanager
def _running(server: Server, flags: Sequence[str], *, asked: str, environ: Mapping[str, str]) -> Iterator[int]:
    """`python -m FLAGS`, with nothing of the person who runs the tests, from its first answer to the block's end."""
    home = server.home
    ours = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "DOCKER_CONFIG": str(home / "docker"),
        **{f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")},
    }
    with server.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *flags], env={**ours, **environ}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            url = server.url(asked)
            assert any(eventually(lambda: _answers(url)) for _ in range(4)), server.log.read_text(encoding="utf-8")
            yield process.pid
        finally:
            process.terminate()
            process.wait(20)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
