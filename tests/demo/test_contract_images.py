"""The contract of images and builds: what holds for the demo holds for a real engine."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest

from tests.demo.conftest import archive
from tests.engines.http import request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.conftest import AnyEngine

TAR = {"Content-Type": "application/x-tar"}
ROW = {
    *("Containers", "Created", "Id", "Labels", "ParentId", "RepoDigests", "RepoTags", "SharedSize", "Size"),
}
FULL = {
    *("Id", "RepoTags", "RepoDigests", "Parent", "Comment", "Created", "Config", "Architecture", "Os", "Size"),
    *("GraphDriver", "RootFS", "Metadata"),
}
ID = re.compile(r"\b[0-9a-f]{12}\b")


@pytest.fixture(autouse=True)
def tidied(any_engine: AnyEngine) -> Iterator[None]:
    """Remove the names that a test gave, and what it built without one."""
    yield
    for image in any_engine.ask("GET", "/images/json").json():
        for tag in image["RepoTags"] or []:
            if tag.startswith("contract"):
                any_engine.ask("DELETE", f"/images/{tag}?force=1")


def tag(engine: AnyEngine, repository: str, tag: str = "1") -> None:
    """Give bb:1 one more name."""
    assert engine.ask("POST", f"/images/bb:1/tag?repo={repository}&tag={tag}").status == 201


def test_the_replies_have_the_members_that_clients_read(any_engine: AnyEngine) -> None:
    """Of the list, of inspect, and of the history."""
    listed = [each for each in any_engine.ask("GET", "/images/json").json() if "bb:1" in (each["RepoTags"] or [])]
    assert listed[0].keys() >= ROW
    assert any_engine.ask("GET", "/images/bb:1/json").json().keys() >= FULL
    steps = any_engine.ask("GET", "/images/bb:1/history").json()
    assert [step.keys() for step in steps] == [{"Comment", "Created", "CreatedBy", "Id", "Size", "Tags"}]
    assert steps[0]["Comment"] == "Imported from -"


def test_a_name_more_is_a_name_less_when_it_is_removed(any_engine: AnyEngine) -> None:
    """The image stays, as long as it has another one."""
    tag(any_engine, "contract")
    found = any_engine.ask("GET", "/images/contract:1/json").json()
    assert {"bb:1", "contract:1"} <= set(found["RepoTags"])
    assert any_engine.ask("DELETE", "/images/contract:1").json() == [{"Untagged": "contract:1"}]
    assert any_engine.ask("GET", "/images/bb:1/json").json()["Id"] == found["Id"]


def test_an_image_is_found_by_the_beginning_of_its_id(any_engine: AnyEngine) -> None:
    """With the name of the hash in front or not."""
    identity = any_engine.ask("GET", "/images/bb:1/json").json()["Id"]
    for name in (identity, identity[7:], identity[7:19]):
        assert any_engine.ask("GET", f"/images/{name}/json").json()["Id"] == identity


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"reference": ["contract*"]}, {"contract-a:1", "contract-b:2"}),
        ({"reference": ["contract-a"]}, {"contract-a:1"}),
        ({"reference": ["contract-a:2"]}, set()),
        ({"reference": ["contract-*:2"]}, {"contract-b:2"}),
        ({"dangling": ["true"]}, set()),
        ({"label": ["no.such.label"]}, set()),
    ],
)
def test_filters_choose_the_same(any_engine: AnyEngine, wanted: dict[str, list[str]], expected: set[str]) -> None:
    """A pattern is of the name, or of the name with its tag."""
    tag(any_engine, "contract-a")
    tag(any_engine, "contract-b", "2")
    rows = any_engine.ask("GET", "/images/json?filters=" + quote(json.dumps(wanted))).json()
    names = {name for row in rows for name in row["RepoTags"] or []}
    assert {name for name in names if name.startswith("contract")} == expected


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/images/nope:1/json", 404, "No such image: nope:1"),
        ("GET", "/images/nope/json", 404, "No such image: nope"),
        ("GET", "/images/nope:1/history", 404, "No such image: nope:1"),
        ("DELETE", "/images/nope:1", 404, "No such image: nope:1"),
        ("POST", "/images/nope/tag?repo=a", 404, "No such image: nope"),
        ("GET", "/images/json?filters=" + quote('{"foo":["x"]}'), 400, "invalid filter 'foo'"),
        ("POST", "/images/prune?filters=" + quote('{"foo":["x"]}'), 400, "invalid filter 'foo'"),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    any_engine: AnyEngine, method: str, path: str, status: int, words: str
) -> None:
    """Each with its status, and JSON with a message."""
    reply = any_engine.ask(method, path)
    assert reply.status == status
    assert words.lower() in reply.json()["message"].lower()


def test_an_image_in_use_is_not_removed(any_engine: AnyEngine) -> None:
    """Its last name only with force; by its id not at all while the container runs."""
    image = built(any_engine, "FROM bb:1\nCMD sleep 60\n", "contract:used")
    any_engine.run("user", Image="contract:used")
    short = any_engine.ask("GET", "/containers/user/json").json()["Id"][:12]
    reply = any_engine.ask("DELETE", "/images/contract:used")
    assert reply.status == 409
    assert reply.json()["message"].endswith(
        f"(must force) - container {short} is using its referenced image {image[7:19]}"
    )
    reply = any_engine.ask("DELETE", f"/images/{image[7:19]}?force=1")
    assert reply.json()["message"].endswith(f"(cannot be forced) - image is being used by running container {short}")
    assert any_engine.ask("POST", "/containers/user/kill").status == 204
    any_engine.ask("POST", "/containers/user/wait")
    reply = any_engine.ask("DELETE", f"/images/{image[7:19]}")
    assert reply.json()["message"].endswith(f"(must be forced) - image is being used by stopped container {short}")


def messages(engine: AnyEngine, dockerfile: str, *, files: dict[str, str] | None = None, **query: str) -> list[Any]:
    """What the builder said: text as one string per line, and other objects."""
    body = archive(Dockerfile=dockerfile, **(files or {}))
    sent = request(engine.socket, "POST", f"/build?{urlencode({'rm': 1, **query})}", body=body, headers=TAR)
    if sent.status != 200:
        return [(sent.status, sent.json()["message"])]
    return [json.loads(line) for line in sent.body.splitlines()]


def shape(told: list[Any]) -> list[str]:
    """Messages with all ids made the same, and without the engine's own image in them."""
    lines = []
    for message in told:
        text = message["stream"] if "stream" in message else json.dumps({key: message[key] for key in message})
        text = text.replace("Removing intermediate", " ---> Removed intermediate")  # 20.10's words
        lines.append(re.sub(r"sha256:[0-9a-f]{64}", "ID", ID.sub("ID", text)))
    return lines


