"""Evaluate SPF as a receiver does (RFC 7208, 4 and 5): may this machine send for this domain?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network

from pipeline.publish.mail.setup.lookup import Address, Lookup
from pipeline.publish.mail.setup.spf_record import (
    ASKING,
    Sender,
    SpfError,
    SpfRecord,
    Term,
    expand,
    parse_spf,
    spf_records,
)

#: terms that ask DNS which receivers follow, and answers without a record that they bear (4.6.4)
MOST_LOOKUPS, MOST_VOID = 10, 2
#: hosts of one `mx`
_MOST_HOSTS = 10
#: terms that are counted, so that a record which leads far ends
_COUNTED = 60
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


@dataclass
class _Budget:
    lookups: int = 0
    void: int = 0
    #: domains whose records are being evaluated
    path: list[str] = field(default_factory=list)

    def take(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise SpfError(f"more than {MOST_LOOKUPS} look-ups are needed")

    def answered(self, *, empty: bool) -> None:
        self.void += empty
        if self.void > MOST_VOID:
            raise SpfError(f"more than {MOST_VOID} look-ups find nothing")


def check_host(lookup: Lookup, domain: str, sender: Sender) -> str:
    """Return `pass`, `fail`, `softfail`, `neutral` or `none`.

    Raises:
        SpfError: receivers treat the record as an error (`permerror`).
        DnsFaultError: DNS gives no answer.
    """
    return _evaluate(lookup, domain, sender, _Budget())


def check_record(lookup: Lookup, record: SpfRecord, domain: str, sender: Sender) -> str:
    """Return what `check_host` would return if the domain had this record.

    Raises:
        SpfError: receivers would treat it as an error (`permerror`).
        DnsFaultError: DNS gives no answer.
    """
    return _evaluate_record(lookup, record, domain, sender, _Budget())


def record_of(lookup: Lookup, domain: str) -> SpfRecord | None:
    """Return the SPF record of a domain.

    Raises:
        SpfError: there are several, or it has a fault.
        DnsFaultError: DNS gives no answer.
    """
    found = spf_records(lookup.texts(domain))
    if len(found) > 1:
        raise SpfError(f"{domain} has {len(found)} SPF records")
    return parse_spf(found[0]) if found else None


def _evaluate(lookup: Lookup, domain: str, sender: Sender, budget: _Budget) -> str:
    if domain.lower() in budget.path:
        raise SpfError(f"the record of {domain} includes itself")
    record = record_of(lookup, domain)
    if record is None:
        return "none"
    return _evaluate_record(lookup, record, domain, sender, budget)


def _evaluate_record(
    lookup: Lookup, record: SpfRecord, domain: str, sender: Sender, budget: _Budget
) -> str:
    budget.path.append(domain.lower())
    for term in record.terms:
        if _matches(lookup, term, domain, sender, budget):
            budget.path.pop()
            return _RESULTS[term.qualifier]
    result = "neutral"
    if record.redirect and not any(term.name == "all" for term in record.terms):
        budget.take()
        target = expand(record.redirect, domain, sender)
        result = _evaluate(lookup, target, sender, budget)
        if result == "none":
            raise SpfError(f"{target}, to which `redirect` leads, has no SPF record")
    budget.path.pop()
    return result


def _matches(lookup: Lookup, term: Term, domain: str, sender: Sender, budget: _Budget) -> bool:
    if term.name == "all":
        return True
    if term.network is not None:
        return sender.ip in term.network
    budget.take()
    target = expand(term.value, domain, sender) or domain
    if term.name == "include":
        result = _evaluate(lookup, target, sender, budget)
        if result == "none":
            raise SpfError(f"{target}, which is included, has no SPF record")
        return result == "pass"
    if term.name == "exists":
        found = lookup.addresses(target)
        budget.answered(empty=not found)
        return bool(found)
    if term.name == "ptr":
        names = lookup.names_of(sender.ip)[:_MOST_HOSTS]
        budget.answered(empty=not names)
        return any(
            f".{name}".lower().endswith(f".{target}".lower())
            and sender.ip in lookup.addresses(name)
            for name in names
        )
    addresses = tuple(_addresses(lookup, term.name, target))
    budget.answered(empty=not addresses)
    return any(_in_network(sender.ip, one, term.bits) for one in addresses)


def _addresses(lookup: Lookup, name: str, target: str) -> Iterator[Address]:
    if name == "a":
        yield from lookup.addresses(target)
        return
    hosts = lookup.mail_servers(target)
    if len(hosts) > _MOST_HOSTS:
        raise SpfError(f"`mx` of {target} leads to {len(hosts)} hosts")
    for _, host in hosts:
        yield from lookup.addresses(host)


def _in_network(ip: Address, address: Address, bits: tuple[int, int]) -> bool:
    if ip.version != address.version:
        return False
    kept = bits[0] if ip.version == 4 else bits[1]
    return ip in ip_network((address, kept), strict=False)


@dataclass(frozen=True, slots=True)
class Cost:
    """How many look-ups one term of a record needs, with all that it leads to."""

    term: str
    lookups: int


def costs(lookup: Lookup, record: SpfRecord, domain: str, sender: Sender) -> tuple[Cost, ...]:
    """Return what each term of a record costs, because some receivers follow all of them.

    Raises:
        SpfError: a record that is included has a fault.
        DnsFaultError: DNS gives no answer.
    """
    left = [_COUNTED]
    found = [
        Cost(term.text, _cost(lookup, term, domain, sender, left))
        for term in record.terms
        if term.name in ASKING
    ]
    if record.redirect:
        term = Term(f"redirect={record.redirect}", "+", "include", record.redirect)
        found.append(Cost(term.text, _cost(lookup, term, domain, sender, left)))
    return tuple(found)


def _cost(lookup: Lookup, term: Term, domain: str, sender: Sender, left: list[int]) -> int:
    left[0] -= 1
    if term.name != "include" or left[0] <= 0:
        return 1
    target = expand(term.value, domain, sender)
    record = record_of(lookup, target)
    if record is None:
        raise SpfError(f"{target}, which is included, has no SPF record")
    total = 1
    for inner in record.terms:
        if inner.name in ASKING and left[0] > 0:
            total += _cost(lookup, inner, target, sender, left)
    if record.redirect and left[0] > 0:
        inner = Term("redirect", "+", "include", record.redirect)
        total += _cost(lookup, inner, target, sender, left)
    return total
