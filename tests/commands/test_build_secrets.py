"""`build` and secrets: they are where they are wanted, and nowhere else."""

from __future__ import annotations

import hashlib
import logging
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from dockmagic import build, history
from dockmagic.builder.image_build import prepare
from dockmagic.engine.container_spec.values import Here
from dockmagic.errors import BuildError, UsageError
from dockmagic.masking import MASK
from dockmagic.widgets.build_view import BuildView
from tests.commands.builds import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dockmagic import Engine
    from tests.conftest import DockerCli

READ = "FROM bb:1\nRUN --mount=type=secret,id=token sha256sum </run/secrets/token # {}\n"


@pytest.fixture
def secret() -> str:
    """Return a secret that occurs nowhere else."""
    return f"hunter-{uuid.uuid4().hex}"


@pytest.fixture
def reading() -> str:
    """Return a Dockerfile whose only step prints the checksum of the secret `token`."""
    return READ.format(uuid.uuid4().hex)


def checksum(text: str) -> str:
    """As sha256sum prints it."""
    return f"{hashlib.sha256(text.encode()).hexdigest()}  -"


@pytest.mark.parametrize("kind", ["file", "variable", "variable of that name", "text", "bytes", "path"])
def test_a_secret_is_there_for_the_run_that_asks_for_it(
    engine: Engine, label: str, reading: str, secret: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docker's options name it, or as values of a dict."""
    path = tmp_path / "token"
    path.write_text(secret)
    monkeypatch.setenv("DMT_TOKEN", secret)
    if kind == "variable of that name":
        monkeypatch.setenv("token", secret)
    given: dict[str, Any] = {
        "file": f"id=token,src={path}",
        "variable": ["id=token,env=DMT_TOKEN"],
        "variable of that name": "id=token",
        "text": {"token": secret},
        "bytes": {"token": secret.encode()},
        "path": {"token": path},
    }
    made = Made(engine, "buildkit", label)
    made(None, reading, secret=given[kind])
    assert checksum(secret) in made.printed


def test_a_secrets_value_occurs_nowhere(
    engine: Engine,
    label: str,
    reading: str,
    secret: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    docker_cli: DockerCli,
) -> None:
    """Not in the output, the log, the view, the frames, the errors, or the image's history."""
    shown: list[Mapping[str, str]] = []

    def display(bundle: Mapping[str, str]) -> Callable[[Mapping[str, str]], object]:
        shown.append(bundle)
        return shown.append

    caplog.set_level(logging.DEBUG)
    given = {"token": secret}
    frame = build(
        engine, dockerfile=reading, secret=given, tags="dmt-secret:1", labels=[label], watcher=BuildView(display)
    )
    steps = build(engine, dockerfile=reading, secret=given, labels=[label], steps=True)
    with pytest.raises(BuildError) as caught:
        build(engine, dockerfile=f"{reading}RUN --mount=type=secret,id=token false\n", secret=given, labels=[label])
    error = caught.value
    assert error.steps is not None
    said = [
        capfd.readouterr().out,
        caplog.text,
        *(text for bundle in shown for text in bundle.values()),
        *(each.to_string() + each.to_html() + repr(each.attrs) for each in (frame, steps, error.steps)),
        *(str(error), repr(error), repr(vars(error)), error.log),
        history(engine, "dmt-secret:1", no_trunc=True).to_string(),
        docker_cli("history", "--no-trunc", "dmt-secret:1"),
        docker_cli("image", "inspect", "dmt-secret:1"),
    ]
    assert len("".join(said)) > 1000
    assert [text for text in said if secret in text] == []


def everything(shown: list[Mapping[str, str]], error: BuildError) -> str:
    """All that a build that failed has shown, and all that is kept of it."""
    assert error.steps is not None
    frame = error.steps.to_string() + error.steps.to_html() + repr(error.steps.to_dict())
    views = "".join(text for bundle in shown for text in bundle.values())
    return f"{views}{frame}{error}{error!r}{vars(error)!r}{error.log}"


PRINTING = {
    "at once": "cat /run/secrets/token",
    "among other words": 'echo "Authorization: Bearer $(cat /run/secrets/token);"',
    "in two pieces": "head -c 9 /run/secrets/token; sleep 0.1; tail -c +10 /run/secrets/token",
    "without a line's end": "printf %s $(cat /run/secrets/token)",
    "to the other stream": "cat /run/secrets/token >&2",
    "as a trace of the shell": "set -x; TOKEN=$(cat /run/secrets/token); : $TOKEN",
}


@pytest.mark.parametrize("how", PRINTING)
def test_a_secret_that_a_step_prints_is_masked(engine: Engine, label: str, secret: str, how: str) -> None:
    """In what is shown meanwhile, and in the error's log."""
    shown: list[Mapping[str, str]] = []

    def display(bundle: Mapping[str, str]) -> Callable[[Mapping[str, str]], object]:
        shown.append(bundle)
        return shown.append

    dockerfile = f"FROM bb:1\nRUN --mount=type=secret,id=token {PRINTING[how]}; echo and so on; false\n"
    with pytest.raises(BuildError) as caught:
        build(engine, dockerfile=dockerfile, secret={"token": secret}, labels=[label], watcher=BuildView(display))
    assert secret not in everything(shown, caught.value)
    assert MASK in caught.value.log
    assert "and so on" in caught.value.log


def test_a_secret_of_several_lines_is_masked_line_by_line(engine: Engine, label: str, tmp_path: Path) -> None:
    """A private key, say."""
    lines = [uuid.uuid4().hex for _ in range(3)]
    (tmp_path / "key").write_text("\n".join(lines))
    made = Made(engine, "buildkit", label)
    run = f"RUN --mount=type=secret,id=key cat /run/secrets/key; echo; echo the last is {lines[2]}\n"
    made(None, f"FROM bb:1\n{run}", secret=f"id=key,src={tmp_path / 'key'}")
    assert [line for line in made.lines if any(each in line for each in lines)] == []
    assert [line for line in made.printed if MASK in line] == [MASK, MASK, MASK, f"the last is {MASK}"]


def test_an_argument_that_is_called_like_a_secret_is_masked(made: Made, secret: str) -> None:
    """BuildKit has its value in the names of steps, and a RUN may print it. Others are shown."""
    dockerfile = "FROM bb:1\nARG API_TOKEN\nARG COLOUR\nRUN echo $API_TOKEN in $COLOUR\nRUN echo $API_TOKEN; exit 3\n"
    given = {"API_TOKEN": secret, "COLOUR": "teal"}
    with pytest.raises(BuildError) as caught:
        made(None, dockerfile, build_args=given)
    assert secret not in everything([{"text/plain": "\n".join(made.lines)}], caught.value)
    assert f"{MASK} in teal" in made.printed
    assert caught.value.exit_code == 3


def test_a_password_in_an_arguments_address_is_masked(made: Made, secret: str) -> None:
    """A proxy's, say."""
    made(
        None,
        "FROM bb:1\nARG INDEX\nRUN echo from $INDEX\n",
        build_args={"INDEX": f"https://me:{secret}@pypi.example/simple"},
    )
    assert f"from https://me:{MASK}@pypi.example/simple" in made.printed
    assert secret not in "\n".join(made.lines)


def test_a_secret_is_not_in_the_repr_of_a_build(engine: Engine, secret: str) -> None:
    """Which a traceback could show."""
    here = Here({"DMT": secret}, lambda: engine.api_version)
    for given in ("id=token,env=DMT", {"token": secret}):
        options = {"secret": given}
        prepared = prepare(engine, None, dockerfile="FROM bb:1", options=options, here=here)
        assert secret not in repr(prepared)


def test_a_secret_that_was_not_given_fails_the_build_if_it_is_required(engine: Engine, label: str) -> None:
    """The step says which."""
    with pytest.raises(BuildError, match="other"):
        build(
            engine,
            dockerfile="FROM bb:1\nRUN --mount=type=secret,id=other,required=true true\n",
            secret={"token": "x"},
            labels=[label],
            progress="none",
        )


def test_a_secret_needs_buildkit(engine: Engine, secret: str) -> None:
    """The classic builder would have no way to keep it."""
    with pytest.raises(UsageError, match="--secret needs BuildKit") as caught:
        build(engine, dockerfile="FROM bb:1\n", secret={"token": secret}, builder="classic")
    assert secret not in str(caught.value)