def built(engine: AnyEngine, dockerfile: str, name: str) -> str:
    """Build an image with the test's label; its id."""
    told = messages(engine, dockerfile, t=name)
    ids: list[str] = [message["aux"]["ID"] for message in told if "aux" in message]
    assert ids, told
    return ids[-1]


def test_a_build_is_told_in_the_same_lines(any_engine: AnyEngine) -> None:
    """Each step, its container, its image; then the same again from the cache."""
    salt = f"ENV SALT={any_engine.label}{id(any_engine)}"
    dockerfile = f'FROM bb:1\n{salt}\nCOPY f /f\nLABEL a=b\nCMD ["sh"]\n'
    first = shape(messages(any_engine, dockerfile, files={"f": "x"}, t="contract:built"))
    running = [" ---> Running in ID\n", " ---> Removed intermediate container ID\n"]
    arrow = " ---> ID\n"
    assert first == [
        *("Step 1/5 : FROM bb:1", "\n", arrow),
        *(f"Step 2/5 : {salt}", "\n", *running, arrow),
        *("Step 3/5 : COPY f /f", "\n", arrow),
        *("Step 4/5 : LABEL a=b", "\n", *running, arrow),
        *('Step 5/5 : CMD ["sh"]', "\n", *running, arrow),
        '{"aux": {"ID": "ID"}}',
        "Successfully built ID\n",
        "Successfully tagged contract:built\n",
    ]
    again = shape(messages(any_engine, dockerfile, files={"f": "x"}, t="contract:built"))
    assert again.count(" ---> Using cache\n") == 4
    changed = shape(messages(any_engine, dockerfile, files={"f": "y"}, t="contract:built"))
    assert changed.count(" ---> Using cache\n") == 1


