"""A host as people have them: a shop, monitoring, somebody's notebook, jobs that have ended well and badly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.widgets.dashboards import Host

__all__ = ["crowd"]

IMAGES = (
    *("shop/web:2.1", "shop/worker:2.1", "postgres:17", "redis:7-alpine", "grafana/grafana:11.2.0"),
    "registry.example.org/data-science/jupyterhub-singleuser:2026.11.28-rc1",
)
SPIN = ("sh", "-c", "while :; do :; done")
HEALTHY = ("--health-cmd", "true", "--health-interval", "1s")
SICK = ("--health-cmd", "false", "--health-interval", "1s", "--health-retries", "1")
LONG = "data-science-jupyterhub-user-alexandra-von-humboldt"


def crowd(host: Host) -> None:
    """Start them."""
    for image in IMAGES:
        host.docker("tag", "bb:1", image)
    host.docker("network", "create", "shop_default")
    host.docker("volume", "create", "shop_database")
    shop = ("--network", "shop_default", "--label", "com.docker.compose.project=shop")
    made = [
        host.create("migrate", *shop, image="shop/web:2.1", command=("true",)),
        host.create("job-17", image="shop/worker:2.1", command=("sh", "-c", "exit 137")),
        host.create("shop-db-1", *shop, "-v", "shop_database:/data", *HEALTHY, image="postgres:17"),
        host.create("shop-redis-1", *shop, image="redis:7-alpine"),
        host.create("shop-worker-1", *shop, "--cpus", "0.2", image="shop/worker:2.1", command=SPIN),
        host.create("shop-worker-2", *shop, *SICK, image="shop/worker:2.1"),
        host.create("shop-web-1", *shop, "-p", "8080:80", "-p", "8443:443", *HEALTHY, image="shop/web:2.1"),
        host.create("grafana", "-p", "127.0.0.1:3000:3000", image="grafana/grafana:11.2.0"),
        host.create("crash-loop", "--restart", "always", image="shop/worker:2.1", command=("sh", "-c", "exit 1")),
        host.create("backup"),
        host.create(LONG, "-p", "8888:8888/udp", image=IMAGES[-1]),
    ]
    host.docker("start", *made)
    host.docker("pause", "backup")
