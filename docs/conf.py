"""Sphinx's settings: `make docs` builds build/docs/index.html. The notebooks are executed on the demo engine."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import dockmagic
from dockmagic.demo import Demo
from docs import offline, signatures
from docs.notebook_pages import write_notebooks
from docs.reference_pages import write_reference

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent

project = "dockmagic"
author = "The dockmagic authors"
copyright = author  # noqa: A001 - Sphinx's name
version = release = dockmagic.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["README.md"]
default_role = "code"  # docstrings write `names` as Markdown does
smartquotes = False  # -- begins an option

html_theme = "furo"
html_title = "dockmagic"
html_static_path = ["static"]
html_css_files = ["style.css"]
html_show_sphinx = False
html_copy_source = False
pygments_style = "default"  # colours that tell Python from magics, in the light theme too

# Nothing is fetched from elsewhere by who reads the pages: neither MathJax nor the JavaScript of widgets.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_render_error_lexer = "myst-ansi"  # two lines, and no traceback of Python

autodoc_member_order = "bysource"
autodoc_typehints = "none"


def setup(app: Sphinx) -> None:
    """Write the pages that are made of something else, and let the kernels of the notebooks find the demo engine."""
    write_notebooks(HERE / "notebooks")
    write_reference(HERE / "reference")
    signatures.setup(app)
    offline.setup(app)
    app.connect("source-read", _measured)
    demo = Demo(story=True)  # a shop that has its troubles, so that there is something to see
    demo.start()
    settings = tempfile.TemporaryDirectory()  # instead of those of who builds: no engine or profile of theirs
    os.environ.update(DOCKER_HOST=demo.host, DOCKER_CONFIG=settings.name, IPYTHONDIR=settings.name)
    profile = Path(settings.name) / "profile_default"
    profile.mkdir()
    (profile / "ipython_kernel_config.py").write_text('c.IPKernelApp.log_level = "ERROR"\n', encoding="utf-8")

    def end(*_: object) -> None:
        demo.stop()
        settings.cleanup()

    app.connect("build-finished", end)


def _measured(_app: Sphinx, page: str, text: list[str]) -> None:
    """The page that the benchmarks write is among the others where it has been written."""
    if page == "index" and (HERE / "performance.md").exists():
        text[0] = text[0].replace("reference/index\n", "reference/index\nperformance\n")
