"""README's picture: a notebook in JupyterLab on the demo engine. `make screenshot` takes it anew; look at it then."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.dashboard_lab import opened
from tests.browser.servers import jupyterlab

PICTURE = Path(__file__).resolve().parent / "static" / "notebook.png"
WIDTH, HEIGHT = 1240, 865
CELLS = (
    "%load_ext dockmagic\n%dconnect demo --story;",
    'containers = %dps -a\ncontainers[["name", "image", "state", "health", "exit_code", "ports"]]',
    "%dashboard",
)


def main() -> None:
    """Open the notebook, wait until it shows what it is to show, and write the picture with few colours."""
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lab = stack.enter_context(opened(stack.enter_context(jupyterlab(directory)), *CELLS, name="shop"))
        page = lab.page
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        page.get_by_text("unhealthy", exact=True).last.wait_for()
        page.wait_for_timeout(20_000)  # so long that the processors' small pictures have a history
        page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
        shot = page.screenshot()
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(255, dither=Image.Dither.NONE)
    picture.save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
