"""Check that SPF allows the sending addresses, and say which record would."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from pipeline.publish.mail.setup.hosts import Sending
from pipeline.publish.mail.setup.lookup import Address, Lookup, text_record
from pipeline.publish.mail.setup.spf import MOST_LOOKUPS, check_host, check_record, costs
from pipeline.publish.mail.setup.spf_record import (
    Sender,
    SpfError,
    SpfRecord,
    parse_spf,
    spf_records,
)
from pipeline.runtime.findings import Finding

_NAME_HOSTS = (
    "Add the record that your mail provider documents. If a machine of yours hands mails to the"
    " recipients' servers, name it in [mail] sending_hosts, and the record to add is named here."
)
#: of documentation (RFC 5737), where no address is known
_NOWHERE = IPv4Address("192.0.2.1")


def check_spf(lookup: Lookup, sender: str, sending: Sequence[Sending]) -> Iterator[Finding]:
    """Yield what is wrong with the SPF record of the envelope sender's domain.

    Args:
        lookup: asks DNS.
        sender: the envelope's sender.
        sending: the addresses that mail leaves from; may be empty.

    Raises:
        DnsFaultError: DNS gives no answer.
    """
    domain = sender.rpartition("@")[2]
    addresses = [one.address for one in sending]
    found = spf_records(lookup.texts(domain))
    if not found:
        only = text_record(domain, _with_addresses("v=spf1 -all", addresses))
        yield Finding(
            "SPF",
            f"{domain} has no SPF record, so receivers cannot tell who may send for it.",
            # Without an address no record can be named that would let the mails pass.
            f"Add `{only}`" if addresses else _NAME_HOSTS,
        )
        return
    if len(found) > 1:
        merged = _passing(lookup, domain, sender, _merged(found), addresses)
        yield Finding(
            "SPF",
            f"{domain} has {len(found)} SPF records, which receivers treat as an error.",
            f"Keep one: `{text_record(domain, merged)}`",
        )
        return
    try:
        yield from _of_one(lookup, domain, sender, parse_spf(found[0]), addresses)
    except SpfError as error:
        kept = _without_faults(lookup, domain, sender, found[0])
        yield Finding(
            "SPF",
            f"the SPF record of {domain} is treated as an error: {error}.",
            "Correct or remove that term. Without what is at fault it is"
            f" `{text_record(domain, _with_addresses(kept, addresses))}`",
        )


def _of_one(
    lookup: Lookup, domain: str, sender: str, record: SpfRecord, addresses: Sequence[Address]
) -> Iterator[Finding]:
    if any(term.name == "all" and term.qualifier == "+" for term in record.terms):
        closed = " ".join("-all" if t in {"all", "+all"} else t for t in record.text.split())
        yield Finding(
            "SPF",
            f"the SPF record of {domain} allows the whole world to send for it (`+all`).",
            f"Replace it by `{text_record(domain, _with_addresses(closed, addresses))}`",
        )
        return
    asking = Sender(sender, addresses[0]) if addresses else None
    if asking is not None:
        counted = costs(lookup, record, domain, asking)
        total = sum(cost.lookups for cost in counted)
        if total > MOST_LOOKUPS:
            parts = ", ".join(f"`{cost.term}` {cost.lookups}" for cost in counted)
            own = f"news.{domain}"
            only = text_record(own, _with_addresses("v=spf1 -all", addresses))
            yield Finding(
                "SPF",
                f"the SPF record of {domain} needs {total} look-ups and {MOST_LOOKUPS} are allowed,"
                f" so receivers treat it as an error: {parts}.",
                "Remove what no longer sends for you; or send from a domain of its own, such as"
                f" survey@{own} with `{only}`",
            )
            return
    refused = []
    for address in addresses:
        result = check_host(lookup, domain, Sender(sender, address))
        if result != "pass":
            refused.append((address, result))
    if refused:
        named = " and ".join(f"{address} ({result})" for address, result in refused)
        new = _with_addresses(record.text, [address for address, _ in refused])
        yield Finding(
            "SPF",
            f"the SPF record of {domain} does not allow {named} to send for it.",
            f"Replace it by `{text_record(domain, new)}` If the mail leaves from other addresses,"
            " name them in [mail] sending_hosts.",
        )


def _with_addresses(text: str, addresses: Sequence[Address]) -> str:
    """Return a record that allows these addresses first, which costs no look-up."""
    own = [f"ip{address.version}:{address}" for address in addresses]
    first, *rest = text.split()
    return " ".join([first, *(one for one in own if one not in rest), *rest])


def _passing(
    lookup: Lookup, domain: str, sender: str, text: str, addresses: Sequence[Address]
) -> str:
    """Return a record, with the addresses that it does not let pass added."""
    refused = []
    for address in addresses:
        try:
            result = check_record(lookup, parse_spf(text), domain, Sender(sender, address))
        except SpfError:
            result = "permerror"
        if result != "pass":
            refused.append(address)
    return _with_addresses(text, refused)


def _merged(records: Sequence[str]) -> str:
    terms = dict.fromkeys(term for record in records for term in record.split()[1:])
    ends = [term for term in terms if term.lstrip("+-~?").lower() == "all"]
    kept = [term for term in terms if term not in ends]
    return " ".join(
        ["v=spf1", *kept, *(min(ends, key=lambda end: "-~?+".find(end[0])) for _ in ends[:1])]
    )


def _without_faults(lookup: Lookup, domain: str, sender: str, text: str) -> str:
    """Return the record without the terms that cannot be read or lead to a fault."""
    kept: list[str] = []
    for part in text.split()[1:]:
        try:
            alone = parse_spf(f"v=spf1 {part}")
            costs(lookup, alone, domain, Sender(sender, _NOWHERE))
        except SpfError:
            continue
        kept.append(part)
    return " ".join(["v=spf1", *kept])
