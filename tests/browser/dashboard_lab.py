"""JupyterLab in a browser that nobody sees, with one notebook open in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import nbformat

from tests.engine.scripted import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

__all__ = ["BROWSER", "Lab", "opened"]

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PORT = 8899
TOKEN = "in-a-network-of-our-own"
SETTINGS = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
RUN_ALL = """async () => {
  await window.jupyterapp.shell.currentWidget.context.ready;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
EXECUTE = """code => {
  window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
}"""


class Lab:
    """A page of JupyterLab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, notebook: str) -> None:
        """Open a notebook and run its cells."""
        self.page.goto(
            f"http://127.0.0.1:{PORT}/lab/tree/{notebook}?token={TOKEN}&reset", wait_until="domcontentloaded"
        )
        self.page.wait_for_function(IDLE)
        self.page.evaluate(RUN_ALL)
        self.page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")

    def execute(self, code: str) -> None:
        """Let the kernel run this, and do not wait for it."""
        self.page.evaluate(EXECUTE, code)

    def shoot(self, path: Path, *, width: int, theme: str) -> None:
        """Take a picture, in the theme Light or Dark."""
        self.page.set_viewport_size({"width": width, "height": 1200})
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", f"JupyterLab {theme}"
        )
        self.page.wait_for_function(
            "dark => document.body.dataset.jpThemeLight === dark", arg=str(theme == "Light").lower()
        )
        self.page.wait_for_timeout(1000)  # a theme's styles and the fading in of rows have no event
        path.parent.mkdir(exist_ok=True)
        self.page.screenshot(path=path)


@contextmanager
def opened(home: Path, *cells: str) -> Iterator[Lab]:
    """JupyterLab with a notebook of these cells, which have run. Everything ends with the `with`."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - may be missing

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, home / "board.ipynb")
    with _server(home), sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            home / "browser",
            executable_path=BROWSER,
            headless=True,
            args=list(FLAGS),
            viewport={"width": 1600, "height": 1200},
        )
        context.set_default_timeout(30_000)
        lab = Lab(context.new_page())
        lab.open("board.ipynb")
        yield lab
        context.close()


@contextmanager
def _server(home: Path) -> Iterator[None]:
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text(json.dumps(SETTINGS), encoding="utf-8")
    environ: dict[str, Any] = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(home),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        **{f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")},
        "IPYTHONDIR": str(home / "ipython"),
    }
    flags = [f"--port={PORT}", "--port-retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home}"]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1", "--allow-root", *flags]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--LabApp.news_url=None", "--LabApp.expose_app_in_browser=True"],
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            assert any(eventually(_answers) for _ in range(4)), (home / "server.log").read_text(encoding="utf-8")
            yield
        finally:
            server.terminate()
            server.wait(20)


def _answers() -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{PORT}/api/status?token={TOKEN}", timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
