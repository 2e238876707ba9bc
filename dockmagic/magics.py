"""The magics: `%d` in front of a docker command line. They hold no logic but which engine is the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import magics_class, no_var_expand, output_can_be_silenced
from traitlets import observe

from dockmagic import registry
from dockmagic.absent import ABSENT
from dockmagic.arguments import arguments
from dockmagic.completer import IDENTIFIER, matcher
from dockmagic.errors import NotConnected, UsageError
from dockmagic.feeds.live import Live
from dockmagic.line_magics import SILENCER, HelpMagic, LineMagic, semicolons_settled
from dockmagic.magic_options import extra_parameters
from dockmagic.notices import clean_frames, shown_warnings, watcher_of
from dockmagic.options import HelpWanted, parse
from dockmagic.settings import Settings
from dockmagic.text import shown

if TYPE_CHECKING:
    from dockmagic.engine.client import Engine
    from dockmagic.registry import Command

__all__ = ["DockMagic", "current", "load", "loaded", "running", "unload"]

_CONNECTING = frozenset({"connect", "context use"})


@magics_class
class DockMagic(Settings):
    """Docker in a notebook: which engine, and how it is asked. `%config DockMagic` shows and sets."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._shell = shell
        self._engine: Engine | None = None
        self.live = Live()  # what goes on in the background
        self._refused = ""  # why the last %dconnect failed: until another succeeds, nothing is asked anywhere

    @property
    def engine(self) -> Engine:
        """The current engine; connected to at first use. Raises NotConnected after a %dconnect that failed."""
        if self._refused:
            raise NotConnected(
                f"there is no engine: the last connection failed ({self._refused})",
                hint="%dconnect connects to what docker uses, %dconnect HOST|CONTEXT elsewhere.",
            )
        if self._engine is None:  # if that fails nobody has chosen anything: the next command tries again
            self._engine = self.opened(registry.load("connect"), {})
        return self._engine

    @property
    def at_hand(self) -> Engine | None:
        """The current engine if there is one; nothing is connected to."""
        return self._engine

    def opened(self, command: Command, options: dict[str, Any]) -> Engine:
        """A new engine, as the settings want it; the current one stays what it is."""
        options = {"timeout": self.timeout, **options}
        options["insecure"] = options.get("insecure", False) or self.insecure
        if self.host and command.name == "connect" and not options.keys() & {"target", "host", "context"}:
            options["target"] = self.host
        engine: Engine = command.function(**options)
        return engine

    def connect(self, command: Command, options: dict[str, Any]) -> Engine:
        """Leave the current engine for another one; if that fails there is none."""
        try:
            engine = self.opened(command, options)
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

    def run(self, word: str, line: str, cell: str | None = None) -> Any:
        """Run the command line `word line`, above a `cell` or not: a frame, or what it asks for, None for --help."""
        tokens = arguments(SILENCER.sub("", line), self._shell.user_ns)
        command, tokens = registry.find(word, tokens)
        try:
            options = parse(command, tokens, extra=extra_parameters(command))
        except HelpWanted:
            from dockmagic.help import help_text  # noqa: PLC0415

            print(help_text(command, extra_parameters(command)))  # noqa: T201 - a person asked for text
            return None
        except UsageError as error:
            if command.name in _CONNECTING:
                self._leave(error)
            raise
        from dockmagic.presenting import Presentation, cell_key, execution  # noqa: PLC0415 - loading stays light

        wanted = Presentation.wanted(command, options)
        if cell is not None:
            options[_cell_parameter(command)] = cell
        if command.watched and not wanted.quiet and (watcher := watcher_of(self._shell, command.watched)):
            options["watcher"] = watcher
        runs = command.name if options.get("live") else command.runs
        with shown_warnings():
            result = self._result(command, options)
        if runs:
            self.live.add(result, kind=runs, key=cell_key(self._shell, word, line), run=execution(self._shell))
        return wanted.present(result, self._shell.user_ns)

    def _result(self, command: Command, options: dict[str, Any]) -> Any:
        if command.name in _CONNECTING:
            from dockmagic.commands.connect import connection  # noqa: PLC0415 - loading stays light

            again = command.name == "connect" and not options and self._engine is not None
            return connection(self.engine if again else self.connect(command, options))
        if command.name == "live":
            return command.function(self.live, **options)
        if command.name == "context ls" and self._engine is not None:
            options["current"] = self._engine.endpoint.context or ""
        if not command.asks_engine:
            return command.function(**options)
        where = {name: options.pop(name) for name in ("host", "context") if name in options}
        from dockmagic.presenting import function_of  # noqa: PLC0415

        function = function_of(command, options)
        if not where:
            return function(self.engine, **options)
        from dockmagic.commands.connect import connect  # noqa: PLC0415

        with connect(**where, timeout=self.timeout, insecure=self.insecure) as engine:
            return function(engine, **options)


