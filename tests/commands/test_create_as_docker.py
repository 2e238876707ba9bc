"""What `create` makes of docker's command lines: the same container as docker's own client, and what neither makes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import warnings
from typing import TYPE_CHECKING, Any

import pytest

import dockmagic
from dockmagic import create, registry
from dockmagic.declared import Option, keywords
from dockmagic.engine.container_spec.table import RunOptions
from dockmagic.errors import DockMagicError, EngineWarning
from dockmagic.options import parse
from tests.engines.labels import remove_labelled
from tests.engines.programs import client_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dockmagic import Engine
    from tests.conftest import DockerCli
    from tests.engines.dockerd import Dockerd

BOTH_MAKE = """
    bb:1
    bb:1 sleep 9
    -it bb:1 sh -c ''
    -i --rm bb:1
    -t --init bb:1
    --init=false bb:1
    -e A=1 -e B=x=y -e EMPTY= -e PATH -e DMT_NOWHERE -e A=2 bb:1
    --env-file variables -e A=3 bb:1
    --label-file labels -l a=2 -l plain -l 'x=y z' bb:1
    -p 8099:80 -p 127.0.0.1:8053:53/udp -p 7000-7002:7000-7002 -p 6000 -p 9000-9010:91 -p [::1]:5:5/sctp bb:1
    -p published=8080,target=80,protocol=tcp bb:1
    -P --expose 0 --expose 80 --expose 90-92/udp -p 70:80 bb:1
    -v dmt-as-docker:/data -v /tmp:/host:ro -v /anonymous bb:1
    -v /tmp:/host:rw,rshared --volumes-from dmt-peer:ro bb:1
    --mount type=bind,source=/tmp,target=/t,readonly bb:1
    --mount src=dmt-as-docker,dst=/d,volume-nocopy,volume-label=a=b,volume-opt=a=b,volume-driver=local bb:1
    --mount type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1770 --mount dst=/q bb:1
    --mount 'type=bind,"source=/tmp",target=/t,bind-propagation=rslave,bind-nonrecursive=true' bb:1
    --tmpfs /run:size=64m,mode=1777 --tmpfs /x bb:1
    --network host bb:1
    --network none bb:1
    --network bridge bb:1
    --net dmt-own --network-alias web --network-alias w2 --ip 172.30.99.9 bb:1
    --network dmt-own bb:1
    --network name=dmt-own,alias=a,alias=b bb:1
    --network name=dmt-own,driver-opt=a=b bb:1
    --network container:dmt-peer bb:1
    --network dmt-own --link dmt-peer:p bb:1
    --network dmt-six --ip6 2001:db8:99::33 bb:1
    --network dmt-own --link-local-ip 169.254.1.1 bb:1
    --network dmt-nowhere bb:1
    --link dmt-peer bb:1
    -h me --domainname example.org bb:1
    --hostname=me --add-host a:1.2.3.4 --add-host b:::1 --add-host d:host-gateway bb:1
    --dns 8.8.8.8 --dns ' 1.1.1.1' --dns-search example.org. --dns-option ndots:2 --dns-opt timeout:1 bb:1
    --dns 2001:0db8:0::1 --dns-search . bb:1
    -u 1000:1000 -w /tmp --entrypoint /bin/ls bb:1 -la
    --entrypoint '' bb:1 ls
    -m 64m --memory-swap 128m --memory-reservation 32m bb:1
    -m 1.5g --memory-swap -1 bb:1
    -m 67108864 --memory-swappiness 10 bb:1
    --cpus 1.5 --cpuset-cpus 0 -c 512 bb:1
    --cpus 0.1 --cpuset-mems 0 bb:1
    --cpus 3/2 bb:1
    --cpu-period 50000 --cpu-quota 25000 bb:1
    --pids-limit 100 bb:1
    --pids-limit -1 bb:1
    --pids-limit 0 bb:1
    --gpus all bb:1
    --gpus 2 bb:1
    --gpus '"device=0,1","capabilities=compute,utility"' bb:1
    --gpus device=GPU-1,driver=nvidia,options=a=b bb:1
    --device /dev/null --device /dev/zero:/dev/z --device /dev/full:/dev/f:r --device /dev/random:rw bb:1
    --device-cgroup-rule 'c 1:3 rwm' bb:1
    --privileged bb:1
    --cap-add CAP_NET_ADMIN --cap-add CAP_SYS_TIME --cap-drop ALL bb:1
    --security-opt no-new-privileges --security-opt seccomp=profile.json bb:1
    --security-opt seccomp=unconfined --security-opt label=disable bb:1
    --security-opt systempaths=unconfined bb:1
    --security-opt no-new-privileges:true --security-opt apparmor:unconfined bb:1
    --read-only bb:1
    --restart always bb:1
    --restart on-failure:3 bb:1
    --restart unless-stopped bb:1
    --restart '' bb:1
    --restart no --rm bb:1
    --stop-signal SIGINT --stop-timeout 5 bb:1
    --stop-timeout 0 bb:1
    --stop-timeout 0x10 bb:1
    --stop-timeout 017 bb:1
    --health-cmd 'true || false' --health-interval 1m30s --health-timeout 5s --health-start-period 500ms bb:1
    --health-retries 2 bb:1
    --no-healthcheck bb:1
    --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 bb:1
    --log-driver none bb:1
    --log-opt max-size=1m bb:1
    --ulimit nofile=1024:2048 --ulimit core=-1 --ulimit nproc=64 bb:1
    --ulimit nofile=1 --ulimit nofile=2 bb:1
    --shm-size 128m bb:1
    --shm-size '1 g' bb:1
    --sysctl net.ipv4.ip_forward=1 --sysctl net.core.somaxconn=10 bb:1
    --platform linux/amd64 bb:1
    --pull never bb:1
    --pid host --uts host --ipc host bb:1
    --pid container:dmt-peer --ipc shareable bb:1
    --userns host --cgroupns private bb:1
    --group-add 5 --group-add audio bb:1
    --oom-kill-disable -m 64m --oom-score-adj 100 bb:1
    --runtime runc --cgroup-parent /dmt bb:1
    --blkio-weight 300 --device-read-bps /dev/null:1mb --device-write-iops /dev/null:10 bb:1
    --blkio-weight-device /dev/null:200 bb:1
    --volume-driver local bb:1
    --cpu-rt-period 1000000 --cpu-rt-runtime 950000 bb:1
    --device-read-iops /dev/null:10 --device-write-bps /dev/null:1g bb:1
    --isolation default bb:1
