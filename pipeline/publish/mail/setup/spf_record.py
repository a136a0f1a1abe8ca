"""Read an SPF record (RFC 7208, 4.6 and 12) and expand its macros (7)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, IPv6Network, NetmaskValueError
from urllib.parse import quote

from pipeline.publish.mail.setup.lookup import Address

_TERM = re.compile(
    r"(?P<qualifier>[+?~-]?)(?P<name>[a-z][a-z0-9_.-]*)"
    r"(?::(?P<value>[^/]*))?(?P<four>/\d{1,3})?(?P<six>//\d{1,3})?",
    re.IGNORECASE,
)
_ADDRESS_TERM = re.compile(r"(?P<qualifier>[+?~-]?)(?P<name>ip[46]):(?P<value>\S+)", re.IGNORECASE)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>\S*)", re.IGNORECASE)
_MACRO = re.compile(
    r"%(?:\{(?P<letter>[slodiphv])(?P<last>\d{0,3})(?P<turned>r?)(?P<marks>[.+,/_=-]*)\}|"
    r"(?P<sign>[%_-]))",
    re.IGNORECASE,
)
_SIGNS = {"%": "%", "_": " ", "-": "%20"}
#: mechanisms that ask DNS; `redirect` does too
ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})
_WITH_NETWORK = frozenset({"a", "mx"})
_NEEDS_VALUE = frozenset({"include", "exists"})
#: characters that one record may have; more fit no answer of DNS
_LONGEST = 8_000
_LONGEST_DOMAIN = 253


class SpfError(ValueError):
    """The record cannot be evaluated: receivers treat it as an error (`permerror`)."""


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism."""

    text: str
    #: `+`, `-`, `~` or `?`
    qualifier: str
    #: `all`, `include`, `a`, `mx`, `ptr`, `ip4`, `ip6` or `exists`
    name: str
    #: the domain, with macros; empty: the record's own
    value: str = ""
    #: of `ip4` and `ip6`
    network: IPv4Network | IPv6Network | None = None
    #: bits of a network that `a` and `mx` compare, of IPv4 and IPv6
    bits: tuple[int, int] = (32, 128)


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """A record: its mechanisms in order, and where it leads if none of them matches."""

    text: str
    terms: tuple[Term, ...]
    redirect: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: what replaces the macros."""

    #: the envelope's sender
    address: str
    #: of the machine that connects
    ip: Address


def spf_records(texts: Sequence[str]) -> tuple[str, ...]:
    """Return those of a name's TXT records that are SPF records."""
    return tuple(text for text in texts if re.match(r"v=spf1(?: |$)", text, re.IGNORECASE))


def parse_spf(text: str) -> SpfRecord:
    """Return a record as its terms.

    Raises:
        SpfError: a term has a fault.
    """
    if len(text) > _LONGEST:
        raise SpfError(f"the record has {len(text)} characters")
    terms: list[Term] = []
    modifiers: dict[str, str] = {}
    for part in text.split(" ")[1:]:
        if not part:
            continue
        if modifier := _MODIFIER.fullmatch(part):
            name = modifier["name"].lower()
            if name in {"redirect", "exp"} and (name in modifiers or not modifier["value"]):
                raise SpfError(f"`{part}` stands twice or is empty")
            modifiers[name] = modifier["value"]
        else:
            terms.append(_term(part))
    return SpfRecord(text, tuple(terms), modifiers.get("redirect", ""))


def _term(part: str) -> Term:
    if found := _ADDRESS_TERM.fullmatch(part):
        name = found["name"].lower()
        network_of = IPv4Network if name == "ip4" else IPv6Network
        try:
            network = network_of(found["value"], strict=False)
        except (AddressValueError, NetmaskValueError, ValueError) as error:
            raise SpfError(f"`{part}` holds no address") from error
        return Term(part, found["qualifier"] or "+", name, network=network)
    found = _TERM.fullmatch(part)
    name = found["name"].lower() if found else ""
    if not found or name not in {*ASKING, "all"}:
        raise SpfError(f"`{part}` is no term of SPF")
    value = found["value"]
    sized = found["four"] or found["six"]
    if (
        value == ""
        or (name in _NEEDS_VALUE and not value)
        or (name == "all" and value is not None)
        or (sized and name not in _WITH_NETWORK)
    ):
        raise SpfError(f"`{part}` is written wrongly")
    bits = (int((found["four"] or "/32")[1:]), int((found["six"] or "//128")[2:]))
    if bits[0] > 32 or bits[1] > 128:
        raise SpfError(f"`{part}` has too many bits")
    return Term(part, found["qualifier"] or "+", name, value or "", bits=bits)


def expand(spec: str, domain: str, sender: Sender) -> str:
    """Return a domain with its macros replaced.

    Raises:
        SpfError: a percent sign begins no macro.
    """
    out: list[str] = []
    done = 0
    for found in re.finditer("%", spec):
        if found.start() < done:
            continue
        macro = _MACRO.match(spec, found.start())
        if macro is None:
            raise SpfError(f"`{spec}` holds a percent sign that begins no macro")
        out += [spec[done : macro.start()], _expanded(macro, domain, sender)]
        done = macro.end()
    whole = "".join([*out, spec[done:]])
    if len(whole) <= _LONGEST_DOMAIN:
        return whole
    # Whole labels are dropped from the left (7.3).
    return whole[-_LONGEST_DOMAIN - 1 :].partition(".")[2]


def _expanded(macro: re.Match[str], domain: str, sender: Sender) -> str:
    if macro["sign"]:
        return _SIGNS[macro["sign"]]
    local, _, host = sender.address.rpartition("@")
    letter = macro["letter"]
    value = {
        "s": sender.address,
        "l": local or "postmaster",
        "o": host,
        "d": domain,
        "i": _dotted(sender.ip),
        "p": "unknown",
        "h": host,
        "v": "in-addr" if sender.ip.version == 4 else "ip6",
    }[letter.lower()]
    parts = re.split("[" + re.escape(macro["marks"] or ".") + "]", value)
    if macro["turned"]:
        parts.reverse()
    if macro["last"]:
        if int(macro["last"]) == 0:
            raise SpfError("a macro keeps 0 parts")
        parts = parts[-int(macro["last"]) :]
    joined = ".".join(parts)
    return quote(joined, safe="-._~") if letter.isupper() else joined


def _dotted(address: Address) -> str:
    if address.version == 4:
        return str(address)
    return ".".join(address.exploded.replace(":", ""))
