"""Tell the network that a request comes from, behind proxies that are trusted."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

#: what one person can hardly leave: a block of a provider, and what a site is given (RFC 6177)
_PREFIX = {4: 24, 6: 48}
#: hops of X-Forwarded-For that are read
_MOST_HOPS = 20


def network_of(peer: str, forwarded: str, trusted: Sequence[str]) -> str:
    """Return the network of the client, such as `192.0.2.0/24`.

    Args:
        peer: the address of the connection.
        forwarded: the header X-Forwarded-For, to whose end each proxy adds whom it answers.
        trusted: networks of our own proxies. What others write in the header is not believed.
    """
    proxies = [ip_network(one) for one in trusted]
    client = _address(peer)
    for hop in reversed(forwarded.split(",")[-_MOST_HOPS:]):
        if client is None or not any(client in proxy for proxy in proxies):
            break
        named = _address(hop)
        if named is None:
            break
        client = named
    if client is None:
        return "unknown"
    return str(ip_network((client, _PREFIX[client.version]), strict=False))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address, with an IPv4 address that is written as IPv6 as what it is."""
    text = text.strip()
    if text.startswith("[") or text.count(":") == 1:  # with a port
        text = text.rpartition(":")[0] if not text.endswith("]") else text
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
