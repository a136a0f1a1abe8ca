"""Tell whom a proxy answers: X-Forwarded-For and X-Forwarded-Proto, where the proxy is trusted."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

#: hops of X-Forwarded-For that are read
_MOST_HOPS = 20


def client_of(peer: str, forwarded: str, trusted: Sequence[str]) -> Address | None:
    """Return the address of the client; None: it is no address.

    Args:
        peer: the address of the connection.
        forwarded: the header X-Forwarded-For, to whose end each proxy adds whom it answers.
        trusted: networks of our own proxies. What others write in the header is not believed.
    """
    client = parse_address(peer)
    if not forwarded or not trusted:
        return client
    for hop in reversed(forwarded.split(",")[-_MOST_HOPS:]):
        if not is_in(client, trusted):
            break
        named = parse_address(hop)
        if named is None:
            break
        client = named
    return client


def scheme_of(peer: str, told: str, trusted: Sequence[str]) -> str:
    """Return `https` if a trusted proxy says so in X-Forwarded-Proto, else `http`."""
    if not told or not is_in(parse_address(peer), trusted):
        return "http"
    return "https" if told.rpartition(",")[2].strip().lower() == "https" else "http"


def is_in(address: Address | None, networks: Sequence[str]) -> bool:
    """Return whether an address is in one of the networks."""
    return address is not None and any(address in ip_network(one) for one in networks)


def parse_address(text: str) -> Address | None:
    """Return an address, with an IPv4 address that is written as IPv6 as what it is."""
    text = text.strip()
    if text.startswith("[") or text.count(":") == 1:  # with a port
        text = text.rpartition(":")[0] if not text.endswith("]") else text
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
