"""The magics: `%d` in front of a docker command line. They hold no logic but which engine is the current one."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError as OneLineError
from IPython.core.magic import Magics, magics_class, no_var_expand, output_can_be_silenced
from traitlets import Bool, Float, Unicode, observe

from dockmagic import registry
from dockmagic.arguments import arguments
from dockmagic.errors import EngineWarning, NotConnected, UsageError
from dockmagic.help import help_text
from dockmagic.options import HelpWanted, Option, Parameter, parse
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from dockmagic.engine.client import Engine
    from dockmagic.registry import Command

__all__ = ["DockMagic", "LineMagic", "current", "load", "loaded", "unload"]

_WHERE = [
    Parameter("host", Option("--host", "-H", help="Ask this engine, for this command only", metavar="HOST")),
    Parameter("context", Option("--context", help="Ask this context's engine, for this command only", metavar="NAME")),
]
_CONNECTING = frozenset({"connect", "context use"})


@magics_class
class DockMagic(Magics):
    """Docker in a notebook: which engine, and how it is asked. `%config DockMagic` shows and sets."""

    host = Unicode("", help="The engine to connect to at first use: a host or a docker context; empty: as docker").tag(
        config=True
    )
    timeout = Float(60.0, help="Seconds that an engine may be silent, where it is not right to be slow").tag(
        config=True
    )
    insecure = Bool(default_value=False, help="Allow plain tcp:// to other hosts").tag(config=True)

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._shell = shell
        self._engine: Engine | None = None
        self._refused = ""  # why the last %dconnect failed: until another succeeds, nothing is asked anywhere

    @property
    def engine(self) -> Engine:
        """The current engine; connected to at first use. Raises NotConnected after a %dconnect that failed."""
        if self._refused:
            raise NotConnected(
                f"there is no engine: the last connection failed ({self._refused})",
                hint="%dconnect connects to what docker uses, %dconnect HOST|CONTEXT elsewhere.",
            )
        if self._engine is None:
            return self.connect(registry.load("connect"), {})
        return self._engine

    def connect(self, command: Command, options: dict[str, Any]) -> Engine:
        """Leave the current engine for another one; if that fails there is none."""
        options.setdefault("timeout", self.timeout)
        options["insecure"] = options.get("insecure", False) or self.insecure
        if self.host and command.name == "connect" and not options.keys() & {"target", "host", "context"}:
            options["target"] = self.host
        try:
            engine: Engine = command.function(**options)
        except BaseException as error:
            self._leave(error)
            raise
        self.disconnect()
        self._engine, self._refused = engine, ""
        return engine

    def _leave(self, error: BaseException) -> None:
        """Be connected to nothing, so that what comes next cannot hit the engine that was left."""
        self.disconnect()
        self._refused = shown(str(error).partition("\n")[0], length=200) or type(error).__name__

    @observe("timeout")
    def _timeout_changed(self, change: dict[str, Any]) -> None:
        if self._engine is not None:
            self._engine.timeout = change["new"]

    def disconnect(self) -> None:
        """Close the connections to the current engine."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def run(self, word: str, line: str) -> Any:
        """Run the command line `word line`: a frame, or a list for -q, or None for --help."""
        tokens = arguments(line.rstrip().removesuffix(";"), self._shell.user_ns)
        command, tokens = registry.find(word, tokens)
        try:
            options = parse(command, tokens, extra=_extra(command))
        except HelpWanted:
            print(help_text(command, _extra(command)))  # noqa: T201 - a person asked for text
            return None
        except UsageError as error:
            if command.name in _CONNECTING:
                self._leave(error)
            raise
        quiet = bool(command.quiet) and options.pop("quiet", False)
        with _shown_warnings():
            frame = self._frame(command, options)
        return frame[command.quiet].tolist() if quiet else frame

    def _frame(self, command: Command, options: dict[str, Any]) -> pd.DataFrame:
        if command.name in _CONNECTING:
            from dockmagic.commands.connect import connection  # noqa: PLC0415 - loading stays light

            again = command.name == "connect" and not options and self._engine is not None
            return connection(self.engine if again else self.connect(command, options))
        frame: pd.DataFrame
        if not command.asks_engine:
            frame = command.function(**options)
            return frame
        where = {name: options.pop(name) for name in ("host", "context") if name in options}
        if not where:
            frame = command.function(self.engine, **options)
            return frame
        from dockmagic.commands.connect import connect  # noqa: PLC0415

        with connect(**where, timeout=self.timeout, insecure=self.insecure) as engine:
            frame = command.function(engine, **options)
        return frame


class LineMagic:
    """One magic: the first word of its commands."""

    def __init__(self, magics: DockMagic, word: str) -> None:
        self._magics = magics
        self._word = word
        self.__name__ = self.__qualname__ = f"d{word}"

    def __call__(self, line: str) -> Any:
        """What IPython calls. A UsageError is shown in one line, every other error in its two."""
        try:
            return self._magics.run(self._word, line)
        except UsageError as error:
            raise OneLineError(_one_line(error)) from None

    def getdoc(self) -> str:
        """What `%dps?` shows: made when it is asked for, so that loading imports no command."""
        commands = map(registry.load, registry.names_under(self._word))
        return "\n\n".join(help_text(command, _extra(command)) for command in commands)


def load(shell: Any) -> None:
    """Register the magics with an IPython shell. A second time changes nothing."""
    if loaded(shell) is not None:
        return
    magics = DockMagic(shell)
    for word in registry.first_words():
        # values are filled in by `arguments`, after the line is split
        magic = output_can_be_silenced(no_var_expand(LineMagic(magics, word)))
        shell.register_magic_function(magic, "line", f"d{word}")


def unload(shell: Any) -> None:
    """Take back all that `load` did, and close the connections."""
    magics = loaded(shell)
    if magics is None:
        return
    magics.disconnect()
    manager = shell.magics_manager
    for name in (f"d{word}" for word in registry.first_words()):
        if isinstance(manager.magics["line"].get(name), LineMagic):  # it may be somebody else's by now
            del manager.magics["line"][name]
            delattr(manager.user_magics, name)
    shell.configurables.remove(magics)


def loaded(shell: Any) -> DockMagic | None:
    """The magics of a shell, if they are loaded."""
    return next((each for each in shell.configurables if type(each).__name__ == "DockMagic"), None)


def _extra(command: Command) -> list[Parameter]:
    """The options that magics have on top of the function's own."""
    only = Option("--quiet", "-q", help=f"Only a list: the column {command.quiet}")
    quiet = [Parameter("quiet", only, is_flag=True)] if command.quiet else []
    return [*quiet, *(_WHERE if command.asks_engine else [])]


def _one_line(error: UsageError) -> str:
    return f"{error.message}  {error.hint}".strip()


@contextmanager
def _shown_warnings() -> Iterator[None]:
    """Show EngineWarnings as a line of text: where in our code they were raised helps nobody."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def show_line(message: Any, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, EngineWarning):
                print(f"Warning: {message}", file=sys.stderr)  # noqa: T201
            else:
                show(message, category, *where, **more)

        warnings.showwarning = show_line
        yield


def current() -> Engine:
    """The engine that `%dconnect` chose in this notebook, or that docker would use. Raises NotConnected elsewhere."""
    from IPython.core.getipython import get_ipython  # noqa: PLC0415

    shell = get_ipython()
    magics = loaded(shell) if shell is not None else None
    if magics is None:
        raise NotConnected(
            "there is no notebook session to ask for its engine",
            hint="In a notebook: %load_ext dockmagic. In Python: engine = dockmagic.connect()",
        )
    return magics.engine
