from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.frames.references import Reference, is_reference, parse_reference

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("busybox", Reference("busybox", "", "")),
        ("busybox:1.36", Reference("busybox", "1.36", "")),
        (f"busybox@{DIGEST}", Reference("busybox", "", DIGEST)),
        (f"busybox:1.36@{DIGEST}", Reference("busybox", "1.36", DIGEST)),
        ("library/busybox", Reference("busybox", "", "")),
        ("docker.io/busybox", Reference("busybox", "", "")),
        ("docker.io/library/busybox:1", Reference("busybox", "1", "")),
        ("index.docker.io/library/busybox", Reference("busybox", "", "")),
        ("index.docker.io/u/x", Reference("u/x", "", "")),
        ("docker.io/u/x", Reference("u/x", "", "")),
        ("docker.io/library/a/b", Reference("library/a/b", "", "")),
        ("u/x:2", Reference("u/x", "2", "")),
        ("localhost/x", Reference("localhost/x", "", "")),
        ("localhost:5000/x", Reference("localhost:5000/x", "", "")),
        (f"registry:5000/a/x:tag@{DIGEST}", Reference("registry:5000/a/x", "tag", DIGEST)),
        ("registry.lab/library/x", Reference("registry.lab/library/x", "", "")),
        ("[::1]:5000/x:1", Reference("[::1]:5000/x", "1", "")),
        ("Registry/x", Reference("Registry/x", "", "")),
        ("a__b/c-d.e_f--g", Reference("a__b/c-d.e_f--g", "", "")),
        ("x:Tag_1.0-rc", Reference("x", "Tag_1.0-rc", "")),
        (f"x@sha512:{HEX}{HEX}", Reference("x", "", f"sha512:{HEX}{HEX}")),
        (DIGEST, Reference("sha256", HEX, "")),
    ],
)
def test_a_reference_is_taken_apart_in_its_familiar_form(text: str, expected: Reference) -> None:
    """Without Docker Hub's name and its library; every other registry keeps its name, and so does its port."""
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Busybox:1", Reference("Busybox", "1", "")),
        ("docker.io/library/Busybox", Reference("docker.io/library/Busybox", "", "")),
        (HEX, Reference(HEX, "", "")),
        ("<none>:<none>", Reference("<none>", "<none>", "")),
        ("<none>@<none>", Reference("<none>", "", "<none>")),
        ("docker.io/library/x:", Reference("docker.io/library/x", "", "")),
        ("x@", Reference("x", "", "")),
        (":tag", Reference("", "tag", "")),
        ("", Reference("", "", "")),
        ("-x", Reference("-x", "", "")),
        ("a..b/c", Reference("a..b/c", "", "")),
        ("x:" + "t" * 129, Reference("x", "t" * 129, "")),
    ],
)
def test_what_is_no_reference_keeps_its_parts_as_they_are(text: str, expected: Reference) -> None:
    """The engine says what is wrong with it; docker shows it unchanged too."""
    assert parse_reference(text) == expected


@given(st.text(alphabet="ab/.:@-_<>A0 ", max_size=20))
def test_only_the_name_of_docker_hub_is_taken_away(text: str) -> None:
    """Nothing is added, and all that follows stands in one of the parts."""

    def without_separators(text: str) -> str:
        return text.replace(":", "").replace("@", "")

    assert without_separators(text).endswith(without_separators(str(parse_reference(text))))


@pytest.mark.parametrize("text", ["a", "a/b:Tag", "localhost:5000/a", "HOST/a", f"a@sha256:{'0' * 64}", "[::1]:5000/a"])
def test_what_an_image_could_be_named(text: str) -> None:
    """Capitals only where the registry or the tag is."""
    assert is_reference(text)


@pytest.mark.parametrize("text", ["", "A", "a/B", "a:", "a b", "a:b:c", "0" * 64, "<none>", "a@b", "-a", "a//b", "a/"])
def test_what_no_image_could_be_named(text: str) -> None:
    """An id is none either."""
    assert not is_reference(text)
