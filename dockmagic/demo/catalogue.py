"""The images that the demo's registry has: only data."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["CATALOGUE", "DANGLING", "PRESENT", "Catalogued"]

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEBIAN = (
    74_800_000,
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
)
_ALPINE = (7_800_000, 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n')


class Catalogued(NamedTuple):
    """One repository of Docker Hub, as the demo has it."""

    tags: tuple[str, ...]
    """The first is what `latest` is."""
    layers: tuple[tuple[int, str], ...]
    """Bytes, and what made them; the lowest first."""
    config: dict[str, Any]
    """What a container takes from it: Cmd, Entrypoint, Env, ExposedPorts, Volumes, ..."""
    release: str = ""
    """Its /etc/os-release."""
    age: int = 30
    """Days since it was made."""


CATALOGUE: dict[str, Catalogued] = {
    "alpine": Catalogued(
        ("3.20", "latest", "3"),
        ((_ALPINE[0], "ADD alpine-minirootfs.tar.gz / # buildkit"),),
        {"Cmd": ["/bin/sh"], "Env": [_PATH]},
        _ALPINE[1],
        41,
    ),
    "busybox": Catalogued(
        ("1.36", "latest", "1", "stable"),
        ((4_260_000, "BusyBox 1.36.1 (glibc), Debian 12"),),
        {"Cmd": ["sh"], "Env": [_PATH]},
        "",
        90,
    ),
    "debian": Catalogued(
        ("12", "latest", "bookworm"),
        ((_DEBIAN[0], "# debian.sh --arch 'amd64' out/ 'bookworm'"),),
        {"Cmd": ["bash"], "Env": [_PATH]},
        _DEBIAN[1],
        12,
    ),
    "hello-world": Catalogued(
        ("latest", "linux"),
        ((13_300, "COPY hello / # buildkit"),),
        {"Cmd": ["/hello"], "Env": [_PATH]},
        "",
        200,
    ),
    "httpd": Catalogued(
        ("2.4", "latest", "2"),
        (
            (_DEBIAN[0], "# debian.sh --arch 'amd64' out/ 'bookworm'"),
            (73_200_000, "RUN set -eux; build httpd # buildkit"),
        ),
        {
            "Cmd": ["httpd-foreground"],
            "Env": [_PATH, "HTTPD_VERSION=2.4.62"],
            "ExposedPorts": {"80/tcp": {}},
            "StopSignal": "SIGWINCH",
            "WorkingDir": "/usr/local/apache2",
        },
        _DEBIAN[1],
        20,
    ),
    "memcached": Catalogued(
        ("1.6", "latest", "1"),
        (
            (_DEBIAN[0], "# debian.sh --arch 'amd64' out/ 'bookworm'"),
            (10_100_000, "RUN set -eux; build memcached # buildkit"),
        ),
        {
            "Cmd": ["memcached"],
            "Entrypoint": ["docker-entrypoint.sh"],
            "Env": [_PATH],
            "ExposedPorts": {"11211/tcp": {}},
            "User": "memcache",
        },
        _DEBIAN[1],
        33,
    ),
    "nginx": Catalogued(
        ("1.27", "latest", "1", "stable"),
        (
            (_DEBIAN[0], "# debian.sh --arch 'amd64' out/ 'bookworm'"),
            (113_000_000, "RUN /bin/sh -c set -x && apt-get install nginx # buildkit"),
            (4_620, "COPY docker-entrypoint.sh / # buildkit"),
        ),
        {
            "Cmd": ["nginx", "-g", "daemon off;"],
            "Entrypoint": ["/docker-entrypoint.sh"],
            "Env": [_PATH, "NGINX_VERSION=1.27.2"],
            "ExposedPorts": {"80/tcp": {}},
            "StopSignal": "SIGQUIT",
            "Labels": {"maintainer": "NGINX Docker Maintainers <docker-maint@nginx.com>"},
        },
        _DEBIAN[1],
        25,
    ),
    "node": Catalogued(
        ("22", "latest", "lts"),
        (
            (_DEBIAN[0], "# debian.sh --arch 'amd64' out/ 'bookworm'"),
            (587_000_000, "RUN /bin/sh -c apt-get install build tools # buildkit"),
            (158_000_000, "RUN /bin/sh -c install node v22 # buildkit"),
        ),
        {"Cmd": ["node"], "Entrypoint": ["docker-entrypoint.sh"], "Env": [_PATH, "NODE_VERSION=22.11.0"]},
        _DEBIAN[1],
        9,
    ),
    "postgres": Catalogued(
        ("17", "latest", "17.2"),
        (
            (_DEBIAN[0], "# debian.sh --arch 'amd64' out/ 'bookworm'"),
            (11_700_000, "RUN /bin/sh -c set -eux; groupadd -r postgres # buildkit"),
            (348_000_000, "RUN /bin/sh -c set -ex; apt-get install postgresql # buildkit"),
            (18_300, "COPY docker-entrypoint.sh /usr/local/bin/ # buildkit"),
        ),
        {
            "Cmd": ["postgres"],
            "Entrypoint": ["docker-entrypoint.sh"],
            "Env": [_PATH, "PGDATA=/var/lib/postgresql/data"],
            "ExposedPorts": {"5432/tcp": {}},
            "Volumes": {"/var/lib/postgresql/data": {}},
            "StopSignal": "SIGINT",
        },
        _DEBIAN[1],
        18,
    ),
    "python": Catalogued(
        ("3.13", "latest", "3"),
        (
            (_DEBIAN[0], "# debian.sh --arch 'amd64' out/ 'bookworm'"),
            (587_000_000, "RUN /bin/sh -c apt-get install build tools # buildkit"),
            (66_400_000, "RUN /bin/sh -c set -eux; build python 3.13 # buildkit"),
        ),
        {"Cmd": ["python3"], "Env": [_PATH, "LANG=C.UTF-8", "PYTHON_VERSION=3.13.0"]},
        _DEBIAN[1],
        15,
    ),
    "redis": Catalogued(
        ("7", "latest", "7.4"),
        (
            (_DEBIAN[0], "# debian.sh --arch 'amd64' out/ 'bookworm'"),
            (42_100_000, "RUN /bin/sh -c set -eux; build redis # buildkit"),
        ),
        {
            "Cmd": ["redis-server"],
            "Entrypoint": ["docker-entrypoint.sh"],
            "Env": [_PATH, "REDIS_VERSION=7.4.1"],
            "ExposedPorts": {"6379/tcp": {}},
            "Volumes": {"/data": {}},
            "WorkingDir": "/data",
        },
        _DEBIAN[1],
        22,
    ),
    "ubuntu": Catalogued(
        ("24.04", "latest", "noble"),
        ((78_100_000, "ADD rootfs.tar.xz / # buildkit"),),
        {"Cmd": ["/bin/bash"], "Env": [_PATH]},
        'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nID=ubuntu\n',
        36,
    ),
}

PRESENT = ("busybox:latest", "nginx:latest", "python:3.13", "postgres:17", "redis:7")
"""What the demo begins with."""

DANGLING = (("python:3.13", 48_200_000, 3), ("python:3.13", 47_900_000, 2), ("nginx:latest", 2_310_000, 1))
"""What former builds have left: on which image, bytes of their own, days ago."""