def load(shell: Any) -> None:
    """Register the magics with an IPython shell. A second time changes nothing."""
    if loaded(shell) is not None:
        return
    magics = DockMagic(shell)
    for word in (*registry.first_words(), *ABSENT):
        # values are filled in by `arguments`, after the line is split
        magic = output_can_be_silenced(no_var_expand(LineMagic(magics.run, word)))
        shell.register_magic_function(magic, "line", f"d{word}")
    for word in registry.CELLS:  # a semicolon at the end of a cell is that of its own language
        shell.register_magic_function(no_var_expand(LineMagic(magics.run, word)), "cell", f"d{word}")
    shell.register_magic_function(HelpMagic(), "line", "dhelp")
    shell.Completer.custom_matchers.append(matcher(magics))
    shell.input_transformers_post.append(semicolons_settled)
    clean_frames(shell)


def unload(shell: Any) -> None:
    """Take back all that `load` did, and close the connections."""
    magics = loaded(shell)
    if magics is None:
        return
    magics.live.stop_all()
    magics.disconnect()
    manager = shell.magics_manager
    for kind, known in manager.magics.items():
        ours = [name for name, magic in known.items() if isinstance(magic, (LineMagic, HelpMagic))]
        for name in ours:  # not one that is somebody else's by now
            del manager.magics[kind][name]
            if hasattr(manager.user_magics, name):
                delattr(manager.user_magics, name)
    shell.configurables.remove(magics)
    magics.display_rows, magics.table = 0, ""
    if semicolons_settled in shell.input_transformers_post:
        shell.input_transformers_post.remove(semicolons_settled)
    matchers = shell.Completer.custom_matchers
    clean_frames(shell, undo=True)
    matchers[:] = [each for each in matchers if getattr(each, "matcher_identifier", "") != IDENTIFIER]


def loaded(shell: Any) -> DockMagic | None:
    """The magics of a shell, if they are loaded."""
    return next((each for each in shell.configurables if type(each).__name__ == "DockMagic"), None)


def _cell_parameter(command: Command) -> str:
    if not command.cell:
        raise UsageError(f"%d{command.name} takes no cell: write it with one % and nothing below it")
    return command.cell


def current() -> Engine:
    """The engine that `%dconnect` chose in this notebook, or that docker would use. Raises NotConnected elsewhere."""
    magics = _of_this_session()
    if magics is None:
        raise NotConnected(
            "there is no notebook session to ask for its engine",
            hint="In a notebook: %load_ext dockmagic. In Python: engine = dockmagic.connect()",
        )
    return magics.engine


def running() -> Live:
    """What was begun in this notebook and goes on, for `live` to list and stop. Raises UsageError elsewhere."""
    magics = _of_this_session()
    if magics is None:
        raise UsageError("no magic runs here: there is no notebook session in which dockmagic is loaded")
    return magics.live


def _of_this_session() -> DockMagic | None:
    from IPython.core.getipython import get_ipython  # noqa: PLC0415

    shell = get_ipython()
    return loaded(shell) if shell is not None else None
