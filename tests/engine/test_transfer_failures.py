"""What to do where a registry does not give or take an image, by the words of engines."""

from __future__ import annotations

import pytest

from dockmagic.engine.registry_auth import NOBODY, Credentials
from dockmagic.engine.transfer_failures import registry_hint

HOST = "registry.example:5000"
SOMEBODY = Credentials(HOST, "moby", "sesame")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("unauthorized: authentication required", f"There are no credentials for {HOST}."),
        ("server message: insufficient_scope: authorization failed", f"There are no credentials for {HOST}."),
        ("failed with status code [manifests 1]: 401 Unauthorized", f"There are no credentials for {HOST}."),
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "The engine does not trust that certificate",
        ),
        ("dial tcp 10.0.0.1:443: i/o timeout", "It is the engine, not this machine, that could not talk to"),
        ("dial tcp: lookup registry.example: no such host", "It is the engine, not this machine,"),
        ("manifest for web:1 not found: manifest unknown", f"{HOST} has no such name or tag"),
        ("no match for platform in manifest sha256:abc: not found", ""),
        ("mkdir /var/lib/docker/tmp: permission denied", ""),
        ("no space left on device", ""),
    ],
)
def test_the_hint_is_about_what_went_wrong(words: str, expected: str) -> None:
    """Nothing is said where it has nothing to do with the registry."""
    hint = registry_hint(words, registry=HOST, credentials=NOBODY)
    assert hint.startswith(expected)
    assert bool(hint) == bool(expected)


def test_docker_hub_is_called_by_its_name() -> None:
    """And logging in there needs none."""
    hint = registry_hint("denied: requested access", registry="docker.io", credentials=SOMEBODY)
    assert hint == "The credentials for Docker Hub are not enough, or not right. In a terminal: docker login"
