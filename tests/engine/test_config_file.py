from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dockmagic.engine.config_file import DockerConfig, read_config, save_current_context
from dockmagic.errors import DockMagicError, UsageError
from tests.engines.programs import client_version

DOCKER = shutil.which("docker")
ROOT = hasattr(os, "getuid") and os.getuid() == 0
posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are a matter of POSIX")


def write(directory: Path, text: str) -> Path:
    """A config.json with `text` in it."""
    path = directory / "config.json"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def saved(directory: Path, name: str) -> str:
    """The text of config.json once `name` is the current context."""
    save_current_context(directory, name)
    return (directory / "config.json").read_text(encoding="utf-8")


def test_a_missing_file_says_nothing(tmp_path: Path) -> None:
    """That is how docker starts out."""
    assert read_config({"DOCKER_CONFIG": str(tmp_path)}) == DockerConfig(tmp_path, None, {}, "")


@pytest.mark.parametrize("text", ["", " \n", "{}", '{"currentContext": ""}', '{"currentContext": null}'])
def test_a_file_without_a_current_context_means_the_default(tmp_path: Path, text: str) -> None:
    """An empty file is no mistake for docker either."""
    write(tmp_path, text)
    assert read_config({"DOCKER_CONFIG": str(tmp_path)}) == DockerConfig(tmp_path, None, {}, "")


def test_the_current_context_is_read_whatever_its_case(tmp_path: Path) -> None:
    """Go does not mind upper case, and takes the last of several."""
    write(tmp_path, '{"currentContext": "first", "CurrentContext": "lab", "auths": {}}')
    assert read_config({"DOCKER_CONFIG": str(tmp_path)}).current_context == "lab"


def test_the_directory_is_in_the_home_of_the_environment(tmp_path: Path) -> None:
    """DOCKER_CONFIG first, then the home that is given, then the one that the environment names."""
    home = "USERPROFILE" if os.name == "nt" else "HOME"
    assert read_config({"DOCKER_CONFIG": "x"}, home=tmp_path).directory == Path("x")
    assert read_config({"DOCKER_CONFIG": "", home: "y"}, home=tmp_path).directory == tmp_path / ".docker"
    assert read_config({home: str(tmp_path)}).directory == tmp_path / ".docker"
    assert read_config({}).directory == Path.home() / ".docker"


@pytest.mark.parametrize("text", ["{", "[]", '{"currentContext": 1}', "{} x", '{"x": NaN}', "\ufeff{}"])
def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    """It is told when the file is needed: an engine that is named needs none of it."""
    path = write(tmp_path, text)
    config = read_config({"DOCKER_CONFIG": str(tmp_path)})
    assert config.current_context is None
    assert config.error.startswith(f"{path} cannot be understood: ")


def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    """Here it is a directory; a lack of permission looks the same."""
    (tmp_path / "config.json").mkdir()
    assert read_config({"DOCKER_CONFIG": str(tmp_path)}).error.startswith(
        f"{tmp_path / 'config.json'} cannot be read: "
    )


def test_a_store_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    """The current context is known all the same."""
    write(tmp_path, '{"currentContext": "lab"}')
    (tmp_path / "contexts").write_text("")
    config = read_config({"DOCKER_CONFIG": str(tmp_path)})
    assert config.current_context == "lab"
    assert config.error.startswith(f"{tmp_path / 'contexts'} cannot be read: ")


def test_a_new_file_is_the_one_docker_would_write(tmp_path: Path) -> None:
    """With tabs, without a newline at the end; the directory is made."""
    assert saved(tmp_path / "new", "lab") == '{\n\t"auths": {},\n\t"currentContext": "lab"\n}'


@posix
def test_a_new_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    """Credentials may come to stand in it."""
    saved(tmp_path / "new", "lab")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / "config.json").stat().st_mode & 0o777 == 0o600


def test_every_other_key_stays_in_its_order(tmp_path: Path) -> None:
    """Docker's client would drop the keys that it does not know."""
    write(tmp_path, '{"z": [1, 2.5, {"ü": null}], "plugins": {}, "a": 12345678901234567890}')
    expected = (
        '{\n\t"z": [\n\t\t1,\n\t\t2.5,\n\t\t{\n\t\t\t"ü": null\n\t\t}\n\t],\n\t"currentContext": "lab",\n'
        '\t"plugins": {},\n\t"a": 12345678901234567890\n}'
    )
    assert saved(tmp_path, "lab") == expected


def test_a_current_context_is_replaced_where_it_stands(tmp_path: Path) -> None:
    """One key remains, however many spellings there were."""
    write(tmp_path, '{"CurrentContext": "a", "x": 1, "currentcontext": "b"}')
    assert saved(tmp_path, "lab") == '{\n\t"currentContext": "lab",\n\t"x": 1\n}'


def test_default_removes_the_key(tmp_path: Path) -> None:
    """That is how docker writes it."""
    write(tmp_path, '{"currentContext": "lab", "x": 1}')
    assert saved(tmp_path, "default") == '{\n\t"x": 1\n}'