def test_what_was_built_has_the_configuration_of_its_dockerfile(any_engine: AnyEngine) -> None:
    """And a history with each step."""
    steps = ('ENV A=1 B="2 3"', "WORKDIR /w", "WORKDIR x", "EXPOSE 80", "USER nobody", "LABEL k=v", 'ENTRYPOINT ["e"]')
    dockerfile = "\n".join(["FROM bb:1", *steps, "CMD run $A"])
    built(any_engine, dockerfile, "contract:config")
    config = any_engine.ask("GET", "/images/contract:config/json").json()["Config"]
    assert {"A=1", "B=2 3"} <= set(config["Env"])
    assert (config["WorkingDir"], config["User"], config["Labels"]["k"]) == ("/w/x", "nobody", "v")
    assert (config["ExposedPorts"], config["Entrypoint"]) == ({"80/tcp": {}}, ["e"])
    assert config["Cmd"] == ["/bin/sh", "-c", "run $A"]
    history = any_engine.ask("GET", "/images/contract:config/history").json()
    assert history[0]["CreatedBy"].startswith("/bin/sh -c #(nop)  CMD ")
    assert [step["Tags"] for step in history[:2]] == [["contract:config"], None]


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("FROM bb:1\nFOO x\n", (400, "unknown instruction: FOO")),
        ("RUN x\n", (400, "no build stage in current context")),
        ("", (400, "the Dockerfile (Dockerfile) cannot be empty")),
        ("FROM\n", (400, "FROM requires either one or three arguments")),
        ("FROM bb:1\nCOPY\n", (400, "COPY requires at least two arguments")),
        ("FROM bb:1\nLABEL x\n", (400, "LABEL must have two arguments")),
    ],
)
def test_a_bad_dockerfile_is_refused_before_anything_is_built(
    any_engine: AnyEngine, dockerfile: str, expected: tuple[int, str]
) -> None:
    """With a status, as nothing was sent yet."""
    (told,) = messages(any_engine, dockerfile)
    assert told[0] == expected[0]
    assert expected[1].lower() in told[1].lower()


@pytest.mark.parametrize(
    ("dockerfile", "words"),
    [
        (
            "FROM bb:1\nCOPY nope /f\n",
            "COPY failed: file not found in build context or excluded by .dockerignore: stat nope",
        ),
        (
            "FROM bb:1\nADD nope /f\n",
            "ADD failed: file not found in build context or excluded by .dockerignore: stat nope",
        ),
    ],
)
def test_a_step_that_fails_ends_the_stream_with_an_error(any_engine: AnyEngine, dockerfile: str, words: str) -> None:
    """In a reply of 200, in two members."""
    last = messages(any_engine, dockerfile)[-1]
    assert last.keys() == {"errorDetail", "error"}
    assert last["error"] == last["errorDetail"]["message"]
    assert last["error"].startswith(words)


def test_a_command_that_fails_gives_its_code(any_engine: AnyEngine) -> None:
    """What it wrote comes before."""
    told = messages(any_engine, "FROM bb:1\nRUN echo out; exit 3\n")
    assert {"stream": "out\n"} in told
    words = "The command '/bin/sh -c echo out; exit 3' returned a non-zero code: 3"
    assert told[-1] == {"errorDetail": {"code": 3, "message": words}, "error": words}


def test_a_stage_copies_from_the_one_before(any_engine: AnyEngine) -> None:
    """Each stage that ends says its image; a target ends the build at its stage."""
    dockerfile = f"FROM bb:1 AS first\nENV X={id(any_engine)}\nFROM bb:1\nCOPY --from=first /etc/passwd /p\n"
    told = messages(any_engine, dockerfile, t="contract:stages")
    assert sum("aux" in message for message in told) == 2
    stopped = messages(any_engine, dockerfile, target="first", t="contract:first")
    assert sum("aux" in message for message in stopped) == 1
    assert messages(any_engine, dockerfile, target="nope")[0][0] in {400, 500}
