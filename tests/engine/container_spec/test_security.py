from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockmagic.engine.container_spec.security import capabilities, namespace, security
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def options(*texts: str, directory: str = "") -> dict[str, Any]:
    """Return what is said of security."""
    return security({"security_opt": texts}, Here({}, lambda: "1.41", directory=directory))


@pytest.mark.parametrize(
    "text",
    [
        "no-new-privileges",
        "no-new-privileges:true",
        "label=disable",
        "apparmor:x",
        "seccomp=unconfined",
        "seccomp=builtin",
    ],
)
def test_options_are_passed_on(text: str) -> None:
    """The engine knows them."""
    assert options(text) == {"HostConfig": {"SecurityOpt": [text]}}


@pytest.mark.parametrize("separator", ["=", ":"])
def test_a_seccomp_profile_is_sent_without_its_blanks(tmp_path: Path, separator: str) -> None:
    """But those in texts; numbers and their order stay as they are written."""
    (tmp_path / "p").write_text('{ "b" : "x \\" y",\n\t"a": [1.0, 1e3,  {} ] }\n')
    found = options(f"seccomp{separator}p", directory=str(tmp_path))["HostConfig"]["SecurityOpt"]
    assert found == ['seccomp={"b":"x \\" y","a":[1.0,1e3,{}]}']


@pytest.mark.parametrize("content", [None, "", "{", "{'a': 1}", "NaN", "[" * 100_000, "\ufeff{}"])
def test_a_profile_that_is_none_is_refused(tmp_path: Path, content: str | None) -> None:
    """With the reason."""
    if content is not None:
        (tmp_path / "p").write_text(content)
    with pytest.raises(UsageError, match="--security-opt: the seccomp profile p cannot be read: "):
        options("seccomp=p", directory=str(tmp_path))


def test_paths_of_the_system_are_not_masked_if_so_wished() -> None:
    """The one option that the client reads itself."""
    assert options("systempaths=unconfined", "label=disable") == {
        "HostConfig": {"SecurityOpt": ["label=disable"], "MaskedPaths": [], "ReadonlyPaths": []}
    }


@pytest.mark.parametrize("text", ["", "foo", "foo=", "label:", "seccomp"])
def test_an_option_without_a_value_is_refused(text: str) -> None:
    """By docker too."""
    with pytest.raises(UsageError, match="--security-opt is written NAME=VALUE"):
        options(text)


def test_capabilities_have_one_form() -> None:
    """The one that newer docker clients send, each once."""
    assert capabilities(["net_admin", "CAP_NET_ADMIN", "chown"]) == ["CAP_CHOWN", "CAP_NET_ADMIN"]
    assert capabilities("all") == ["ALL"]


@pytest.mark.parametrize("value", ["", "host", "container:x"])
def test_a_namespace_is_one_of_a_few(value: str) -> None:
    """Or another container's."""
    assert namespace("host", "container")(value) == value


@pytest.mark.parametrize("value", ["x", "container", "container:", "hosts", "private", True, None])
def test_other_namespaces_are_refused(value: Any) -> None:
    """With those that there are."""
    with pytest.raises(UsageError, match=r"host or container:NAME|wants one value|the value is"):
        namespace("host", "container")(value)
