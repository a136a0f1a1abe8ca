"""Ask DNS, with a resolver that is passed in, and write records as a zone file has them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from config.errors import ConfigError

Address = IPv4Address | IPv6Address
T = TypeVar("T")

#: bytes of one string of a TXT record (RFC 1035, 3.3)
_STRING = 255


class DnsFaultError(Exception):
    """DNS gave no answer, so nothing is known."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(f"DNS gives no answer for {kind} {name}")
        self.name = name


@dataclass(frozen=True)
class Lookup:
    """Look-ups in DNS, each asked once. An unknown name has no records.

    Every method raises DnsFaultError where no server answers.
    """

    resolver: dns.resolver.Resolver
    #: seconds for one look-up
    seconds: float = 10.0
    _kept: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name, each in one piece."""
        return self._ask(
            name, "TXT", lambda one: b"".join(one.strings).decode("utf-8", errors="replace")
        )

    def addresses(self, name: str) -> tuple[Address, ...]:
        """Return the IPv4 and IPv6 addresses of a name."""
        return tuple(
            ip_address(found)
            for kind in ("A", "AAAA")
            for found in self._ask(name, kind, lambda one: str(one.address))
        )

    def mail_servers(self, name: str) -> tuple[tuple[int, str], ...]:
        """Return preference and host of the MX records, the preferred first."""
        return tuple(
            sorted(self._ask(name, "MX", lambda one: (int(one.preference), plain(one.exchange))))
        )

    def alias(self, name: str) -> str:
        """Return where a CNAME record leads; empty: there is none."""
        return next(iter(self._ask(name, "CNAME", lambda one: plain(one.target))), "")

    def names_of(self, address: Address) -> tuple[str, ...]:
        """Return the names that the PTR records of an address give."""
        return self._ask(reverse_name(address), "PTR", lambda one: plain(one.target))

    def _ask(self, name: str, kind: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        key = (name.lower().rstrip("."), kind)
        if key not in self._kept:
            self._kept[key] = self._asked(name, kind, read)
        return self._kept[key]

    def _asked(self, name: str, kind: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        try:
            wanted = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return ()  # no zone can hold such a name
        try:
            answer = self.resolver.resolve(wanted, kind, search=False, lifetime=self.seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise DnsFaultError(name, kind) from error
        return tuple(read(one) for one in answer)


def resolver_of(name_server: str = "") -> dns.resolver.Resolver:
    """Return a resolver that asks this server, such as `127.0.0.1:5353`, else the machine's own.

    Raises:
        ConfigError: the machine names no server.
    """
    if not name_server:
        try:
            return dns.resolver.get_default_resolver()
        except dns.resolver.NoResolverConfiguration as error:
            raise ConfigError(
                "This machine has no name server.",
                hint="Name one: [mail] name_server.",
            ) from error
    resolver = dns.resolver.Resolver(configure=False)
    parts = urlsplit(f"//{name_server}")
    resolver.nameservers = [str(parts.hostname)]
    resolver.port = parts.port or 53
    return resolver


def plain(name: dns.name.Name) -> str:
    """Return a name without the full stop at its end, which is all of the root's name."""
    return name.to_text(omit_final_dot=True) if len(name.labels) > 1 else ""


def reverse_name(address: Address) -> str:
    """Return the name at which the PTR records of an address stand."""
    return plain(dns.reversename.from_address(str(address)))


def address_record(name: str, address: Address) -> str:
    """Return the record that gives a name an address."""
    return f"{name}. IN {'A' if address.version == 4 else 'AAAA'} {address}"


def text_record(name: str, text: str) -> str:
    """Return a TXT record, its text cut into strings of at most 255 bytes."""
    parts = [text[start : start + _STRING] for start in range(0, len(text), _STRING)] or [""]
    return f"{name}. IN TXT " + " ".join(f'"{_quoted(part)}"' for part in parts)


def _quoted(part: str) -> str:
    return part.replace("\\", "\\\\").replace('"', '\\"')
