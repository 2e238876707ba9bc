"""A real registry on the loopback device, to push to and pull from, also in the place of Docker Hub.

It lets in everybody, or one user with a password, or whoever has a token of the tests' own token server.
"""

import base64
import json
from pathlib import Path
from typing import Any, Self

from tests.engines.certificates import Pair
from tests.engines.contained import Contained
from tests.engines.dockerd import Dockerd
from tests.engines.http import checked, request
from tests.engines.images import import_image, split_reference
from tests.engines.namespace import free_port
from tests.engines.scratch import Scratch
from tests.engines.tokens import PASSWORD, USERNAME, TokenServer

__all__ = ["PASSWORD", "TLS_ADDRESS", "USERNAME", "Registry"]

TLS_ADDRESS = "10.99.0.1"
"""Where a registry's certificate is looked at: see `namespace.add_address`."""

_HTPASSWD = "moby:$2b$05$rx0n2R7pHgg0BTzMY.ExoOwXr4U.Cn1zkhDwPG/xRNcR8n83wbT7e\n"
"""Made by `htpasswd -Bbn moby sesame`; the registry reads bcrypt only."""

_CREDENTIALS = base64.urlsafe_b64encode(json.dumps({"username": USERNAME, "password": PASSWORD}).encode()).decode()
_NO_CREDENTIALS = "e30="
"""The JSON {} in base64: dockerd 20.10 refuses a push without the header."""


class Registry:
    """A registry that runs while the `with` block does.

    Attributes:
        port: where it listens on 127.0.0.1, which engines trust without TLS, or another address.
        address: the first part of a reference: 127.0.0.1:PORT
        url: what goes to `--registry-mirror`: http://127.0.0.1:PORT
        tokens: the token server that it sends everybody to, if there is one.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        inside: Dockerd | None = None,
        password: bool = False,
        tokens: TokenServer | None = None,
        tls: Pair | None = None,
    ) -> None:
        """Say how the registry is to be; it starts at `with`.

        Args:
            host: the address that it listens on.
            port: the port; 0 takes a free one.
            inside: a running engine in whose network namespace it listens, instead of in ours.
            password: let in USERNAME with PASSWORD only.
            tokens: let in whoever has a token of that server.
            tls: its certificate and key, for https.
        """
        self._inside, self._password, self.tokens, self._tls = inside, password, tokens, tls
        self._contained: Contained | None = None
        self._scratch = Scratch()
        self.port = port or free_port(host)
        self.address = f"{host}:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.address}"

    def push(self, engine: Dockerd, *references: str, archive: bytes | None = None, logged_in: bool = False) -> None:
        """Fill the registry: import each of `references` (such as library/busybox:latest) in `engine`, push and untag.

        With `logged_in` as USERNAME, for a registry with a password.

        Raises:
            RuntimeError: the engine refused one of the steps.
        """
        for reference in references:
            name, tag = split_reference(f"{self.address}/{reference}")
            headers = {"X-Registry-Auth": _CREDENTIALS if logged_in else _NO_CREDENTIALS}
            import_image(engine.socket, f"{name}:{tag}", archive=archive)
            checked(request(engine.socket, "POST", f"/images/{name}/push?tag={tag}", headers=headers))
            checked(request(engine.socket, "DELETE", f"/images/{name}:{tag}"))

    def __enter__(self) -> Self:
        directory = self._scratch.path
        settings = directory / "registry.yml"
        settings.write_text(json.dumps(self._settings(directory)))  # JSON is YAML
        (directory / "htpasswd").write_text(_HTPASSWD)
        log = directory / "log"
        try:
            self._contained = Contained(
                ["docker-registry", "serve", str(settings)],
                log=log,
                home=directory,
                enter=self._inside.nsenter() if self._inside else (),
                environ={"OTEL_TRACES_EXPORTER": "none"},
            )
            # In another network namespace nothing can be asked from here, but the log tells.
            self._contained.wait_until(lambda: "listening on" in log.read_text())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._contained:
                self._contained.kill()
        finally:
            self._scratch.close()

    def _settings(self, directory: Path) -> dict[str, object]:
        settings: dict[str, Any] = {
            "version": "0.1",
            "log": {"level": "info"},
            "storage": {"filesystem": {"rootdirectory": str(directory / "data")}, "delete": {"enabled": True}},
            "http": {"addr": self.address},
        }
        if self._password:
            settings["auth"] = {"htpasswd": {"realm": "dockmagic", "path": str(directory / "htpasswd")}}
        if self.tokens:
            (directory / "issuers.pem").write_bytes(self.tokens.authority)
            settings["auth"] = {"token": self.tokens.settings() | {"rootcertbundle": str(directory / "issuers.pem")}}
        if self._tls:
            for name, content in zip(("certificate", "key"), self._tls, strict=True):
                (directory / f"{name}.pem").write_bytes(content)
            settings["http"]["tls"] = {name: str(directory / f"{name}.pem") for name in ("certificate", "key")}
        return settings
