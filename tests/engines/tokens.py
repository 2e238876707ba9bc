"""A token server: what a registry with bearer tokens sends everybody to, with a password or an identity token.

https://distribution.github.io/distribution/spec/auth/token/ and .../spec/auth/oauth/
"""

import base64
import functools
import json
import ssl
import tempfile
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509 import load_pem_x509_certificate

from tests.engines.certificates import Authority, Pair

USERNAME, PASSWORD = "moby", "sesame"
"""Whom registries with a password let in."""

IDENTITY = "identity-token-of-moby"
"""What `docker login` would keep in place of the password of USERNAME."""

FORBIDDEN = "forbidden/"
"""The beginning of the names that USERNAME may do nothing with."""

PUBLIC = "public/"
"""The beginning of the names that everybody may pull."""

_LIFETIME = 300  # seconds


class TokenServer:
    """A token server that runs while the `with` block does, in a thread of ours.

    Attributes:
        calls: what it was asked, such as "GET moby" or "POST refresh_token", in order; "nobody" has no credentials.
        authority: the certificate of whoever signs for it, PEM.
    """

    def __init__(self, authority: Authority, *, host: str, port: int, tls: Pair | None = None) -> None:
        """Say where it listens; with TLS and a certificate for that address unless another one is given."""
        self.authority = authority.certificate
        self.calls: list[str] = []
        self._host, self._port = host, port
        self._tls = tls or authority.server(addresses=[host])
        self._signer = authority.server(names=["signer"], addresses=[])
        self._realm = f"https://{host}:{port}/token"
        self._service = "dockmagic registry"

    def settings(self, *, realm: str = "") -> dict[str, str]:
        """What a registry is told of it."""
        return {"realm": realm or self._realm, "service": self._service, "issuer": "dockmagic"}

    def token(self, user: str, scopes: list[str]) -> str:
        """Sign a token for what `user` ("" is nobody) may do of `scopes`, such as "repository:a/b:pull,push"."""
        now = int(time.time())
        access = [granted for scope in scopes if (granted := _granted(user, scope))]
        claims: dict[str, Any] = {"iss": "dockmagic", "sub": user, "aud": self._service, "access": access}
        claims |= {"nbf": now - 60, "iat": now - 60, "exp": now + _LIFETIME, "jti": str(now)}
        chain = load_pem_x509_certificate(self._signer.certificate).public_bytes(serialization.Encoding.DER)
        head = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(chain).decode()]}
        signed = b".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
        return b".".join((signed, _encoded(self._sign(signed)))).decode()

    def _sign(self, data: bytes) -> bytes:
        key = serialization.load_pem_private_key(self._signer.key, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return b"".join(
            part.to_bytes(32, "big") for part in decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        )

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer((self._host, self._port), functools.partial(_Handler, self))
        self._server.daemon_threads = True
        self._server.socket = _context(self._tls).wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers the two ways to ask for a token."""

    def __init__(self, tokens: TokenServer, *arguments: Any) -> None:
        self._tokens = tokens
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """With a name and a password, or with nothing."""
        asked = parse_qs(urlsplit(self.path).query)
        kind, _, encoded = self.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(encoded).decode().partition(":") if kind == "Basic" else ("", "", "")
        self._tokens.calls.append(f"GET {user or 'nobody'}")
        if encoded and (user, password) != (USERNAME, PASSWORD):
            self._answer(HTTPStatus.UNAUTHORIZED, {"details": "incorrect username or password"})
            return
        self._answer(HTTPStatus.OK, {"token": self._token(user, asked), "expires_in": _LIFETIME})

    def do_POST(self) -> None:
        """With an identity token, or a name and a password, as OAuth 2."""
        length = int(self.headers.get("Content-Length", "0"))
        asked = parse_qs(self.rfile.read(length).decode())
        (kind,) = asked.get("grant_type", [""])
        self._tokens.calls.append(f"POST {kind}")
        known = (
            {"refresh_token": [IDENTITY]}
            if kind == "refresh_token"
            else {"username": [USERNAME], "password": [PASSWORD]}
        )
        if any(asked.get(name) != value for name, value in known.items()):
            self._answer(HTTPStatus.UNAUTHORIZED, {"error": "invalid_grant", "details": "it is not valid any more"})
            return
        self._answer(HTTPStatus.OK, {"access_token": self._token(USERNAME, asked), "expires_in": _LIFETIME})

    def _token(self, user: str, asked: dict[str, list[str]]) -> str:
        scopes = [scope for each in asked.get("scope", []) for scope in each.split()]
        return self._tokens.token(user, scopes)

    def _answer(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests print what they want to."""


def _granted(user: str, scope: str) -> dict[str, Any] | None:
    kind, name, actions = scope.split(":", 1)[0], scope.split(":", 1)[1].rpartition(":")[0], scope.rpartition(":")[2]
    allowed = {"pull"} if name.startswith(PUBLIC) else set()
    if user and not name.startswith(FORBIDDEN):
        allowed = {"pull", "push", "delete"}
    granted = [action for action in actions.split(",") if action in allowed]
    return {"type": kind, "name": name, "actions": granted} if granted else None


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _context(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        certificate, key = Path(directory, "certificate"), Path(directory, "key")
        certificate.write_bytes(pair.certificate)
        key.write_bytes(pair.key)
        context.load_cert_chain(certificate, key)
    return context
