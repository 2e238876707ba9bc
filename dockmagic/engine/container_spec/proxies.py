"""The proxies that docker's config.json gives to every container, and to every build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dockmagic.engine.config_file import read_registry_settings
from dockmagic.errors import UsageError, warn

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["proxies_here", "proxy_variables"]

_VARIABLES = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "noProxy": "NO_PROXY",
    "ftpProxy": "FTP_PROXY",
    "allProxy": "ALL_PROXY",
}


def proxies_here(environ: Mapping[str, str], host: str) -> dict[str, str]:
    """Those of this environment's config.json. If it cannot be read there are none, and a warning, as with docker."""
    try:
        _, settings = read_registry_settings(environ)
    except UsageError as error:
        warn(error.message)
        return {}
    return proxy_variables(settings, host)


def proxy_variables(settings: Mapping[str, Any], host: str) -> dict[str, str]:
    """The variables for containers of the engine at `host`, in upper and in lower case, as `settings` have them.

    Pure. Those of that host, or else those under "default". Source: `ParseProxyConfig` of docker/cli.
    """
    proxies = settings.get("proxies")
    if not isinstance(proxies, dict):
        return {}
    found = proxies.get(host, proxies.get("default"))
    if not isinstance(found, dict):
        return {}
    said = {name: found.get(key) for key, name in _VARIABLES.items()}
    texts = {name: value for name, value in said.items() if isinstance(value, str) and value}
    return {each: value for name, value in texts.items() for each in (name, name.lower())}
