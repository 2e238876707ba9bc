"""A short temporary directory, and the control groups named after it, removed even when this process is killed."""

import subprocess
import tempfile
from pathlib import Path
from typing import Self

# The janitor lives in a session of its own and waits for the end of its standard input, which only this process holds:
# it comes by close(), which says "done" before, or by SIGKILL. What runs in the directory dies a moment after us then,
# hence the pause, and takes its time, hence the retries.
_JANITOR = r"""
trap '' HUP INT TERM
[ "$(cat)" = done ] || sleep 0.2
name=${1##*/}
groups() { find /sys/fs/cgroup -depth -type d \( -path "*/$name" -o -path "*/$name/*" \) 2>/dev/null; }
tries=0
while :; do
    groups | while read -r group; do rmdir "$group" 2>/dev/null; done
    rm -rf -- "$1" 2>/dev/null
    if [ ! -e "$1" ] && [ -z "$(groups)" ]; then exit 0; fi
    tries=$((tries + 1))
    if [ "$tries" -gt 200 ]; then exit 1; fi
    sleep 0.05
done
"""


class Scratch:
    """A directory /tmp/dm-XXXXXXXX: short, because the path of a unix socket may have 107 bytes only."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(dir="/tmp", prefix="dm-"))
        self._janitor = subprocess.Popen(
            ["/bin/sh", "-c", _JANITOR, "janitor", str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            start_new_session=True,
        )

    @property
    def name(self) -> str:
        """The last part of the path; control groups of this name are removed with it."""
        return self.path.name

    def close(self) -> None:
        """Remove the directory and its control groups; a second call does nothing.

        Raises:
            RuntimeError: something is still in use after 10 seconds and was left behind.
        """
        if self._janitor.returncode is not None:
            return
        self._janitor.communicate(b"done", timeout=60)
        if self._janitor.returncode != 0:
            raise RuntimeError(f"{self.path} or a control group of that name could not be removed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