def test_text_is_escaped_as_go_escapes_it(tmp_path: Path) -> None:
    """The file does not change back and forth between docker and us."""
    write(tmp_path, '{"psFormat": "<{{.ID}}> & \\u2028 \\ud83d\\ude00 \\ud800 \\u0001 \\t"}')
    expected = (
        '{\n\t"psFormat": "\\u003c{{.ID}}\\u003e \\u0026 \\u2028 😀 \\ud800 \\u0001 \\t",\n\t"currentContext": "lab"\n}'
    )
    assert saved(tmp_path, "lab") == expected


@pytest.mark.parametrize(("text", "name"), [('{"currentContext":"lab"}', "lab"), ("{}", "default"), ("", "default")])
def test_nothing_is_written_if_nothing_changes(tmp_path: Path, text: str, name: str) -> None:
    """The file keeps its bytes."""
    write(tmp_path, text)
    assert saved(tmp_path, name) == text


def test_default_makes_no_file(tmp_path: Path) -> None:
    """Nor a directory."""
    save_current_context(tmp_path / "new", "default")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["{", "[]", '{"x": NaN}', '{"x": 1e999}', '{"currentContext": 1}'])
def test_a_file_that_is_not_understood_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    """Credentials in it could be lost. The error names the file."""
    path = write(tmp_path, text)
    with pytest.raises(UsageError, match="cannot be understood: ") as refusal:
        save_current_context(tmp_path, "lab")
    assert str(path) in refusal.value.message
    assert [file.read_text() for file in tmp_path.iterdir()] == [text]


@pytest.mark.parametrize("name", ["", "x", "a/b", "a\nb"])
def test_a_name_that_docker_would_not_take_is_refused(tmp_path: Path, name: str) -> None:
    """Docker would fail on the file ever after."""
    with pytest.raises(UsageError, match="is no name of a context"):
        save_current_context(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_the_mode_of_an_existing_file_stays(tmp_path: Path, mode: int) -> None:
    """Whoever could read it still can, and nobody else."""
    path = write(tmp_path, "{}")
    path.chmod(mode)
    saved(tmp_path, "lab")
    assert path.stat().st_mode & 0o777 == mode


@posix
@pytest.mark.skipif(not ROOT, reason="only root may give files away")
def test_the_owner_of_an_existing_file_stays(tmp_path: Path) -> None:
    """`sudo` must not take the user's own file away."""
    path = write(tmp_path, "{}")
    os.chown(path, 1234, 2345)
    saved(tmp_path, "lab")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


@posix
@pytest.mark.parametrize("content", ["{}", None])
def test_a_link_is_followed(tmp_path: Path, content: str | None) -> None:
    """config.json in a repository of dotfiles stays linked, also while the file there does not exist yet."""
    target = tmp_path / "dotfiles" / "docker.json"
    target.parent.mkdir()
    if content:
        target.write_text(content)
    (tmp_path / "config.json").symlink_to(target)
    saved(tmp_path, "lab")
    assert (tmp_path / "config.json").is_symlink()
    assert '"currentContext": "lab"' in target.read_text()


def test_nothing_is_left_behind_beside_the_file(tmp_path: Path) -> None:
    """The temporary file takes the place of the old one."""
    write(tmp_path, "{}")
    saved(tmp_path, "lab")
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


def test_a_directory_that_cannot_be_made_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    """Two lines, as every error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DockMagicError, match=r"config\.json could not be changed: ") as failure:
        save_current_context(tmp_path / "file", "lab")
    assert failure.value.hint


@pytest.mark.skipif(DOCKER is None, reason="needs docker's client")
@pytest.mark.parametrize(
    "before",
    [
        None,
        '{"auths": {}}',
        '{"auths": {"https://index.docker.io/v1/": {"auth": "bWU6c2VjcmV0"}}, "psFormat": "<a> & b"}',
        '{"auths": {}, "HttpHeaders": {"X": "ü"}, "currentContext": "web", "plugins": {"x": {"y": "z"}}}',
        '{"auths": {}, "detachKeys": "ctrl-x", "cliPluginsExtraDirs": ["/a"], "features": {"hooks": "false"}}',
    ],
)
def test_the_file_is_byte_for_byte_the_one_docker_writes(tmp_path: Path, before: str | None) -> None:
    """`docker context use`, from one to another and back to the default, against ours."""
    if client_version() < (23,) and before and ("features" in before or "ü" in before):
        pytest.skip("docker's client before 23 writes the keys in another order, and refuses such a header")
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    for directory in (theirs, ours):
        directory.mkdir()
        if before is not None:
            write(directory, before)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOCKER_CONFIG": str(theirs)}
    command = [str(DOCKER), "context"]
    for name in ("lab", "web"):
        create = [*command, "create", name, "--docker", "host=tcp://lab:1"]
        subprocess.run(create, env=environ, check=True, capture_output=True)
    for name in ("lab", "web", "default"):
        subprocess.run([*command, "use", name], env=environ, check=True, capture_output=True)
        assert saved(ours, name) == (theirs / "config.json").read_text(encoding="utf-8")
