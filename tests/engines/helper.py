"""A credential helper of the tests' own: a program on the search path that knows some registries."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

_SCRIPT = """\
#!/bin/sh
# As the helpers of docker do it: what is asked for is the argument, which registry stands on stdin.
key=$(cat)
echo "$1 $key" >>'{directory}/asked'
file='{directory}'/known/$(printf %s "$key" | tr / _)
if [ "$1" = list ]; then cat '{directory}/list'; exit; fi
if [ -f "$file" ]; then cat "$file"; exit; fi
echo "credentials not found in native keychain"
exit 1
"""


class Helper:
    """docker-credential-NAME in the directory `path`, to be put in front of PATH."""

    def __init__(self, directory: Path, name: str, known: Mapping[str, tuple[str, str]]) -> None:
        """Write it. It knows `known`: registry -> (user, secret); the user <token> has an identity token."""
        self.path = directory / "bin"
        self._asked = directory / "asked"
        program = self.path / f"docker-credential-{name}"
        for folder in (self.path, directory / "known"):
            folder.mkdir(parents=True)
        for server, (user, secret) in known.items():
            answer = {"ServerURL": server, "Username": user, "Secret": secret}
            (directory / "known" / server.replace("/", "_")).write_text(json.dumps(answer))
        (directory / "list").write_text(json.dumps({server: user for server, (user, _) in known.items()}))
        program.write_text(_SCRIPT.format(directory=directory))
        program.chmod(0o755)

    @property
    def asked(self) -> list[str]:
        """What it was asked, such as "get 127.0.0.1:5000"."""
        return self._asked.read_text().splitlines() if self._asked.exists() else []

    @property
    def search_path(self) -> str:
        """PATH with it in front."""
        return f"{self.path}{os.pathsep}{os.environ['PATH']}"
