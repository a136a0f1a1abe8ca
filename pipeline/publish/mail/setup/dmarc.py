"""Check DMARC: the policy of the visible sender, and that SPF or DKIM speaks for the same domain.

The organisational domain is found by walking up the names (RFC 9989, 4.10), so no list of public
suffixes is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.publish.mail.setup.lookup import Lookup, text_record
from pipeline.publish.mail.setup.tags import parse_tags, with_tags
from pipeline.runtime.findings import Finding

_POLICIES = frozenset({"none", "quarantine", "reject"})
#: names that are asked on the way up
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Policy:
    """A DMARC record, the domain it stands at, and the organisational domain."""

    domain: str
    organisation: str
    text: str
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The domains for which a message is authenticated, as far as it is set up."""

    #: of the envelope's sender, where SPF passes; empty: it does not
    spf: str
    #: of the signature; empty: there is none
    dkim: str


def find_policy(lookup: Lookup, domain: str) -> Policy | None:
    """Return the policy that applies to a domain.

    Raises:
        DnsFaultError: DNS gives no answer.
    """
    found = [
        (name, records[0])
        for name in _way_up(domain)
        if len(records := _records(lookup, name)) == 1
    ]
    if not found:
        return None
    organisation = found[-1][0]
    for name, text in found:
        role = (parse_tags(text) or {}).get("psd", "u")
        if role == "n":
            organisation = name
            break
        if role == "y" and name != domain:
            organisation = ".".join(domain.split(".")[-name.count(".") - 2 :])
            break
    applying = next((one for one in found if one[0] == domain), None)
    name, text = applying or next((one for one in found if one[0] == organisation), found[-1])
    return Policy(name, organisation, text, parse_tags(text) or {})


def check_dmarc(
    lookup: Lookup, domain: str, reports_to: str, authenticated: Authenticated
) -> Iterator[Finding]:
    """Yield what is wrong with the policy, and whether a message would fail it.

    Args:
        lookup: asks DNS.
        domain: of the address that readers see.
        reports_to: an address for reports, for the record to add.
        authenticated: what SPF and DKIM speak for.

    Raises:
        DnsFaultError: DNS gives no answer.
    """
    own = _records(lookup, domain)
    place = f"_dmarc.{domain}"
    if len(own) > 1:
        yield Finding(
            "DMARC",
            f"{place} has {len(own)} DMARC records, so receivers apply none.",
            f"Keep one: `{text_record(place, own[0])}`",
        )
        return
    policy = find_policy(lookup, domain)
    if policy is None:
        new = text_record(place, f"v=DMARC1; p=none; rua=mailto:{reports_to}")
        yield Finding(
            "DMARC",
            f"{domain} has no DMARC record, which large providers require.",
            f"Add `{new}`",
        )
        return
    stands_at = f"_dmarc.{policy.domain}"
    if fault := _fault(policy):
        repaired = with_tags(policy.text, _repairs(policy))
        yield Finding(
            "DMARC",
            f"the record at {stands_at} {fault}.",
            f"Replace it by `{text_record(stands_at, repaired)}`",
        )
        return
    yield from _alignment(lookup, domain, policy, authenticated)


def _alignment(
    lookup: Lookup, domain: str, policy: Policy, authenticated: Authenticated
) -> Iterator[Finding]:
    spf = _aligned(lookup, domain, policy, authenticated.spf, "aspf")
    dkim = _aligned(lookup, domain, policy, authenticated.dkim, "adkim")
    if spf or dkim:
        return
    parts = [
        f"SPF passes for {authenticated.spf}" if authenticated.spf else "SPF does not pass",
        f"DKIM signs for {authenticated.dkim}" if authenticated.dkim else "no DKIM key is set up",
    ]
    if authenticated.spf and policy.tags.get("aspf", "r") == "s":
        relaxed = with_tags(policy.text, {"aspf": "r"})
        how = f", or relax the policy: `{text_record(f'_dmarc.{policy.domain}', relaxed)}`"
    else:
        how = ""
    yield Finding(
        "DMARC",
        f"no message passes DMARC, because neither SPF nor DKIM speaks for {domain}"
        f" ({'; '.join(parts)}); the policy is p={policy.tags['p']}.",
        f"Sign with DKIM for {domain} (see DKIM), or let [mail] bounce_address and its SPF be of"
        f" {domain}{how}",
    )


def _aligned(lookup: Lookup, domain: str, policy: Policy, other: str, mode: str) -> bool:
    if not other:
        return False
    if other == domain:
        return True
    if policy.tags.get(mode, "r") == "s":
        return False
    theirs = find_policy(lookup, other)
    return theirs is not None and theirs.organisation == policy.organisation


def _fault(policy: Policy) -> str:
    if not policy.tags:
        return "cannot be read"
    if policy.tags.get("p", "").lower() not in _POLICIES:
        return "states no policy (p=none, quarantine or reject)"
    for name in ("sp", "np"):
        if policy.tags.get(name, "none").lower() not in _POLICIES:
            return f"has {name}={policy.tags[name]:.20}, which is no policy"
    for name in ("aspf", "adkim"):
        if policy.tags.get(name, "r").lower() not in {"r", "s"}:
            return f"has {name}={policy.tags[name]:.20}, which must be r or s"
    return ""


def _repairs(policy: Policy) -> dict[str, str]:
    stated = policy.tags.get("p", "").lower()
    own = stated if stated in _POLICIES else "none"
    allowed = {
        **dict.fromkeys(("sp", "np"), (_POLICIES, own)),
        **dict.fromkeys(("aspf", "adkim"), (frozenset("rs"), "r")),
    }
    wrong = {
        name: default
        for name, (values, default) in allowed.items()
        if policy.tags.get(name, default).lower() not in values
    }
    return {"v": "DMARC1", "p": own, **wrong}


def _records(lookup: Lookup, domain: str) -> tuple[str, ...]:
    return tuple(
        text
        for text in lookup.texts(f"_dmarc.{domain}")
        if text.partition(";")[0].replace(" ", "") == "v=DMARC1"
    )


def _way_up(domain: str) -> Iterator[str]:
    """Yield the domain and its parents of two and more labels, at most eight names."""
    labels = domain.split(".")
    yield domain
    labels = labels[1:] if len(labels) < _MOST_LABELS else labels[1 - _MOST_LABELS :]
    while len(labels) >= 2:
        yield ".".join(labels)
        labels = labels[1:]
