"""Check where answers arrive (MX), and the names of the sending addresses (PTR)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from pipeline.publish.mail.setup.lookup import Address, Lookup, address_record, reverse_name
from pipeline.runtime.findings import Finding

_LOCAL = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)


@dataclass(frozen=True, slots=True)
class Sending:
    """One public address that mail leaves from, and the name it was found by, if any."""

    host: str
    address: Address


def sending_addresses(lookup: Lookup, hosts: Sequence[str]) -> tuple[Sending, ...]:
    """Return the public addresses of these names and addresses.

    Raises:
        DnsFaultError: DNS gives no answer.
    """
    found: dict[Address, Sending] = {}
    for host in hosts:
        literal = _literal(host)
        for address in (literal,) if literal else lookup.addresses(host):
            if not _is_local(address):
                found.setdefault(address, Sending("" if literal else host, address))
    return tuple(found.values())


def check_mx(lookup: Lookup, domain: str) -> Iterator[Finding]:
    """Yield why answers and reports to a domain do not arrive.

    Raises:
        DnsFaultError: DNS gives no answer.
    """
    servers = lookup.mail_servers(domain)
    if not servers:
        where = lookup.addresses(domain)
        missing = "has no MX record" + ("" if where else " and no address")
        yield Finding(
            "MX",
            f"{domain} {missing}, so answers and reports of failures may not arrive.",
            "Add the record of the server that takes its mail: "
            f"`{domain}. IN MX 10 mail.{domain}.`",
            wrong=not where,
        )
    for preference, host in servers:
        if not host:
            yield Finding(
                "MX",
                f"{domain} says that it takes no mail (`MX {preference} .`), so many servers refuse"
                " mail from it.",
                f"Replace that record: `{domain}. IN MX 10 mail.{domain}.`, or send from an address"
                " of a domain that takes mail.",
            )
        elif _literal(host):
            yield Finding(
                "MX",
                f"the MX record of {domain} holds the address {host}; it must hold a name.",
                f"Replace it: `{domain}. IN MX {preference} mail.{domain}.` and"
                f" `{address_record(f'mail.{domain}', ip_address(host))}`",
            )
        elif alias := lookup.alias(host):
            yield Finding(
                "MX",
                f"{host}, which takes the mail of {domain}, is an alias of {alias}; aliases are not"
                " allowed there (RFC 2181, 10.3).",
                f"Name the server itself: `{domain}. IN MX {preference} {alias}.`",
            )
        elif not lookup.addresses(host):
            yield Finding(
                "MX",
                f"{host}, which takes the mail of {domain}, has no address.",
                f"Add the address of that server, `{host}. IN A ADDRESS`, or remove"
                f" `{domain}. IN MX {preference} {host}.`",
            )


def check_ptr(lookup: Lookup, sending: Sequence[Sending], domain: str) -> Iterator[Finding]:
    """Yield addresses whose name is missing or does not lead back to them.

    Raises:
        DnsFaultError: DNS gives no answer.
    """
    for one in sending:
        names = lookup.names_of(one.address)
        wanted = one.host or f"mail.{domain}"
        pointer = f"`{reverse_name(one.address)}. IN PTR {wanted}.`"
        owner = f"Ask the provider of {one.address}, who alone can, to add"
        if not names:
            forward = (
                "" if one.host else f" Add to your own zone `{address_record(wanted, one.address)}`"
            )
            yield Finding(
                "PTR",
                f"the sending address {one.address} has no name (no PTR record), and large"
                " providers refuse mail from it.",
                f"{owner} {pointer}{forward}",
            )
        elif not any(one.address in lookup.addresses(name) for name in names):
            yield Finding(
                "PTR",
                f"the sending address {one.address} is called {names[0]}, which does not lead back"
                " to it.",
                f"Add `{address_record(names[0], one.address)}`, or ask the provider of"
                f" {one.address} for {pointer}",
            )


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_local(address: Address) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or any(address in network for network in _LOCAL if network.version == address.version)
    )
