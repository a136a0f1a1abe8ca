"""Read the Host header of a request, and name the hosts that a site answers under."""

import re
from ipaddress import ip_address

from config.loopback import bare_host

#: names of this machine; other names need a setting
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(
    r"(?:\[(?P<six>[0-9a-f.]*:[0-9a-f:.]{1,44})\]|(?P<name>[a-z0-9.-]{1,253}))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


def served_names(host: str) -> frozenset[str]:
    """Return the names under which a site that listens on `host` is opened."""
    try:
        return LOOPBACK_NAMES | {str(ip_address(bare_host(host)))}
    except ValueError:  # a name, of which only localhost is accepted
        return LOOPBACK_NAMES


def host_name(host: str) -> str | None:
    """Return the name or address of a Host header without its port; None if it is not valid."""
    found = _HOST.fullmatch(host.lower())
    if found is None or int(found["port"] or 0) > 65535:
        return None
    return str(found["six"] or found["name"])
