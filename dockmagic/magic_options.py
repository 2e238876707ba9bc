"""The options that a magic has on top of its function's own: what to give back, and which engine to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockmagic.options import Option, Parameter, parameters

if TYPE_CHECKING:
    from dockmagic.registry import Command

__all__ = ["all_parameters", "extra_parameters"]

_WHERE = [
    Parameter("host", Option("--host", "-H", help="Ask this engine, for this command only", metavar="HOST")),
    Parameter(
        "context",
        Option(
            "--context", help="Ask this context's engine, for this command only", metavar="NAME", complete="context"
        ),
    ),
]
_FRAME = Parameter("frame", Option("--frame", help="A list of objects as a frame"), is_flag=True)


_OUT = Parameter(
    "out", Option("--out", help="Of a cell: give this variable the frame, and show nothing", metavar="VARIABLE")
)
_BUTTON = Parameter("button", Option("--button", help="A button that does it when it is pressed"), is_flag=True)
_PLOT = Parameter("plot", Option("--plot", help="A picture of it, as matplotlib's Axes"), is_flag=True)


def extra_parameters(command: Command) -> list[Parameter]:
    """`-q`, `--frame`, `--plot`, `--live`, `--button`, `--out` where they fit, `-H`, `--context` where an engine is."""
    only = Option("--quiet", "-q", help=f"Only a list: the column {command.quiet}")
    quiet = [Parameter("quiet", only, is_flag=True)] if command.quiet else []
    frame = [_FRAME] if command.any_json else []
    plot = [_PLOT] if command.plot else []
    out = [_OUT] if command.cell else []
    button = [_BUTTON] if command.button else []
    live = [_live(command)] if command.live else []
    return [*quiet, *frame, *plot, *live, *button, *out, *(_WHERE if command.asks_engine else [])]


def _live(command: Command) -> Parameter:
    long, *short = command.live_flags
    option = Option(long, "".join(short), help="A view of it that goes on; %dlive lists and stops what runs")
    return Parameter("live", option, is_flag=True)


def all_parameters(command: Command) -> list[Parameter]:
    """The function's own and these."""
    return [*parameters(command.function), *extra_parameters(command)]
