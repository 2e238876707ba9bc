"""A browser that nobody sees, and a page of JupyterLab in it, with one notebook open."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import nbformat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import BrowserContext, Page, Request

    from tests.browser.servers import Server

__all__ = ["BROWSER", "Lab", "Watched", "browsing", "opened"]

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
PATIENCE = 60_000
"""Milliseconds after which what must be seen has not been seen."""

KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
RUN_ALL = """async () => {
  await window.jupyterapp.shell.currentWidget.context.ready;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
EXECUTE = """async ([code, wait]) => {
  const future = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
  if (wait) await future.done;
}"""


class Watched:
    """A page, what went wrong in it, and what it asked of others than its own server."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in {None, "", "127.0.0.1"}:
            self.elsewhere.append(request.url)


class Lab(Watched):
    """A page of JupyterLab."""

    def __init__(self, server: Server, page: Page, notebook: str) -> None:
        super().__init__(page, server)
        self.notebook = notebook

    def open(self, *, anew: bool = True, environ: Mapping[str, str] | None = None) -> None:
        """Open the notebook: as it was saved, or `anew` with all its cells run, in a kernel with `environ` besides."""
        path = f"/lab/tree/{self.notebook}{'?reset' if anew else ''}"
        self.page.goto(self.server.url(path), wait_until="domcontentloaded")
        self.idle()
        if environ:
            self.execute(f"__import__('os').environ.update({dict(environ)!r})")
        if anew:
            self.page.evaluate(RUN_ALL)
            self.page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")

    def reload(self) -> None:
        """Save the notebook, and load the page anew."""
        self.save()
        self.open(anew=False)

    def idle(self) -> None:
        """Wait until the kernel is there, and does nothing."""
        self.page.wait_for_function(f"() => {KERNEL}?.status === 'idle'")

    def second(self) -> Lab:
        """The same notebook in another tab of the browser, with the kernel of the first one."""
        other = Lab(self.server, self.page.context.new_page(), self.notebook)
        other.open(anew=False)
        return other

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")

    def busy(self) -> None:
        """Wait until the kernel runs a cell."""
        self.page.wait_for_function(f"() => {KERNEL}?.status === 'busy'")

    def restart(self) -> None:
        """End the kernel, and begin another one."""
        self.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")

    def shutdown(self) -> None:
        """End the kernel."""
        self.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def execute(self, code: str, *, wait: bool = False) -> None:
        """Let the kernel run this."""
        self.page.evaluate(EXECUTE, [code, wait])

    def run_again(self) -> None:
        """Run all cells once more, in the same kernel."""
        self.page.evaluate(RUN_ALL)

    def shoot(self, path: Path, *, width: int, theme: str, height: int = 1200) -> None:
        """Take a picture, in the theme Light or Dark."""
        self.page.set_viewport_size({"width": width, "height": height})
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
def browsing(profile: Path) -> Iterator[BrowserContext]:
    """A browser that keeps what it keeps in `profile`."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415 - may be missing

    expect.set_options(timeout=PATIENCE)

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=BROWSER,
            headless=True,
            args=list(FLAGS),
            viewport={"width": 1600, "height": 1200},
        )
        context.set_default_timeout(PATIENCE)
        context.set_default_navigation_timeout(PATIENCE)
        try:
            yield context
        finally:
            context.close()


@contextmanager
def opened(server: Server, *cells: str | Path, name: str, environ: Mapping[str, str] | None = None) -> Iterator[Lab]:
    """A notebook `name` of these cells, or a copy of that one, in JupyterLab; its cells have run.

    Its kernel has `environ` besides, and ends with the `with`.
    """
    if isinstance(cells[0], Path):
        notebook = nbformat.read(cells[0], as_version=4)
    else:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, server.home / f"{name}.ipynb")
    with browsing(server.home / f"browser-{name}") as context:
        lab = Lab(server, context.new_page(), f"{name}.ipynb")
        lab.open(environ=environ)
        try:
            yield lab
        finally:
            lab.shutdown()
