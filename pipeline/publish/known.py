"""Say what other services told of a paper: retraction, venue, code, citations, dated, with source.

A service that gave no answer leaves a fact unknown, which never means that all is well.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from storage.enrichment import UNKNOWN, Said
from storage.store import Store

#: names of the services as readers know them
#: the source of what a person suggested and a reviewer took up
_SUGGESTED = "suggestion"
_TAKEN_BACK = "none"
_SERVICES = {"crossref": "Crossref", "openalex": "OpenAlex", "github": "GitHub"}
#: the gravest first
_GRAVITY = ("retracted", "concern", "corrected", "none", UNKNOWN)
RETRACTED, CONCERN, PUBLISHED = "retracted", "concern", "published"


@dataclass(frozen=True, slots=True)
class Told:
    """One answer."""

    #: as the view `enrichments` names it, such as `retracted`, `published`, `gone` or `unknown`
    state: str
    #: name of the service; empty: the page itself was asked
    service: str
    #: the day of the answer, or of the last try if there was none
    asked: date
    #: the first day of this state
    since: date
    #: address of code that was asked about; of the others empty
    url: str = ""
    #: of the venue
    name: str = ""
    #: of notice or publication, as exactly as the service says it; may be empty
    on: str = ""
    #: of notice or publication; may be empty
    doi: str = ""
    #: where code moved to
    to: str = ""
    #: how often it is cited
    number: int = 0
    #: no service told it: a person suggested it, and a reviewer took it up
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What services told of one paper; None: none was asked."""

    retraction: Told | None = None
    venue: Told | None = None
    citations: Told | None = None
    code: tuple[Told, ...] = ()
    #: when a retraction became known, or an earlier answer on retraction or venue became another
    changed_at: datetime | None = None
    #: when an answer on retraction or venue last became another, the first of all included
    told_at: datetime | None = None

    @property
    def retracted(self) -> Told | None:
        """The answer that it was retracted, or that there is an expression of concern."""
        told = self.retraction
        return told if told is not None and told.state in {RETRACTED, CONCERN} else None

    @property
    def published(self) -> Told | None:
        """The answer that names where it is published."""
        told = self.venue
        return told if told is not None and told.state == PUBLISHED else None


NOTHING = Known()


def read_known(store: Store, arxiv_ids: Iterable[str]) -> Mapping[str, Known]:
    """Return what services told, by paper; a paper of which none was asked has nothing."""
    of_paper: defaultdict[str, list[Said]] = defaultdict(list)
    for one in store.enrichment.said(list(arxiv_ids)):
        of_paper[one.fact.arxiv_id].append(one)
    return {arxiv_id: _known(those) for arxiv_id, those in of_paper.items()}


def _known(said: Iterable[Said]) -> Known:
    of_kind: defaultdict[str, list[Said]] = defaultdict(list)
    suggested = []
    for one in said:
        if one.fact.source == _SUGGESTED:
            suggested.append(one)
        if one.fact.source != _SUGGESTED or one.fact.state != _TAKEN_BACK:
            of_kind[one.fact.kind].append(one)
    retraction = min(
        of_kind["retraction"], key=lambda one: _GRAVITY.index(one.fact.state), default=None
    )
    venue = _definite(of_kind["venue"])
    citations = _definite(of_kind["citations"])
    both = [one for one in (retraction, venue) if one is not None]
    both += [one for one in suggested if one is not venue]
    return Known(
        retraction=None if retraction is None else _told(retraction),
        venue=None if venue is None else _told(venue),
        citations=None if citations is None else _told(citations),
        code=tuple(_told(one) for one in of_kind["code"] if one.fact.subject),
        changed_at=max(filter(None, map(_news, both)), default=None),
        told_at=max((one.since for one in both if one.since is not None), default=None),
    )


def _definite(said: list[Said]) -> Said | None:
    """Return the answer that says most: one that names something, else any, else the last try."""
    ranks = {"none": 1, UNKNOWN: 2}
    return min(said, key=lambda one: ranks.get(one.fact.state, 0), default=None)


def _news(one: Said) -> datetime | None:
    """Return when readers had to be told; the first answer of all is news if grave or suggested."""
    first = one.fact.state in {RETRACTED, CONCERN} or one.fact.source == _SUGGESTED
    return one.since if first else one.turned_at


def _told(one: Said) -> Told:
    fact = one.fact
    detail = fact.detail
    if fact.kind == "retraction":
        detail = next(iter(detail.get("notices") or ()), {})
    return Told(
        state=fact.state,
        service=_SERVICES.get(fact.source, ""),
        asked=one.asked_at.date(),
        since=(one.since or one.asked_at).date(),
        url=fact.subject if fact.kind == "code" else "",
        name=str(detail.get("name", "")),
        on=str(detail.get("on", "")),
        doi=str(detail.get("doi", "")),
        to=str(detail.get("to", "")),
        number=int(detail.get("cited_by", 0)),
        suggested=fact.source == _SUGGESTED,
    )
