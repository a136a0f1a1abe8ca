"""Decide without resolving names whether a host is this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def bare_host(host: str) -> str:
    """Return a host in lower case, an IPv6 address without its brackets."""
    return host.lower().removeprefix("[").removesuffix("]")


def is_loopback_host(host: str) -> bool:
    """Return whether a host is `localhost` or a loopback address."""
    host = bare_host(host)
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Return whether the URL's host can only be this machine."""
    return is_loopback_host(urlsplit(url).hostname or "")
