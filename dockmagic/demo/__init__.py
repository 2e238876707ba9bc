"""A small Docker Engine in memory, for where there is none: it answers the real HTTP API and runs nothing.

    with Demo() as demo:
        engine = dockmagic.connect(demo.host)

`%dconnect demo` does that, and `python -m dockmagic.demo` serves it to other programs.
"""

from __future__ import annotations

from dockmagic.demo.faults import Faults
from dockmagic.demo.server import Demo

__all__ = ["Demo", "Faults"]
