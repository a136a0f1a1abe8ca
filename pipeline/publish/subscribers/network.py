"""Tell the network that a request comes from, behind proxies that are trusted."""

from collections.abc import Sequence
from ipaddress import ip_network

from config.forwarded import client_of

#: what one person can hardly leave: a block of a provider, and what a site is given (RFC 6177)
_PREFIX = {4: 24, 6: 48}


def network_of(peer: str, forwarded: str, trusted: Sequence[str]) -> str:
    """Return the network of the client, such as `192.0.2.0/24`.

    Args:
        peer: the address of the connection.
        forwarded: the header X-Forwarded-For, to whose end each proxy adds whom it answers.
        trusted: networks of our own proxies. What others write in the header is not believed.
    """
    client = client_of(peer, forwarded, trusted)
    if client is None:
        return "unknown"
    return str(ip_network((client, _PREFIX[client.version]), strict=False))
