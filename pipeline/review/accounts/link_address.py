"""Write the address of a link that sets a password."""

from urllib.parse import urlencode

from config.loopback import bare_host, is_loopback_host
from config.schema import ReviewSettings

LINK_PATH = "/password"


def link_address(settings: ReviewSettings, token: str) -> str:
    """Return the address under which a person opens a link."""
    return f"{site_address(settings)}{LINK_PATH}?{urlencode({'link': token})}"


def site_address(settings: ReviewSettings) -> str:
    """Return the address of the pages: with TLS under the first name of [review] hosts.

    Without such a name it is an address of this machine.
    """
    port = "" if settings.port in (0, 80) else f":{settings.port}"
    if settings.hosts:
        name = settings.hosts[0]
        return f"http://{name}{port}" if settings.plain_http == "allowed" else f"https://{name}"
    host = bare_host(settings.host)
    if not is_loopback_host(host) and host in {"0.0.0.0", "::"}:  # noqa: S104  compared only
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}{port}"