"""

NEW_CLIENTS_MAKE = """
    -v ./here:/there bb:1
    --add-host b=::1 --add-host 'c:[::1]' bb:1
    --cap-add net_admin --cap-add NET_ADMIN --cap-drop sys_time bb:1
    --device vendor.com/class=name bb:1
    --mount type=bind,source=./here,target=/t,readonly,bind-recursive=writable bb:1
    --mount type=bind,source=/tmp,target=/t,bind-recursive=disabled bb:1
    --mount type=volume,src=dmt-as-docker,dst=/d,volume-subpath=sub bb:1
"""
"""Docker 28's client does, Debian 12's does not know them."""

NEW_ENGINES_MAKE = """
    --annotation a=b --annotation c bb:1
    --health-cmd true --health-start-interval 1s bb:1
    --network dmt-own --mac-address 92:d0:c6:0a:29:33 bb:1
    --mac-address 92:d0:c6:0a:29:33 bb:1
    --network name=dmt-own,mac-address=92-d0-c6-0a-29-33,ip=172.30.99.10 bb:1
    --network dmt-own --network name=dmt-other,alias=there bb:1
"""
"""From API 1.44 on, by clients that speak it."""

NEITHER_MAKES = """
    -m 64x bb:1
    -m 1m bb:1
    -m -5 bb:1
    -m '' bb:1
    -m 64m --memory-swap 1m bb:1
    --cpus x bb:1
    --cpus 0.0000000001 bb:1
    --cpus 1000 bb:1
    --rm --restart always bb:1
    --restart forever bb:1
    --restart always:3 bb:1
    --restart on-failure:x bb:1
    --no-healthcheck --health-cmd true bb:1
    --health-interval -1s bb:1
    --health-interval 5 bb:1
    --health-retries -1 bb:1
    -p 80:90:100:1 bb:1
    -p a:b bb:1
    -p 1-3:1-2 bb:1
    --expose 1:2 bb:1
    --expose x bb:1
    -v a:b:c:d bb:1
    --mount type=bind,source=/tmp bb:1
    --mount readonly=maybe,dst=/x bb:1
    --mount foo bb:1
    --mount '' bb:1
    --mount foo=bar,dst=/x bb:1
    --mount 'dst="/x' bb:1
    --mount type=bind,src=/x,dst=/y,volume-nocopy bb:1
    --mount type=bind,src=/nowhere,dst=/y bb:1
    --mount type=tmpfs,dst=/y,tmpfs-mode=9 bb:1
    --mount type=foo,dst=/y bb:1
    --mount type=bind,src=/tmp,dst=/y,bind-recursive=readonly bb:1
    --tmpfs relative bb:1
    --network host --network dmt-own bb:1
    --network dmt-own --network dmt-own bb:1
    --network name=dmt-own,ip=1.2.3.4 --ip 1.2.3.5 bb:1
    --network name=dmt-own,foo=bar bb:1
    --network name=dmt-own,alias bb:1
    --network alias=a bb:1
    --network-alias 'a b' --network none bb:1
    --add-host foo bb:1
    --add-host a:b bb:1
    --dns x bb:1
    --dns-search - bb:1
    -e =x bb:1
    --env-file nowhere bb:1
    --env-file broken bb:1
    --env-file blanks bb:1
    --label-file nowhere bb:1
    -l =x bb:1
    -l 'a b=c' bb:1
    --ulimit nofile bb:1
    --ulimit foo=1 bb:1
    --ulimit nofile=2:1 bb:1
    --device relative bb:1
    --device /dev/x:/dev/y:zzz bb:1
    --device /dev/a:/dev/b:r:w bb:1
    --device-cgroup-rule x bb:1
    --gpus foo=1 bb:1
    --gpus x bb:1
    --sysctl foo=1 bb:1
    --security-opt foo bb:1
    --security-opt seccomp=nowhere bb:1
    --security-opt seccomp=labels bb:1
    --log-driver none --log-opt a=b bb:1
    --log-driver nosuch bb:1
    --storage-opt x bb:1
    --pid foo bb:1
    --uts foo bb:1
    --userns foo bb:1
    --cgroupns foo bb:1
    --mac-address xx bb:1
    --memory-swappiness 101 bb:1
    --stop-signal FOO bb:1
    --stop-timeout x bb:1
    --cap-add FOO bb:1
    --cpuset-cpus 99 bb:1
    --isolation foo bb:1
    --runtime nosuch bb:1
    --name -bad bb:1
    --link a:b:c bb:1
    --volumes-from nosuch bb:1
    --blkio-weight 70000 bb:1
    --blkio-weight-device null:5 bb:1
    --device-read-bps /dev/null bb:1
    --device-write-iops /dev/null:1k bb:1
    --shm-size x bb:1
    --pids-limit x bb:1
    --platform foo/bar/baz/qux bb:1
    --platform linux/s390x --pull never bb:1
    --pull never dmt/nobody:1
    --nosuch bb:1
    -m
