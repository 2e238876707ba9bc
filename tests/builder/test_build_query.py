"""Options of a build become a query and secrets. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dockmagic.builder.build_query import build_query, known_build_options, secrets
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "1.41", "1.45"


def here(version: str = NEW, **environ: str) -> Here:
    """This side, and an engine of that version."""
    return Here(environ, lambda: version)


def said(options: dict[str, Any], *, buildkit: bool = True, version: str = NEW) -> dict[str, Any]:
    """The parameters that are sent."""
    query = build_query(options, buildkit=buildkit, here=here(version))
    return {name: value for name, value in query.items() if value is not None}


def test_what_is_not_said_is_not_sent() -> None:
    """The engine has its defaults."""
    assert said({}) == {}
    assert said({"rm": True, "no_cache": False}) == {}
    assert said({"rm": False, "no_cache": True}, buildkit=False) == {"rm": "0", "nocache": True}


@pytest.mark.parametrize(
    ("options", "version"),
    [
        ({"rm": False}, NEW),
        ({"memory": "64m"}, NEW),
        ({"memory_swap": -1}, NEW),
        ({"cpu_shares": 1}, NEW),
        ({"cpuset_mems": "0"}, NEW),
        ({"cgroup_parent": "/x"}, NEW),
        ({"security_opt": "x"}, NEW),
        ({"squash": True}, NEW),
        ({"shm_size": "1m"}, OLD),
        ({"ulimit": "nofile=1"}, OLD),
    ],
)
def test_what_buildkit_takes_no_notice_of_is_refused(options: dict[str, Any], version: str) -> None:
    """A limit that is not kept is worse than an error; the classic builder keeps them all."""
    with pytest.raises(UsageError, match="needs --builder classic"):
        said(options, version=version)
    assert len(said(options, buildkit=False, version=version)) == 1


def test_newer_engines_buildkit_knows_more() -> None:
    """From Docker 23 on."""
    assert said({"shm_size": "1m"}) == {"shmsize": 1 << 20}


def test_what_asks_for_nothing_is_not_refused() -> None:
    """squash=False is as if it were not there."""
    assert said({"squash": False}) == {}


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        ("id=a,env=B", {"B": "value"}, b"value"),
        ("id=a", {"a": "value"}, b"value"),
        ("type=env,id=a,src=B", {"B": "value"}, b"value"),
        ("ID=a,ENV=B", {"B": "value"}, b"value"),
        ("id=a,src={path}", {}, b"of the file"),
        ("type=file,id=a,source={path}", {}, b"of the file"),
        ('"id=a","src={path}"', {}, b"of the file"),
        ("id=a,src={path}", {"a": "not this"}, b"of the file"),
    ],
)
def test_secrets_are_read_from_where_docker_reads_them(
    text: str, environ: dict[str, str], expected: bytes, tmp_path: Path
) -> None:
    """A variable, a file, or whatever has the id for its name."""
    path = tmp_path / "secret"
    path.write_bytes(b"of the file")
    assert secrets(text.format(path=path), here(**environ)) == {"a": expected}


def test_secrets_of_a_dict_are_values_or_paths(tmp_path: Path) -> None:
    """A text is the secret itself."""
    path = tmp_path / "secret"
    path.write_bytes(b"\x00binary")
    given = {"a": "text", "b": b"bytes", "c": path}
    assert secrets(given, here()) == {"a": b"text", "b": b"bytes", "c": b"\x00binary"}


@pytest.mark.parametrize(
    "text", ["hunter2", "src=x", 'id=a,"hunter2', "id=a,what=x", "type=vault,id=a", "id=a,env=NOWHERE", ""]
)
def test_a_secret_that_is_written_wrongly_is_refused(text: str) -> None:
    """With how it is written, and without what was: it may be the secret itself."""
    with pytest.raises(UsageError, match=r"^--secret") as caught:
        secrets(text, here())
    assert "hunter2" not in str(caught.value)


def test_an_option_that_there_is_not_is_refused_with_one_that_is_like_it() -> None:
    """None is as if it were not said."""
    assert known_build_options({"tags": "a", "target": None}) == {"tags": "a"}
    with pytest.raises(UsageError, match=r"there is no option buildargs\. Did you mean build_args?"):
        known_build_options({"buildargs": "A=1"})
