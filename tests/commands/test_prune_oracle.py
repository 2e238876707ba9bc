"""The prunes beside docker's own command line: what is shown is what `docker ... prune -f` then says it deleted."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import registry
from dockmagic.errors import EngineWarning
from dockmagic.options import parse
from tests.commands.prunable_mixture import Container, Image, Mixture
from tests.engines.builds import buildkit_image

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tests.commands.prunable_mixture import Host
    from tests.conftest import DockerCli

MIXTURE = Mixture(
    images=[
        Image(None, 0, {}),
        Image(None, 2, {"keep": "a"}),
        Image(1, 1, {}),
        Image(1, 0, {"team": "a"}),
        Image(None, 1, {}),
        Image(None, 2, {}),
    ],
    networks=[{}, {"keep": "a"}, {}],
    volumes=[({}, False), ({"keep": "a"}, False), ({}, True), ({}, False)],
    containers=[
        Container("running", network=0, volume=0, anonymous=True),
        Container("exited", network=1, volume=1, anonymous=True, labels={"keep": "a"}),
        Container("created", image=4, network=2, volume=3),
        Container("created", image=5, labels={"keep": "a"}),
        Container("paused"),
    ],
)
TITLES = {
    "Deleted Containers": "container",
    "Deleted Networks": "network",
    "Deleted Volumes": "volume",
    "Deleted build cache objects": "build cache",
}
LINES = [
    "container prune --filter label!=keep",
    "network prune",
    "volume prune",
    "image prune",
    "image prune -a",
    "builder prune",
    "system prune",
    "system prune --filter label=keep",
    "system prune -a --volumes",
]


@pytest.fixture
def filled(prune_host: Host) -> Host:
    """Put the same mixture on the engine, and the cache of two builds, one of which left an image without a tag."""
    prune_host.empty()
    prune_host.fill(MIXTURE)
    for labels in ({}, {"keep": "a"}):
        prune_host.ask("POST", "/volumes/create", {"Labels": labels})
    socket = prune_host.host.removeprefix("unix://")
    buildkit_image(socket, "built:1", "FROM bb:1\nRUN head -c 5000 /dev/zero > /a\n")
    buildkit_image(socket, "built:1", "FROM bb:1\nRUN head -c 7000 /dev/zero > /b\n")
    return prune_host


def said(printed: str) -> set[tuple[str, str]]:
    """Read what docker prints. Of images only the tags and ids: its layers look like images."""
    found = set()
    kind = ""
    for line in printed.splitlines():
        title = line.removesuffix(":")
        if title in TITLES:
            kind = TITLES[title]
        elif match := re.fullmatch(r"(untagged|deleted): (?:sha256:)?(.*)", line):
            found.add((match[1], match[2] if match[1] == "untagged" else match[2][:12]))
        elif line and not line.startswith(("Deleted", "Total")):
            found.add((kind, line[:12] if kind in {"container", "build cache"} else line))
    return found


def shown(frame: Any) -> set[tuple[str, str]]:
    """The same of a preview: the tags of an image that goes are in its name."""
    found = set()
    for row in frame.to_dict("records"):
        if row["kind"] == "image":
            found.add(("deleted", row["id"]))
        if row["kind"] in {"image", "tag"}:
            found |= {("untagged", tag) for tag in str(row["name"]).split(", ") if tag != "nan"}
        else:
            found.add((row["kind"], row["id"] if row["kind"] in {"container", "build cache"} else row["name"]))
    return found


@pytest.mark.parametrize("line", LINES)
def test_what_is_shown_is_what_docker_deletes(
    line: str, filled: Host, docker_cli: DockerCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the same engine, at the API version that this docker speaks.

    Layers of builds go with their image and are no rows. Cache records that only images share which go are no rows
    either: the sentence tells of them.
    """
    version = docker_cli("version", "--format", "{{.Client.APIVersion}}", host=filled.host).strip()
    monkeypatch.setenv("DOCKER_API_VERSION", version)
    word, *words = line.split()
    command, tokens = registry.find(word, words)
    sentences: list[str] = []
    shared = {each["ID"][:12] for each in filled.ask("GET", "/system/df")["BuildCache"] if each["Shared"]}
    visible = filled.inventory()["image"]
    with dockmagic.connect(filled.host) as engine, warnings.catch_warnings():
        warnings.simplefilter("ignore", EngineWarning)  # of labels, which the build cache does not have
        preview = command.function(engine, tell=sentences.append, **parse(command, tokens))
    deleted = said(docker_cli(word, *words, "--force", host=filled.host))
    ours = shown(preview)
    assert ours - deleted == set()
    more = {(kind, name) for kind, name in deleted - ours if kind != "deleted" or name in visible}
    assert {kind for kind, _ in more} <= {"build cache"}
    assert {name for _, name in more} <= shared
    assert bool(more) <= ("Build cache records that only these images share go too." in sentences[0])
    assert len(preview) > 0


def test_the_magics_are_dockers_lines_with_a_d(
    filled: Host, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """-f is --force. The sentence is printed, also where a semicolon silences the frame."""
    dockmagic.load_ipython_extension(shell)
    for word, options in (("container", ""), ("network", ""), ("volume", "-a"), ("image", "-a"), ("builder", "-a")):
        preview = shell.run_line_magic(f"d{word}", f"prune {options} --host {filled.host}")
        assert "Nothing has been removed: add -f to do it." in capsys.readouterr().out
        removed = shell.run_line_magic(f"d{word}", f"prune {options} -f --host {filled.host}")
        assert capsys.readouterr().out.startswith("Removed ")
        assert list(removed["name"].fillna("")) == list(preview["name"].fillna(""))
        assert removed["removed"].all()
    assert shell.run_line_magic("dsystem", f"prune -f --all --volumes --filter label!=x --host {filled.host};") is None
    assert capsys.readouterr().out == "Nothing was removed.\n"
