"""Docker's credential helpers: programs that keep credentials for registries, docker-credential-pass among them.

Source of the protocol: https://github.com/docker/docker-credential-helpers
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from dockmagic.errors import DockMagicError
from dockmagic.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ask_helper", "broken_helper"]

TIMEOUT = 120.0
"""Seconds that a helper may take: a person may have to unlock a keychain."""

_NOT_FOUND = b"credentials not found in native keychain"  # what every helper says, on stdout and with exit code 1


def ask_helper(helper: str, action: str, key: str, *, environ: Mapping[str, str], named: str) -> bytes | None:
    """What the helper says to `action` ("get" of a registry, "list"), None where it does not know `key`.

    Raises DockMagicError for a helper that is missing, fails or takes too long. It has nothing of what the helper said,
    and names the file `named` that asks for it.
    """
    program = None
    if not {"/", "\\"} & set(helper):  # a name, never a path
        program = shutil.which(f"docker-credential-{helper}", path=environ.get("PATH"))
    if program is None:
        raise broken_helper(helper, key, f"is not on the PATH, and {shown(named)} names it")
    try:
        done = subprocess.run(  # noqa: S603 - what config.json names is what docker runs
            [program, action],
            input=(key or "unused").encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:  # it holds what was said so far
        raise broken_helper(helper, key, f"did not answer in {TIMEOUT:.0f} seconds") from None
    except OSError as error:
        raise broken_helper(helper, key, f"cannot be run: {error.strerror}") from error
    if done.returncode == 0:
        return done.stdout
    if done.stdout.strip() == _NOT_FOUND:
        return None
    raise broken_helper(helper, key, f"failed with exit code {done.returncode}")


def broken_helper(helper: str, key: str, why: str) -> DockMagicError:
    """The error of a helper that was asked for `key` ("" for none) and is of no use."""
    wanted = f", asked for {shown(key)}," if key else ""
    return DockMagicError(
        f"the credential helper docker-credential-{shown(helper)}{wanted} {why}",
        hint=f"Try it in a terminal: docker login {shown(key)}" if key else "",
    )
