"""Random mixtures of containers, images, volumes and networks on a real engine, to be pruned."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from tests.engines.builds import forget_builds
from tests.engines.http import checked, request
from tests.engines.images import import_image

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LABELS = st.dictionaries(st.sampled_from(["keep", "team"]), st.sampled_from(["a", "b"]), max_size=2)


def silent(_: str) -> None:
    """Take a sentence and say nothing."""


class Image(NamedTuple):
    """An image of its own, or the child of one of those before it."""

    parent: int | None
    tags: int
    labels: dict[str, str]


@dataclass(frozen=True)
class Container:
    """A container; only one of bb:1 (`image` None) can run."""

    state: str
    image: int | None = None
    network: int | None = None
    volume: int | None = None
    anonymous: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


class Mixture(NamedTuple):
    """What is on the engine; networks and volumes are their labels, and whether a volume has an option."""

    images: list[Image]
    networks: list[dict[str, str]]
    volumes: list[tuple[dict[str, str], bool]]
    containers: list[Container]


def _index(count: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, count - 1) if count else st.none()


@st.composite
def mixtures(draw: st.DrawFn) -> Mixture:
    """Draw a mixture of up to five images and containers, and up to three networks and volumes."""
    images = [Image(draw(_index(at)), draw(st.integers(0, 2)), draw(LABELS)) for at in range(draw(st.integers(0, 5)))]
    networks = draw(st.lists(LABELS, max_size=3))
    volumes = draw(st.lists(st.tuples(LABELS, st.booleans()), max_size=3))
    containers = []
    for _ in range(draw(st.integers(0, 5))):
        state = draw(st.sampled_from(["created", "created", "exited", "running", "paused"]))
        image = draw(_index(len(images))) if state == "created" else None
        network, volume = draw(_index(len(networks))), draw(_index(len(volumes)))
        anonymous, labels = draw(st.booleans()), draw(LABELS)
        containers.append(Container(state, image, network, volume, anonymous=anonymous, labels=labels))
    return Mixture(images, networks, volumes, containers)


class Host:
    """An engine that holds one mixture after the other, asked over its socket without dockmagic."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self.host = f"unix://{socket}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request, and return its JSON. Raises RuntimeError if it fails."""
        data = None if body is None else json.dumps(body).encode()
        reply = checked(request(self._socket, method, path, body=data))
        return json.loads(reply.body) if reply.body.startswith((b"{", b"[")) else None

    def empty(self) -> None:
        """Remove everything."""
        for container in self.ask("GET", "/containers/json?all=1"):
            self.ask("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        for network in self.ask("GET", "/networks"):
            if network["Name"] not in {"bridge", "host", "none"}:
                self.ask("DELETE", f"/networks/{network['Id']}")
        for volume in self.ask("GET", "/volumes")["Volumes"] or []:
            self.ask("DELETE", f"/volumes/{volume['Name']}")
        while images := self.ask("GET", "/images/json"):
            for image in images:
                request(self._socket, "DELETE", f"/images/{image['Id']}?force=1")  # a child may be in its way still
        forget_builds(self._socket)

    def fill(self, mixture: Mixture) -> None:
        """Make what `mixture` says, and bb:1."""
        import_image(self._socket, "bb:1")
        images: list[str] = []
        for at, image in enumerate(mixture.images):
            images.append(self._image(at, image, images))
        for at, labels in enumerate(mixture.networks):
            self.ask("POST", "/networks/create", {"Name": f"n{at}", "Labels": labels})
        for at, (labels, optional) in enumerate(mixture.volumes):
            options = {"type": "tmpfs", "device": "tmpfs"} if optional else {}
            self.ask("POST", "/volumes/create", {"Name": f"v{at}", "Labels": labels, "DriverOpts": options})
        for at, container in enumerate(mixture.containers):
            self._container(f"c{at}", container, images)

    def fill_with_created(self, count: int) -> None:
        """Make bb:1 and so many containers of it that never ran."""
        import_image(self._socket, "bb:1")
        for _ in range(count):
            self.ask("POST", "/containers/create", {"Image": "bb:1", "HostConfig": {"NetworkMode": "none"}})

    def _image(self, at: int, image: Image, others: Sequence[str]) -> str:
        if image.parent is None:
            identity = self._imported(at, image.labels)
        else:
            container = self.ask("POST", "/containers/create", {"Image": others[image.parent], "Cmd": ["x"]})["Id"]
            changes = [f"LABEL {key}={value}" for key, value in {**image.labels, "made": str(at)}.items()]
            query = urlencode({"container": container, "changes": changes}, doseq=True)
            identity = self.ask("POST", f"/commit?{query}", {})["Id"]
            self.ask("DELETE", f"/containers/{container}")
        for tag in range(image.tags):
            self.ask("POST", f"/images/{quote(identity)}/tag?repo=i{at}&tag={tag}")
        return str(identity)

    def _imported(self, at: int, labels: Mapping[str, str]) -> str:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            entry = tarfile.TarInfo(f"file{at}")
            entry.size = 1000 + at
            archive.addfile(entry, io.BytesIO(bytes(entry.size)))
        changes = [f"LABEL {key}={value}" for key, value in labels.items()]
        query = urlencode({"fromSrc": "-", "changes": ["CMD x", *changes]}, doseq=True)
        headers = {"Content-Type": "application/x-tar"}
        reply = checked(
            request(self._socket, "POST", f"/images/create?{query}", body=buffer.getvalue(), headers=headers)
        )
        return str(json.loads(reply.body.splitlines()[-1])["status"])

    def _container(self, name: str, wanted: Container, images: Sequence[str]) -> None:
        binds = [] if wanted.volume is None else [f"v{wanted.volume}:/named"]
        runs = wanted.state in {"running", "paused"}
        body = {
            "Image": "bb:1" if wanted.image is None else images[wanted.image],
            "Cmd": ["sleep", "1000"] if runs else ["true"],
            "Labels": wanted.labels,
            "Volumes": {"/anonymous": {}} if wanted.anonymous else {},
            "HostConfig": {
                "Binds": binds,
                "NetworkMode": "none" if wanted.network is None else f"n{wanted.network}",
            },
        }
        self.ask("POST", f"/containers/create?name={name}", body)
        if wanted.state != "created":
            self.ask("POST", f"/containers/{name}/start")
        if wanted.state == "exited":
            self.ask("POST", f"/containers/{name}/wait")
            self.ask("GET", f"/containers/{name}/json")  # waits until all about its end is written down
        if wanted.state == "paused":
            self.ask("POST", f"/containers/{name}/pause")

    def inventory(self) -> dict[str, Any]:
        """Return what is there now: ids, names and tags; of images those that `docker images` shows, and all."""
        images = self.ask("GET", "/images/json?all=1")
        return {
            "container": {each["Id"][:12] for each in self.ask("GET", "/containers/json?all=1")},
            "network": {each["Name"] for each in self.ask("GET", "/networks")},
            "volume": {each["Name"] for each in self.ask("GET", "/volumes")["Volumes"] or []},
            "image": {each["Id"][7:19] for each in self.ask("GET", "/images/json")},
            "any image": {each["Id"][7:19] for each in images},
            "tag": {
                tag: each["Id"][7:19] for each in images for tag in each["RepoTags"] or [] if not tag.startswith("<")
            },
        }

    def seconds(self) -> list[int]:
        """Return the seconds at which containers and images were made, the oldest first."""
        found = [*self.ask("GET", "/containers/json?all=1"), *self.ask("GET", "/images/json")]
        return sorted({each["Created"] for each in found})
