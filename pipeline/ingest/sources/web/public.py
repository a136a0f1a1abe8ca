"""Connect to public addresses only, so that no link of a list reaches a machine of this network.

The name is resolved once and the connection goes to the address that was checked, because a second
look-up could give another one.
"""

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from config.loopback import is_loopback_host


class NotPublicError(httpx.TransportError):
    """The host is not a public one."""


class PublicTransport(httpx.BaseTransport):
    """A transport that refuses hosts of private networks."""

    def __init__(self, inner: httpx.BaseTransport, *, allow_loopback: bool) -> None:
        self._inner = inner
        self._allow_loopback = allow_loopback

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Connect to the first address of the host that can be reached.

        Raises:
            NotPublicError: the host has an address that is not public.
            httpx.TransportError: it cannot be found or reached.
        """
        host, error = request.url.host, httpx.ConnectError("it has no address")
        for address in self._addresses(host, request.url.port):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=str(address)),
                headers=request.headers,  # with the name of the host
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return self._inner.handle_request(pinned)
            except httpx.ConnectError as failed:
                error = failed
        raise error

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _addresses(self, host: str, port: int | None) -> Iterator[IPv4Address | IPv6Address]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("its name cannot be found") from error
        addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        local = self._allow_loopback and is_loopback_host(host)
        for address in addresses:
            if not (is_public(address) or (local and address.is_loopback)):
                raise NotPublicError(f"{address} is no public address")
        yield from dict.fromkeys(addresses)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address belongs to the public internet."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
