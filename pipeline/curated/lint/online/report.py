"""What is found in what is known of links."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.curated.lint.catalogue import Code
from pipeline.curated.lint.findings import Finding, found
from pipeline.curated.lint.online.addresses import find_addresses
from pipeline.curated.lint.online.answers import State
from pipeline.curated.lint.online.memory import Known
from pipeline.curated.lint.subject import Subject
from pipeline.runtime.plurals import counted


@dataclass(frozen=True, slots=True)
class LinkRound:
    """What a call learned, with what is known from earlier ones."""

    known: Mapping[str, Known]
    #: so many make a link dead
    strikes: int
    #: links asked by this call
    asked: int
    #: no server at all responded, so nothing was counted
    network_out: bool


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """The numbers of a call."""

    #: different addresses, without those of arXiv
    links: int
    asked: int
    #: alive, moved, blocked, failing, dead or unknown: by this call and earlier ones
    states: Mapping[str, int]
    network_out: bool


def link_findings(subject: Subject, links: LinkRound) -> Iterator[Finding]:
    """Yield what is wrong with links, at the first place of each."""
    for address in find_addresses(subject.texts):
        one = links.known.get(address.url)
        said = _said(address.url, one, links.strikes) if one else None
        if said is None:
            continue
        code, message, remedy = said
        (file, line), *others = address.places
        also = ", ".join(str(at) if name == file else f"{name}:{at}" for name, at in others[:5])
        if also:
            message = f"{message[:-1]}, also on line {also}."
        entry = subject.entry_at(file, line)
        if entry:
            yield subject.on(entry, code, message, remedy, line=line)
        else:
            yield found(code, file, line, message, remedy)


def count_links(subject: Subject, links: LinkRound) -> LinkCounts:
    """Return the numbers of a call."""
    addresses = find_addresses(subject.texts)
    states = Counter(_state(links.known.get(one.url), links.strikes) for one in addresses)
    return LinkCounts(len(addresses), links.asked, dict(states), links.network_out)


def _state(one: Known | None, strikes: int) -> str:
    if one is None:
        return "unknown"
    if one.state is State.FAILED:
        return "dead" if one.strikes >= strikes else "failing"
    return one.state.value


def _said(url: str, one: Known, strikes: int) -> tuple[Code, str, str] | None:
    match one.state:
        case State.FAILED if one.strikes >= strikes:
            since = f"{one.failing_since:%Y-%m-%d}" if one.failing_since else "its first call"
            calls = counted(one.strikes, "call")
            return (
                Code.DEAD_LINK,
                f"{url} {one.detail}, in {calls} since {since}.",
                "Correct the link, or take it out.",
            )
        case State.FAILED:
            return (
                Code.FAILING_LINK,
                f"{url} {one.detail}: strike {one.strikes} of {strikes}.",
                "Look at it in a browser; call again on another day.",
            )
        case State.MOVED:
            return Code.MOVED_LINK, f"{url} {one.detail}.", f"Link to {one.target}."
        case State.BLOCKED:
            return Code.BLOCKED_LINK, f"{url} {one.detail}.", "Look at it in a browser."
    return None
