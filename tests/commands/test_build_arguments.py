"""`build` in Python: what is given for a context, a Dockerfile or a value, and what can be none."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dockmagic import build
from dockmagic.errors import UsageError
from dockmagic.masking import MASK

if TYPE_CHECKING:
    from dockmagic import Engine
    from tests.commands.builds import Context, Made

FROM = "FROM bb:1\n"
HALF = "\ud800"


def test_a_path_is_text_bytes_or_a_path(made: Made, context: Context) -> None:
    """As everywhere in Python; the Dockerfile's too."""
    where = context("", a="a")
    (Path(where) / "other").write_text(f"{FROM}COPY a /\n")
    paths: tuple[Any, ...] = (where, os.fsencode(where), Path(where))
    frames = [made(path, file=Path(where) / "other") for path in paths]
    assert len({frame["id"].iloc[0] for frame in frames}) == 1


@pytest.mark.parametrize(
    ("path", "options", "complaint"),
    [
        (5, {}, "the build context is a path or a URL, not int"),
        ("x" * 5000, {}, "cannot be looked at: File name too long"),
        ("no\0where", {}, "does not exist"),
        (None, {"dockerfile": b"FROM bb:1"}, "dockerfile is a Dockerfile's text, not bytes"),
        (None, {"dockerfile": Path("Dockerfile")}, r"not PosixPath\n  Its path is given as file="),
        (None, {"dockerfile": f"{FROM}# {HALF}"}, "the Dockerfile has half a character in it"),
        (None, {"dockerfile": FROM, "build_args": {"A": HALF}}, "buildargs cannot be sent: half a character"),
        (None, {"dockerfile": FROM, "build_args": {"A_TOKEN": HALF}}, "buildargs cannot be sent: half a character"),
        (None, {"dockerfile": FROM, "labels": {"a": HALF}}, "labels cannot be sent: half a character"),
        (None, {"dockerfile": FROM, "secret": {"a": f"{HALF}s3cr3t"}}, "the value of a has half a character in it"),
    ],
)
def test_what_can_be_none_is_refused(engine: Engine, path: Any, options: dict[str, Any], complaint: str) -> None:
    """In words that say which it is, without a secret's value."""
    with pytest.raises(UsageError, match=complaint) as caught:
        build(engine, path, builder="buildkit", progress="none", **options)
    assert "s3cr3t" not in str(caught.value)


def test_a_directory_that_nobody_may_enter_is_no_traceback(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop of links stands in for it: root may enter everything."""
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"the build context .*loop/below"):
        build(engine, "loop/below")


def test_a_variable_may_be_no_text(engine: Engine, label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret is bytes, as an environment has them."""
    monkeypatch.setenv("DMT_BYTES", os.fsdecode(b"\xff\xfe1234"))
    run = "RUN --mount=type=secret,id=x test $(wc -c </run/secrets/x) = 6"
    frame = build(engine, dockerfile=f"{FROM}{run}\n", secret="id=x,env=DMT_BYTES", labels=[label], progress="none")
    assert len(frame) == 1


def test_the_proxies_of_config_json_are_arguments(made: Made, isolated: Path) -> None:
    """As with docker: a RUN knows them, in both spellings, unless the build says another one. A password is masked."""
    proxies = {"default": {"httpProxy": "http://me:s3cr3t@proxy.example:3128", "noProxy": "localhost"}}
    (isolated / ".docker").mkdir()
    (isolated / ".docker" / "config.json").write_text(json.dumps({"proxies": proxies}))
    made(
        None,
        f'{FROM}RUN echo "$HTTP_PROXY $http_proxy $NO_PROXY $no_proxy"\n',
        build_args=["NO_PROXY=mine", "no_proxy=mine"],
        no_cache=True,
    )
    address = f"http://me:{MASK}@proxy.example:3128"
    assert f"{address} {address} mine mine" in made.printed
    assert "s3cr3t" not in "\n".join(made.lines)
