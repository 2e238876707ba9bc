from __future__ import annotations

from typing import Any

import pytest

from dockmagic.engine.container_spec.mounts import mounts, tmpfs
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

HERE = Here({"HOME": "/home/me"}, lambda: "1.45", directory="/here")


def mount(value: Any, here: Here = HERE) -> dict[str, Any]:
    """Return the one mount of `value`."""
    (made,) = mounts({"mount": value}, here)["HostConfig"]["Mounts"]
    return dict(made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dst=/d", {"Type": "volume", "Target": "/d"}),
        ("TYPE=Bind,src=./x,dst=/d,ro", {"Type": "bind", "Source": "/here/x", "Target": "/d", "ReadOnly": True}),
        ("type=bind,src=~/x,dst=/d", {"Type": "bind", "Source": "/home/me/x", "Target": "/d"}),
        ("dst=/d,readonly=false", {"Type": "volume", "Target": "/d", "ReadOnly": False}),
        ("type=bind,dst=/d,consistency=Cached", {"Type": "bind", "Target": "/d", "Consistency": "cached"}),
        (
            "dst=/d,volume-nocopy,volume-opt=a=b=c",
            {
                "Type": "volume",
                "Target": "/d",
                "VolumeOptions": {"Labels": {}, "NoCopy": True, "DriverConfig": {"Options": {"a": "b=c"}}},
            },
        ),
        (
            "type=tmpfs,dst=/d,tmpfs-size=1m,tmpfs-mode=1770",
            {"Type": "tmpfs", "Target": "/d", "TmpfsOptions": {"SizeBytes": 1048576, "Mode": 0o1770}},
        ),
        (
            "type=image,src=bb:1,dst=/d,image-subpath=a",
            {
                "Type": "image",
                "Source": "bb:1",
                "Target": "/d",
                "ImageOptions": {"Subpath": "a"},
            },
        ),
        (
            "type=bind,src=/s,dst=/d,ro,bind-recursive=readonly,bind-propagation=rprivate",
            {
                "Type": "bind",
                "Source": "/s",
                "Target": "/d",
                "ReadOnly": True,
                "BindOptions": {"ReadOnlyForceRecursive": True, "Propagation": "rprivate"},
            },
        ),
    ],
)
def test_a_mount_is_read_as_by_docker(text: str, expected: dict[str, Any]) -> None:
    """Keys in any case, later ones of the same kind over earlier ones."""
    assert mount(text) == mount([text]) == expected


def test_a_mount_may_be_a_dict() -> None:
    """Its keys are those of the text."""
    written = {"type": "bind", "source": "/a,b", "target": "/d", "readonly": True}
    assert mount(written) == {"Type": "bind", "Source": "/a,b", "Target": "/d", "ReadOnly": True}


def test_without_mounts_nothing_is_said() -> None:
    """And several are several."""
    assert mounts({}, HERE) == {}
    assert len(mounts({"mount": ["dst=/a", {"dst": "/b"}]}, HERE)["HostConfig"]["Mounts"]) == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("type=bind,src=/s,dst=/d,bind-recursive=readonly", "bind-recursive=readonly wants readonly too"),
        ("type=bind,src=/s,dst=/d,bind-recursive=writable", "bind-recursive=writable wants readonly too"),
        ("type=bind,src=/s,dst=/d,ro,bind-recursive=readonly", "wants bind-propagation=rprivate too"),
        ("type=bind,src=/s,dst=/d,bind-recursive=x", "bind-recursive is one of enabled, disabled"),
        ("type=,dst=/d", "the type is empty"),
        ("dst=/d,tmpfs-size=x", "wants a size"),
        ("type=tmpfs,dst=/d,tmpfs-mode=8", "an octal number such as 1770"),
        ("type=tmpfs,dst=/d,bind-propagation=x", "bind-[*] are no options of a mount of type tmpfs"),
        ("dst=/d,,", "'' is not KEY=VALUE"),
    ],
)
def test_a_mount_that_docker_would_refuse_is_refused(text: str, complaint: str) -> None:
    """Before anything is made."""
    with pytest.raises(UsageError, match=f"--mount.*{complaint}"):
        mount(text)


def test_an_engine_that_would_take_no_notice_is_too_old() -> None:
    """It would mount what is below without protecting it."""
    text = "type=bind,src=/s,dst=/d,ro,bind-recursive=readonly,bind-propagation=rprivate"
    with pytest.raises(UsageError, match=r"wants an engine of API 1.44"):
        mount(text, Here({}, lambda: "1.41"))


@pytest.mark.parametrize("value", [["/a:size=1m,mode=1777", "/b"], {"/a": "size=1m,mode=1777", "/b": ""}])
def test_a_tmpfs_has_options_for_the_engine_to_read(value: Any) -> None:
    """Or none."""
    assert tmpfs(value) == {"/a": "size=1m,mode=1777", "/b": ""}
