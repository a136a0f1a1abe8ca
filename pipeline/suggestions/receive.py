"""Store a suggestion, or say at once what is known of its paper already."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from config.suggestions_schema import SuggestionsSettings
from pipeline.enrich.venue import find_venue
from pipeline.suggestions.read import Read
from storage.store import OpenStore, Store
from storage.suggestion_types import (
    Channel,
    NewSuggestion,
    Received,
    SuggestionKind,
    SuggestionLimits,
)
from storage.types import Decision, Verdict


@dataclass(frozen=True, slots=True)
class Sent:
    """How a suggestion came, beside what it says."""

    channel: Channel
    #: of the form that was sent, or of issue or mail; the same again is the same suggestion
    origin: str
    language: str = "en"
    address: str | None = field(default=None, repr=False)
    network_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """A suggestion that is stored."""

    suggestion_id: str
    received: Received


@dataclass(frozen=True, slots=True)
class Known:
    """Nothing was stored, because what was suggested is so already."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class RejectedBefore:
    """Nothing was stored: the paper was rejected, and nothing new is said of it."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class NotPublished:
    """Nothing was stored: a correction of a paper that is not listed."""

    arxiv_id: str


@dataclass(frozen=True, slots=True)
class Limited:
    """Nothing was stored: too much comes in."""

    limit: Received


Outcome = Taken | Known | RejectedBefore | NotPublished | Limited


def limits_of(settings: SuggestionsSettings) -> SuggestionLimits:
    """Return the limits of the settings."""
    return SuggestionLimits(settings.per_network, settings.per_hour, settings.waiting_at_most)


def kept_for(settings: SuggestionsSettings) -> timedelta:
    """Return how long an address is kept."""
    return timedelta(days=settings.keep_address_days)


def receive(
    open_store: OpenStore,
    read: Read,
    sent: Sent,
    *,
    settings: SuggestionsSettings,
    clock: Callable[[], datetime],
) -> Outcome:
    """Store what was suggested, in one transaction; the same sent again is stored once.

    Limits count for the page only; who imports issues or mails has chosen them.
    """
    now = clock()
    new_id = suggestion_id(read, sent)
    with open_store() as store, store.transaction():
        store.suggestions.expire(now, kept_for=kept_for(settings))
        if store.suggestions.get(new_id) is not None:
            return Taken(new_id, Received.AGAIN)
        if sent.channel is Channel.PAGE:
            known = known_already(store, read)
            if known is not None:
                return known
        new = NewSuggestion(
            suggestion_id=new_id,
            kind=read.kind,
            arxiv_id=read.arxiv_id,
            new_value=read.value,
            old_value=published_value(store, read.kind, read.arxiv_id),
            note=read.note,
            name=read.name,
            relation=read.relation,
            credited=read.credited,
            channel=sent.channel,
            origin="" if sent.channel is Channel.PAGE else sent.origin,
            language=sent.language,
            address=sent.address,
            network_key=sent.network_key,
        )
        limits = limits_of(settings) if sent.channel is Channel.PAGE else None
        received = store.suggestions.add(new, now, limits)
    if received in {Received.STORED, Received.AGAIN}:
        return Taken(new_id, received)
    return Limited(received)


def known_already(store: Store, read: Read) -> Known | RejectedBefore | NotPublished | None:
    """Return what can be answered at once, or None."""
    standing = store.decisions.standing([read.arxiv_id]).get(read.arxiv_id)
    verdict = None if standing is None else standing.verdict
    if read.kind is not SuggestionKind.MISSING_PAPER:
        listed = verdict is Verdict.APPROVED
        same = read.kind is SuggestionKind.WRONG_SECTION and listed
        if standing is not None and same and set(read.value.split()) == set(standing.sections):
            return Known(standing)
        return None if listed else NotPublished(read.arxiv_id)
    if standing is None or verdict is Verdict.DEFERRED:
        return None
    if verdict is Verdict.APPROVED:
        return Known(standing)
    return None if read.note else RejectedBefore(standing)


def published_value(store: Store, kind: SuggestionKind, arxiv_id: str) -> str:
    """Return what is published of a paper now, where a correction would change it."""
    standing = store.decisions.standing([arxiv_id]).get(arxiv_id)
    stored = store.papers.get_many([arxiv_id]).get(arxiv_id)
    if kind is SuggestionKind.WRONG_SECTION and standing is not None:
        return " ".join(standing.sections)
    if stored is None:
        return ""
    paper = stored.paper
    if kind is SuggestionKind.WRONG_RECORD:
        return f"{paper.title}\n{', '.join(paper.authors)}"
    if kind is SuggestionKind.ACCEPTED_AT:
        venue = find_venue(paper.comment, paper.journal_ref)
        return venue.name if venue else ""
    return ""


def suggestion_id(read: Read, sent: Sent) -> str:
    """Return the ID of a suggestion: it is random, because a form has a random number."""
    texts = (
        sent.channel.value,
        sent.origin,
        read.kind.value,
        read.arxiv_id,
        read.value,
        read.note if sent.channel is Channel.PAGE else "",
        read.name if sent.channel is Channel.PAGE else "",
    )
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:32]


def day_of(decision: Decision) -> date:
    """Return the day of a decision in UTC."""
    return decision.decided_at.date()
