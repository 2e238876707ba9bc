from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmagic.declared import keywords
from dockmagic.engine.container_spec.body import container_body, known_options
from dockmagic.engine.container_spec.table import RunOptions
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

DOCKER_28: dict[str, Any] = {
    "Image": "busybox",
    "AttachStdout": True,
    "AttachStderr": True,
    "HostConfig": {"NetworkMode": "default", "RestartPolicy": {"Name": "no"}, "MemorySwappiness": -1},
}
"""What `docker create busybox` sends, without the hundred members that are null, "", 0, false or empty."""

DEFAULTS: dict[str, Any] = {"HostConfig": {"MemorySwappiness": -1}}
"""Of those, what is also meant when it is not said."""


def body(*command: str, attached: bool = True, **options: Any) -> dict[str, Any]:
    """Return the body for busybox where no variable is set, for an engine of API 1.41."""
    return container_body("busybox", command, options, here=Here({}, lambda: "1.41"), attached=attached)


def said(value: dict[str, Any], but: dict[str, Any]) -> dict[str, Any]:
    """What a body says beyond empty members and `but`."""
    found = {
        key: said(each, but.get(key, {})) if isinstance(each, dict) else each
        for key, each in value.items()
        if but.get(key) != each
    }
    return {key: each for key, each in found.items() if each}


def test_without_options_the_body_means_what_dockers_does() -> None:
    """Nothing but the image, and that somebody may read what it writes."""
    assert said(body(), DEFAULTS) == said(DOCKER_28, DEFAULTS)


def test_the_command_line_is_the_containers_as_it_is() -> None:
    """An empty argument too; without one the image's own is run."""
    assert body("sh", "-c", "")["Cmd"] == ["sh", "-c", ""]
    assert body()["Cmd"] is None


@pytest.mark.parametrize(
    ("attached", "interactive", "expected"),
    [(True, False, "OE"), (True, True, "IOE1"), (False, False, ""), (False, True, "")],
)
def test_what_runs_in_the_background_has_nobody_attached(attached: Any, interactive: Any, expected: str) -> None:
    """Its input is open all the same, if it is to be."""
    made = body(attached=attached, interactive=interactive)
    letters = {"AttachStdin": "I", "AttachStdout": "O", "AttachStderr": "E", "StdinOnce": "1"}
    assert "".join(letter for member, letter in letters.items() if made[member]) == expected
    assert made["OpenStdin"] is interactive


def test_each_value_is_put_in_its_place() -> None:
    """From Python's own values as from text."""
    made = body(memory="64m", cpus=1.5, entrypoint=["sh", "-c"], user=1000, init=False, storage_opt="size=1g")
    host = made["HostConfig"]
    assert (host["Memory"], host["NanoCpus"], host["Init"]) == (67108864, 1_500_000_000, False)
    assert (made["Entrypoint"], made["User"], host["StorageOpt"]) == (["sh", "-c"], "1000", {"size": "1g"})


def test_none_is_not_said() -> None:
    """So that a variable can be passed on, whether it has a value or not."""
    assert body(memory=None, env=None, network=None) == body()


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        (["HostConfig.Memory=5"], ("HostConfig", "Memory"), 5),
        ('HostConfig.CapAdd=["ALL"]', ("HostConfig", "CapAdd"), ["ALL"]),
        ({"HostConfig.RestartPolicy": {"Name": "always"}}, ("HostConfig", "RestartPolicy"), {"Name": "always"}),
        (['StopSignal="SIGINT"'], ("StopSignal",), "SIGINT"),
        (["HostConfig.New.Thing=null"], ("HostConfig", "New", "Thing"), None),
        (["HostConfig.Dns=[]", 'HostConfig.Dns=["::1"]'], ("HostConfig", "Dns"), ["::1"]),
        (["Labels={}"], ("Labels",), {}),
    ],
)
def test_any_member_can_be_set(given: Any, path: tuple[str, ...], expected: Any) -> None:
    """Over what the options say, as JSON or as a Python value."""
    made: Any = body(set=given, memory="1g", stop_signal="TERM", labels=["a=1"])
    for name in path:
        made = made[name]
    assert made == expected


@pytest.mark.parametrize(
    "given",
    [
        "HostConfig.Memory",
        "HostConfig.X=SIGINT",
        "HostConfig.X={",
        "=1",
        "hostconfig.Memory=1",
        "A..B=1",
        ".A=1",
        "A.=1",
        "",
        {"": 1},
        {5: 1},
        5,
        "HostConfig.X=NaN",
        "HostConfig.X=[1, -Infinity]",
        "HostConfig.X=1e999",
        {"HostConfig.X": float("nan")},
        {"HostConfig.X": {"a": [float("inf")]}},
    ],
)
def test_what_sets_no_member_is_refused(given: Any) -> None:
    """The engine would take no notice of it."""
    with pytest.raises(UsageError, match="--set"):
        body(set=given)


def test_options_that_do_not_go_together_are_refused() -> None:
    """As by docker, which removes no container that starts again."""
    with pytest.raises(UsageError, match="--rm does not go with --restart"):
        body(rm=True, restart="always")
    assert body(rm=True, restart="no")["HostConfig"]["AutoRemove"] is True
    with pytest.raises(UsageError, match="--log-opt: the driver none takes no options"):
        body(log_driver="none", log_opt={"a": 1})


def test_what_an_engine_is_too_old_for_is_refused() -> None:
    """It would take no notice of it."""
    with pytest.raises(UsageError, match=r"--annotation wants an engine of API 1.43"):
        body(annotation={"a": 1})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("memry", "there is no option memry. Did you mean memory?"),
        ("label", "there is no option label. Did you mean labels?"),
        ("\x1b[2J", "there is no option [2J. set={'HostConfig.X': value} says anything"),
    ],
)
def test_an_unknown_option_names_the_one_that_is_nearest(name: str, expected: str) -> None:
    """Python itself would say less."""
    with pytest.raises(UsageError) as caught:
        known_options({name: 1})
    assert str(caught.value) == expected


@pytest.mark.parametrize("value", [5, True, ["a"], {"a": 1}])
def test_a_value_of_another_kind_is_told_with_its_flag(value: Any) -> None:
    """In one line, whatever it is."""
    with pytest.raises(UsageError, match=r"^--memory-swap "):
        body(memory_swap=[value])


VALUES = st.one_of(
    st.text(alphabet='a1=:,./"-[]{} \n%', max_size=12),
    st.lists(st.text(alphabet='ab1=:,/"-', max_size=8), max_size=3),
    st.dictionaries(st.text(alphabet="a1/", max_size=3), st.one_of(st.integers(), st.none(), st.booleans(), st.text())),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.binary(max_size=3),
    st.timedeltas(),
)


def made_or_refused(**options: Any) -> str:
    """Return the body as JSON, or the words of the UsageError."""
    try:
        return json.dumps(body(**options))
    except UsageError as error:
        return str(error)


@given(st.dictionaries(st.sampled_from([each.name for each in keywords(RunOptions)]), VALUES, max_size=4))
def test_no_value_of_an_option_raises_anything_else(options: dict[str, Any]) -> None:
    """It is a body that JSON can hold, or a UsageError in one line."""
    assert len(made_or_refused(**options).splitlines()) == 1


@pytest.mark.parametrize("name", [each.name for each in keywords(RunOptions)])
@given(value=VALUES)
@settings(max_examples=40)
def test_no_option_raises_anything_else(name: str, value: Any) -> None:
    """Each alone."""
    assert len(made_or_refused(**{name: value}).splitlines()) == 1
