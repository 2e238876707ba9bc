from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dockmagic.engine.container_spec.values import Here
from dockmagic.engine.container_spec.volumes import volumes
from dockmagic.errors import UsageError

HERE = Here({"HOME": "/home/me"}, lambda: "1.41", directory="/here")


def mounted(*texts: str, here: Here = HERE) -> tuple[list[str], list[str]]:
    """What is bound, and the targets of anonymous volumes."""
    made = volumes({"volumes": texts}, here)
    return made.get("HostConfig", {}).get("Binds", []), list(made["Volumes"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name:/a", "name:/a"),
        ("name:/a:ro", "name:/a:ro"),
        ("/srv:/a:ro,z", "/srv:/a:ro,z"),
        ("./x:/y", "/here/x:/y"),
        ("../x:/y:ro", "/x:/y:ro"),
        (".:/y", "/here:/y"),
        (".hidden:/y", "/here/.hidden:/y"),
        ("rel/x:/y", "rel/x:/y"),
        ("~:/y", "/home/me:/y"),
        ("~/x:/y", "/home/me/x:/y"),
        (r"c:\a:/b", r"c:\a:/b"),
        ("c:/a:/b:ro", "c:/a:/b:ro"),
        (r"name:C:\data", r"name:C:\data"),
    ],
)
def test_a_path_that_begins_with_a_dot_starts_here(text: str, expected: str) -> None:
    """As with docker; ~ is home, which is the shell's work on a command line. The rest is for the engine to read."""
    assert mounted(text) == ([expected], [])


def test_a_path_starts_in_the_processs_own_directory_if_no_other_is_given() -> None:
    """Where the notebook runs."""
    assert mounted("./x:/y", here=HERE._replace(directory="")) == ([f"{Path.cwd() / 'x'}:/y"], [])


@pytest.mark.parametrize("text", ["/a", r"c:\data"])
def test_a_target_alone_is_an_anonymous_volume(text: str) -> None:
    """The engine makes and names it."""
    assert mounted(text) == ([], [text])


def test_a_volume_that_is_given_twice_counts_once() -> None:
    """As with docker."""
    assert mounted("a1:/a", "a1:/a", "/b", "/b") == (["a1:/a"], ["/b"])


@pytest.mark.parametrize(
    "text", ["", "name", "./x", ":/a", "/a:", "/a:b", "data:relative", "/a:ro", "/a:/b:", "/a:/b:ro:x", "::", ":"]
)
def test_a_volume_without_a_path_in_the_container_is_refused(text: str) -> None:
    """Docker or the engine would refuse it, later and less clearly."""
    with pytest.raises(UsageError, match="a volume is written"):
        mounted(text)


@pytest.mark.parametrize("text", ["$PWD:/here", "${HOME}/x:/y", "~other/x:/y"])
def test_what_only_a_shell_would_expand_is_told_so(text: str) -> None:
    """It would reach the engine as a volume's name."""
    with pytest.raises(UsageError, match=r"no shell reads .* here: write the path, or \{name\} for a Python value"):
        mounted(text)


def test_without_a_home_there_is_no_tilde() -> None:
    """It is not guessed."""
    with pytest.raises(UsageError, match="no shell reads '~/x' here"):
        mounted("~/x:/y", here=HERE._replace(environ={}))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"data": "/data"}, ["data:/data"]),
        ({"./x": {"bind": "/y", "mode": "ro"}}, ["./x:/y:ro"]),
        ({Path("/srv"): {"bind": Path("/y")}}, ["/srv:/y"]),
        ("data:/data", ["data:/data"]),
    ],
)
def test_a_dict_of_volumes_is_what_would_be_typed(value: Any, expected: list[str]) -> None:
    """As docker-py takes it, or shorter."""
    assert volumes({"volumes": value}, HERE) == volumes({"volumes": expected}, HERE)


@pytest.mark.parametrize("value", [{"data": {}}, {"data": {"mode": "ro"}}, {"data": True}, {"data": None}, None, 5])
def test_a_dict_without_a_target_is_refused(value: Any) -> None:
    """In words, not as an error of Python."""
    with pytest.raises(UsageError, match="--volume"):
        volumes({"volumes": value}, HERE)
