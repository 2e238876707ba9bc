"""The proxies that docker's config.json gives to every container. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["proxy_variables"]

_VARIABLES = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "noProxy": "NO_PROXY",
    "ftpProxy": "FTP_PROXY",
    "allProxy": "ALL_PROXY",
}


def proxy_variables(settings: Mapping[str, Any], host: str) -> dict[str, str]:
    """The variables for containers of the engine at `host`, in upper and in lower case, as `settings` have them.

    Those of that host, or else those under "default". Source: `ParseProxyConfig` of docker/cli.
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
