from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from dockmagic.frames.containers import CONTAINERS
from dockmagic.frames.ids import short_id
from dockmagic.frames.schema import to_frame

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"


def cell(name: str, **row: Any) -> Any:
    """One cell of the frame of one container; None for what is missing."""
    value = to_frame([row], CONTAINERS)[name].to_list()[0]
    return None if not isinstance(value, (list, dict)) and pd.isna(value) else value


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["/web"], "web"),
        (["/other/alias", "/web"], "web"),
        (["/other/alias"], "other/alias"),
        ([], None),
        (None, None),
        ("/web", None),
        ([5, "/web"], "web"),
    ],
)
def test_the_name_is_the_containers_own(names: Any, expected: str | None) -> None:
    """A name with a slash inside is a link of another container to this one."""
    assert cell("name", Names=names) == expected


@pytest.mark.parametrize(
    ("image", "image_id", "expected"),
    [
        ("busybox:1", DIGEST, "busybox:1"),
        ("docker.io/library/busybox:1", DIGEST, "busybox:1"),
        (f"busybox:1@{DIGEST}", "sha256:1", "busybox:1"),
        (f"busybox@{DIGEST}", "sha256:1", "busybox"),
        (DIGEST, DIGEST, HEX[:12]),
        (HEX, DIGEST, HEX[:12]),
        (HEX[:12], DIGEST, HEX[:12]),
        (HEX, "sha256:1", HEX),
        ("", DIGEST, None),
        (None, DIGEST, None),
    ],
)
def test_the_image_is_shown_as_by_docker_ps(image: Any, image_id: str, expected: str | None) -> None:
    """Without its digest; one that lost its name by its short id; docker's <no image> is missing."""
    assert cell("image", Image=image, ImageID=image_id) == expected


@pytest.mark.parametrize(
    ("status", "health", "expected"),
    [
        ("Up 3 hours (healthy)", None, "healthy"),
        ("Up 3 hours (unhealthy)", None, "unhealthy"),
        ("Up 1 second (health: starting)", None, "starting"),
        ("Up 3 hours", None, None),
        ("Up 3 hours (Paused)", None, None),
        ("Exited (0) 3 hours ago", None, None),
        ("Up 3 hours", {"Status": "unhealthy", "FailingStreak": 4}, "unhealthy"),
        ("Up 3 hours (healthy)", {"Status": "none"}, None),
        ("Up 3 hours (healthy)", {"Status": ""}, "healthy"),
        ("Up 3 hours", {"Status": "tired"}, "tired"),
        (None, 5, None),
    ],
)
def test_health_is_told_by_an_object_or_by_the_status(status: Any, health: Any, expected: str | None) -> None:
    """From API 1.52 on and before; a word that is new is kept."""
    assert cell("health", Status=status, Health=health) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Exited (0) 3 hours ago", 0),
        ("Exited (137) 3 hours ago", 137),
        ("Exited (3221225786) 3 hours ago", 3221225786),
        ("Exited (-1073741510) 3 hours ago", -1073741510),
        ("Restarting (1) 5 seconds ago", 1),
        ("Up 3 hours (healthy)", None),
        ("Created", None),
        ("Exited (" + "9" * 5000 + ")", None),
        (None, None),
    ],
)
def test_the_exit_code_is_read_from_the_status(status: Any, expected: int | None) -> None:
    """The list tells it nowhere else; Windows has codes beyond 31 bits."""
    assert cell("exit_code", Status=status) == expected


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ([{"Name": "data", "Source": "/var/lib/x"}, {"Source": "/srv"}, {"Type": "tmpfs"}], ["data", "/srv", ""]),
        (None, []),
        ([None, 5], []),
    ],
)
def test_a_mount_is_its_volumes_name_or_its_path(mounts: Any, expected: list[str]) -> None:
    """As docker writes them; what is in memory has neither."""
    assert cell("mounts", Mounts=mounts) == expected


def test_a_state_that_is_new_is_kept() -> None:
    """As a category behind those that are known."""
    frame = to_frame([{"State": "hibernating"}, {"State": "running"}], CONTAINERS)
    assert frame["state"].to_list() == ["hibernating", "running"]
    assert frame["state"].cat.categories[-1] == "hibernating"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(DIGEST, HEX[:12]), (HEX, HEX[:12]), ("sha512:abc", "abc"), ("abc", "abc"), ("", "")],
)
def test_a_short_id_is_twelve_digits_without_the_hashs_name(text: str, expected: str) -> None:
    """Of whichever hash."""
    assert short_id(text) == expected
    assert short_id(text, no_trunc=True) == text
