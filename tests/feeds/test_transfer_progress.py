from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dockmagic.errors import EngineFault, ProtocolError
from dockmagic.feeds.transfer import Transfer
from dockmagic.feeds.transfer_lines import TransferLines
from dockmagic.feeds.transfer_progress import Part, Progress, fold

RECORDED = Path(__file__).parent / "recorded"
ENGINES = ("20.10", "26.1")
NAMES = ("pull", "pull-all", "push-all", "load", "import-url")


def recorded(name: str, engine: str) -> list[Any]:
    """What an engine really sent: of an image with a layer of 6 MB, and of one with busybox."""
    return [json.loads(line) for line in (RECORDED / f"{name}-{engine}.jsonl").read_text().splitlines() if line.strip()]


def folded(*messages: Any) -> list[Progress]:
    """The progress after each message."""
    states = [Progress()]
    for message in messages:
        states.append(fold(states[-1], message))
    return states


@pytest.mark.parametrize("engine", ENGINES)
def test_a_layer_of_a_pull_comes_goes_through_its_states_and_is_complete(engine: str) -> None:
    """With its bytes while it is downloaded and extracted."""
    states = folded(*recorded("pull", engine))
    (layer,) = states[-1].parts
    seen = [state.parts[layer] for state in states if layer in state.parts]
    changes = [seen[0].status, *(after.status for before, after in pairwise(seen) if before.status != after.status)]
    assert changes == [
        "Pulling fs layer",
        "Downloading",
        "Verifying Checksum",
        "Download complete",
        "Extracting",
        "Pull complete",
    ]
    assert all(0 < part.current <= part.total for part in seen if part.status in {"Downloading", "Extracting"})
    assert seen[-1] == Part("Pull complete")
    assert states[-1].said[0] == "1: Pulling from team/web"
    assert states[-1].said[-1] == "Status: Downloaded newer image for 127.0.0.1:5000/team/web:1"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pull_of_every_tag_tells_each_tag_and_its_digest(engine: str) -> None:
    """The name of a tag is no layer, though both are an `id`."""
    progress = folded(*recorded("pull-all", engine))[-1]
    assert [line for line in progress.said if "Pulling from" in line] == [
        "2: Pulling from team/web",
        "1: Pulling from team/web",
    ]
    assert sum(line.startswith("Digest: sha256:") for line in progress.said) == 2
    assert not {"1", "2"} & set(progress.parts)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_push_tells_the_digest_of_each_tag(engine: str) -> None:
    """Beside the line that says so."""
    progress = folded(*recorded("push-all", engine))[-1]
    assert list(progress.pushed) == ["1", "2"]
    for tag, digest in progress.pushed.items():
        assert any(line.startswith(f"{tag}: digest: {digest} size: ") for line in progress.said)
    assert {part.status for part in progress.parts.values()} == {"Pushed", "Layer already exists"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_load_tells_its_layers_in_bytes_and_its_images_in_lines(engine: str) -> None:
    """As docker prints them; the bytes are in no line."""
    progress = folded(*recorded("load", engine))[-1]
    assert [part.status for part in progress.parts.values()] == ["Loading layer"]
    assert progress.lines == ("Loaded image: 127.0.0.1:5000/team/web:1", "Loaded image: bb:1")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_import_from_a_url_tells_bytes_of_what_has_no_name(engine: str) -> None:
    """And at the end nothing but the id."""
    progress = folded(*recorded("import-url", engine))[-1]
    assert progress.parts == {"Importing": Part("Importing", 2129920, 2129920)}
    assert progress.said[-1].startswith("sha256:")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_the_lines_are_those_that_docker_prints_to_a_file(name: str, engine: str) -> None:
    """Each message without bytes is one, told once; however many bytes there are."""
    told: list[str] = []
    lines = TransferLines(told.append)
    lines.begin("web:1", name)
    for progress in folded(*recorded(name, engine)):
        lines.show(progress)
    lines.end("done")
    expected = []
    for message in recorded(name, engine):
        if "stream" in message:
            expected.append(message["stream"].rstrip("\n"))
        elif "status" in message and not message.get("progressDetail"):
            expected.append(f"{message['id']}: {message['status']}" if "id" in message else message["status"])
    assert told == expected


@pytest.mark.parametrize(
    "message",
    [
        {"errorDetail": {"message": "denied: no"}, "error": "denied: no"},
        {"errorDetail": {"message": "denied: no"}},
        {"error": "denied: no"},
        {"error": "\x1b[31mdenied:\r\nno"},
    ],
)
def test_an_error_among_the_messages_is_kept_and_raised(message: dict[str, Any]) -> None:
    """Engines from API 1.52 on send errorDetail alone; the status of the reply was 200."""
    assert fold(Progress(), message).error.removeprefix("[31m") == "denied: no"
    with pytest.raises(EngineFault, match="denied: no"):
        Transfer(TransferLines(lambda _: None)).follow([{"status": "Preparing"}, message])


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"status": None},
        {"aux": {"ID": "sha256:1"}},
        {"aux": "text"},
        {"stream": "\n"},
        {"progressDetail": {"current": 1}},
        {"unknown": [1]},
    ],
)
def test_what_says_nothing_changes_nothing(message: dict[str, Any]) -> None:
    """A newer engine may send kinds of messages that nobody knows yet."""
    assert fold(Progress(), message) == Progress()


@pytest.mark.parametrize("message", [None, [], "text", 1])
def test_what_is_no_message_is_no_engines(message: Any) -> None:
    """ProtocolError, not an AttributeError."""
    with pytest.raises(ProtocolError, match="the engine reports progress as"):
        fold(Progress(), message)


@pytest.mark.parametrize("detail", [{"current": "1", "total": None}, {"total": []}, {"current": 1.5}])
def test_bytes_that_are_no_numbers_are_none(detail: dict[str, Any]) -> None:
    """A view divides by them."""
    progress = fold(Progress(), {"id": "a", "status": "Downloading", "progressDetail": detail})
    assert progress.parts == {"a": Part("Downloading", 0, 0)}


def test_nothing_that_an_engine_says_can_command_a_terminal() -> None:
    """Controls are blanks, in names, states and lines."""
    messages = [
        {"id": "a\x1b[2J", "status": "Down\nloading", "progressDetail": {"current": 1}},
        {"id": "b\r", "status": "Done\x07", "progressDetail": {}},
        {"stream": "one\x1b]0;x\x07\ntwo\n"},
    ]
    progress = folded(*messages)[-1]
    texts = [*progress.parts, *(part.status for part in progress.parts.values()), *progress.lines]
    assert [text for text in texts if not text.isprintable()] == []
    assert len(progress.lines) == 3
