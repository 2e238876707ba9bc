"""One program in mount and process namespaces of its own, which vanish with this process, however it ends."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.engines.programs import find, search_path

# Process 1 of the namespaces: it reaps what the program orphans and hands SIGTERM on to it.
_INIT = """
set -e
mount -t tmpfs none /run
{setup}
set +e
trap 'kill -TERM $P' TERM
"$@" &
P=$!
wait $P
R=$?
while kill -0 $P 2>/dev/null; do wait $P; R=$?; done
exit $R
"""


class EngineError(RuntimeError):
    """A part of the test bed did not start, stop or answer as it must; the message holds the end of its log."""


class Contained:
    """A running program; `kill` or `terminate` ends it with everything that it started."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        log: Path,
        home: Path,
        setup: Sequence[str] = (),
        private_network: bool = False,
        enter: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Start `arguments` as the child of a new process 1. To be called from the main thread.

        The kernel kills it when the thread that called this ends (setpriv --pdeathsig).

        Args:
            arguments: the program, found on the search path, and its arguments.
            log: the file that its output is appended to.
            home: its HOME.
            setup: shell lines for its mount namespace, such as further mounts.
            private_network: give it a network namespace of its own too.
            enter: an `nsenter ...` that is put in front, to start it in another one's network.
            environ: variables besides PATH, HOME and LANG; ours are not handed on.
        """
        self.log = log
        network = ["ip link set lo up"] if private_network else []
        command = [*_apart(enter, private_network=private_network), _INIT.format(setup="\n".join([*network, *setup]))]
        variables = {"PATH": search_path(), "HOME": str(home), "LANG": "C.UTF-8", **(environ or {})}
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, "init", find(arguments[0]), *arguments[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=variables,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether the program has not ended yet."""
        return self._process.poll() is None

    @property
    def init(self) -> int:
        """The process id, seen from here, of process 1 in the namespaces; 0 if there is none (yet or any more)."""
        if not self.running:
            return 0
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 30) -> None:
        """Ask `ready` every 20 ms until it says yes.

        Raises:
            EngineError: the program ended, or the time is over.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise EngineError(f"{self._told()} ended with {self._process.returncode}:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise EngineError(f"{self._told()} is not ready after {seconds} s:\n{self.last_lines()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End everything in the namespaces at once (SIGKILL), and wait until all of it is gone."""
        if init := self.init:
            # unshare has this child still to reap, so the number cannot be another process's.
            os.kill(init, signal.SIGKILL)
        elif self.running:
            self._process.kill()
        self._wait(30)

    def terminate(self) -> None:
        """Ask the program to end (SIGTERM) and wait until it did.

        Raises:
            EngineError: it has not ended after 40 seconds.
        """
        if init := self.init:
            os.kill(init, signal.SIGTERM)
        self._wait(40)

    def last_lines(self, count: int = 20) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def _wait(self, seconds: float) -> None:
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{self._told()} does not end:\n{self.last_lines()}") from error

    def _told(self) -> str:
        return f"the program of {self.log}"


def _apart(enter: Sequence[str], *, private_network: bool) -> list[str]:
    """Return the command that makes the namespaces and runs a shell script in them."""
    command = [find("setpriv"), "--pdeathsig", "KILL", *enter, find("unshare"), "--mount", "--pid", "--fork"]
    command += ["--kill-child=SIGKILL", "--mount-proc", "--propagation", "private"]
    command += ["--net"] if private_network else []
    return [*command, "bash", "-c"]
