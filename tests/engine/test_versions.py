from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmagic.engine.endpoint import Endpoint
from dockmagic.engine.versions import NEWEST, OLDEST, common_version, pinned_version, version_mismatch
from dockmagic.errors import ProtocolError, UsageError, VersionMismatch

LAB = Endpoint(host="tcp://lab:2376", scheme="tcp", hostname="lab", port=2376, source="a test says so")


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ("1.41", "1.41"),
        ("1.43", "1.43"),
        ("1.45", "1.45"),
        ("1.52", "1.45"),
        ("1.100", "1.45"),
        ("2.0", "1.45"),
        ("", "1.45"),
    ],
)
def test_the_newest_version_that_both_know_is_spoken(theirs: str, expected: str) -> None:
    """Compared as numbers: 1.100 is newer than 1.45. An engine that does not tell is asked for ours."""
    assert (OLDEST, NEWEST) == ("1.41", "1.45")
    assert common_version(LAB, theirs) == expected


@pytest.mark.parametrize("theirs", ["1.40", "1.24", "1.9", "0.100"])
def test_an_engine_that_is_too_old_is_told_with_both_ranges(theirs: str) -> None:
    """And what to do about it."""
    with pytest.raises(VersionMismatch) as caught:
        common_version(LAB, theirs)
    assert f"speaks API {theirs}; dockmagic speaks 1.41 to 1.45" in caught.value.message
    assert caught.value.hint == "Update the older of the two; DOCKER_API_VERSION=1.x insists on a version."


@pytest.mark.parametrize("theirs", ["latest", "1", "1.45.0", " 1.45", "1.45\n", "1.\uff14\uff15", "1.9999", "-1.45"])
def test_what_is_no_version_comes_from_no_engine(theirs: str) -> None:
    """A proxy that answers for everything, say."""
    with pytest.raises(ProtocolError, match="names no API version but"):
        common_version(LAB, theirs)


@given(st.text(max_size=20))
def test_whatever_is_told_is_a_version_or_an_error(theirs: str) -> None:
    """What is spoken lies between ours."""
    try:
        found = common_version(LAB, theirs)
    except (ProtocolError, VersionMismatch):
        return
    assert 41 <= int(found.removeprefix("1.")) <= 45


@pytest.mark.parametrize(("version", "expected"), [(None, None), ("", None), ("1.41", "1.41"), ("1.99", "1.99")])
def test_a_pinned_version_is_taken_as_it_is(version: str | None, expected: str | None) -> None:
    """It may be newer than ours: whoever pins it knows why."""
    assert pinned_version(version) == expected


def test_a_pinned_version_that_is_none_is_a_usage_error() -> None:
    """With one that is right."""
    with pytest.raises(UsageError, match=r"DOCKER_API_VERSION='new' is no version; it looks like 1\.45"):
        pinned_version("new")


def test_a_pinned_version_older_than_ours_is_refused() -> None:
    """Frames are read from what 1.41 and newer answer."""
    with pytest.raises(VersionMismatch, match=r"DOCKER_API_VERSION=1\.40 is older than what dockmagic speaks"):
        pinned_version("1.40")


@pytest.mark.parametrize(
    ("newest", "words", "expected"),
    [
        (
            "1.60",
            "client version 1.45 is too old. Minimum supported API version is 1.50, please upgrade",
            "speaks API 1.50 to 1.60; dockmagic speaks 1.41 to 1.45 (client version 1.45 is too old. Minimum",
        ),
        ("", "Minimum supported API version is 1.50", "speaks API 1.50; dockmagic speaks 1.41 to 1.45"),
        ("1.40", "", "speaks API 1.40; dockmagic speaks 1.41 to 1.45"),
        ("", "too new", "speaks API others; dockmagic speaks 1.41 to 1.45 (too new)"),
    ],
)
def test_a_mismatch_names_what_is_known_of_both_ranges(newest: str, words: str, expected: str) -> None:
    """Docker 29.0 to 29.2 speak no version below 1.44, and say so in words."""
    assert expected in version_mismatch(LAB, newest, words).message