"""

IDS = re.compile(r"[0-9a-f]{64}")  # of the container, and of what is made for it alone


def lines(text: str) -> list[str]:
    """The command lines in a text."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def surroundings(engine_process: Dockerd) -> Iterator[None]:
    """Make the networks dmt-own, dmt-six and dmt-other, and a container dmt-peer."""
    mark = "dockmagic.test=as-docker"
    labels = dict([mark.split("=")])
    with dockmagic.connect(engine_process.host) as engine:
        subnet = {"Config": [{"Subnet": "172.30.99.0/24"}]}
        engine.post("/networks/create", json={"Name": "dmt-own", "Labels": labels, "IPAM": subnet})
        subnet6 = {"Config": [{"Subnet": "2001:db8:99::/64"}]}
        engine.post("/networks/create", json={"Name": "dmt-six", "Labels": labels, "IPAM": subnet6, "EnableIPv6": True})
        engine.post("/networks/create", json={"Name": "dmt-other", "Labels": labels})
        create(engine, "bb:1", name="dmt-peer", labels=labels)
    yield
    remove_labelled(engine_process.socket, mark)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a directory with the files that the command lines name."""
    (tmp_path / "variables").write_bytes(b"\xef\xbb\xbf# c\n\n  A=1 \nPATH\nDMT_NOWHERE\nB=x=y\r\n\tC=#\n")
    (tmp_path / "labels").write_text("a=1\nb\n#c\nrole=web x\n")
    (tmp_path / "broken").write_bytes(b"A=1\nB=\xff\n")
    (tmp_path / "blanks").write_text("A B=1\n")
    (tmp_path / "profile.json").write_text(
        '{ "defaultAction": "SCMP_ACT_ALLOW",\n "x": "a  \\" b", "syscalls": [ ] }\n'
    )
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)


def told(docker_cli: DockerCli, name: str) -> dict[str, Any]:
    """What docker tells of a container, without what no two containers have in common, in an order that is nobody's."""
    (found,) = json.loads(docker_cli("inspect", name))
    text = IDS.sub("ID", json.dumps(found)).replace(found["Id"][:12], "SHORT").replace(name, "NAME")
    container: dict[str, Any] = json.loads(text)
    del container["Created"], container["Name"]
    (container["Config"]["Env"] or []).sort()
    (container["HostConfig"]["Binds"] or []).sort()
    container["Mounts"].sort(key=lambda mount: mount["Destination"])
    return container if client_version() >= (28,) else without_empty(container)


def without_empty(value: Any) -> Any:
    """What is said. An older client says null where a newer one says [], and the engine keeps the two apart."""
    if not isinstance(value, dict):
        return value
    found = {name: without_empty(member) for name, member in value.items()}
    return {name: member for name, member in found.items() if member not in (None, [], {}, "")}


def ours(engine: Engine, words: list[str]) -> None:
    """Run a command line as the magic does."""
    command = registry.load("create")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EngineWarning)  # of a host without block weights, say
        command.function(engine, **parse(command, words))


def compare(engine: Engine, docker_cli: DockerCli, line: str, label: str) -> None:
    """Make the container twice, and hold what is told of one against the other."""
    words = shlex.split(line)
    docker_cli("create", "--name", "dmt-theirs", "--label", label, *words)
    ours(engine, ["--name", "dmt-ours", "--label", label, *words])
    assert told(docker_cli, "dmt-ours") == told(docker_cli, "dmt-theirs")


@pytest.mark.parametrize("line", lines(BOTH_MAKE))
def test_it_makes_the_container_that_docker_makes(
    engine: Engine, docker_cli: DockerCli, surroundings: None, files: None, label: str, line: str
) -> None:
    """All that `docker inspect` tells is the same, member by member."""
    compare(engine, docker_cli, line, label)


@pytest.mark.skipif(client_version() < (28,), reason="this docker client is too old to compare with")
@pytest.mark.parametrize("line", lines(NEW_CLIENTS_MAKE))
def test_it_knows_what_newer_clients_know(
    engine: Engine, docker_cli: DockerCli, surroundings: None, files: None, label: str, line: str
) -> None:
    """Also where the engine is old."""
    compare(engine, docker_cli, line, label)


@pytest.mark.skipif(client_version() < (28,), reason="this docker client is too old to compare with")
@pytest.mark.parametrize("line", lines(NEW_ENGINES_MAKE))
def test_it_knows_what_newer_engines_know(
    engine: Engine, docker_cli: DockerCli, surroundings: None, files: None, label: str, line: str
) -> None:
    """Docker's client refuses it where the engine is too old."""
    if engine.api_version == "1.41":
        with pytest.raises(subprocess.CalledProcessError):
            docker_cli("create", "--label", label, *shlex.split(line))
    else:
        compare(engine, docker_cli, line, label)


@pytest.mark.parametrize("line", lines(NEITHER_MAKES))
def test_it_refuses_what_docker_refuses(
    engine: Engine, docker_cli: DockerCli, surroundings: None, files: None, label: str, line: str
) -> None:
    """Itself, or the engine does; nothing is made."""
    words = ["--label", label, *shlex.split(line)]
    with pytest.raises(subprocess.CalledProcessError):
        docker_cli("create", *words)
    with pytest.raises(DockMagicError):
        ours(engine, words)
    assert docker_cli("ps", "-aq", "--filter", f"label={label}") == ""


def test_every_option_is_compared() -> None:
    """Whoever adds a row to the table adds a line here.

    --name is in all of them, docker has no --set, and --storage-opt wants a storage driver with quotas.
    """
    texts = (BOTH_MAKE, NEW_CLIENTS_MAKE, NEW_ENGINES_MAKE)
    written = {word.partition("=")[0] for text in texts for line in lines(text) for word in shlex.split(line)}
    written |= {f"-{letter}" for word in written if re.fullmatch("-[a-z]{2}", word) for letter in word[1:]}
    options = [each.declared for each in keywords(RunOptions) if isinstance(each.declared, Option)]
    written |= {"--name", "--set", "--storage-opt"}
    assert [option.long for option in options if not written & {*option.flags, *option.also}] == []
