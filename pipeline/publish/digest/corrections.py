"""What an issue corrects: approved papers that changed in its week, and approvals taken back."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipeline.enrich.venue import Venue, find_venue
from pipeline.ingest.corrections import corrections
from pipeline.publish.digest.entries import title_of, url_of
from pipeline.publish.digest.types import CorrectedPaper, Reported
from pipeline.publish.digest.week import Week
from storage.changes import Change
from storage.enrichment import DatedFact
from storage.types import Verdict
from storage.weeks import PastDecision

#: the gravest first
KINDS = (
    "retracted", "reported_retracted", "withdrawn", "taken_back", "restored", "retitled", "moved",
    "published", "reported_published",
)  # fmt: skip
#: kinds of changes that are read
CHANGES = ("withdrawn", "restored", "title", "comment", "journal_ref", "doi")
_RETRACTED = re.compile(r"\bretract(?:ed|ion)\b", re.IGNORECASE)
#: (arXiv ID, kind, fields of `CorrectedPaper`)
_Found = tuple[str, str, dict[str, Any]]
_SOURCES = {"crossref": "Crossref"}
_STATES = {"withdrawn": "withdrawn", "restored": "restored", "title": "retitled"}


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of papers that were approved before the week or listed in it."""

    #: approvals that stood at the week's beginning, by paper
    earlier: Mapping[str, PastDecision]
    #: decisions that stood at its end, by paper
    standing: Mapping[str, PastDecision]
    #: papers listed in the week's issue
    listed: Collection[str]
    #: the issue that had each paper, such as `digest:2026-W11`
    issues: Mapping[str, str]
    #: until when an earlier issue named the withdrawal of a paper that it did not list
    named_until: Mapping[str, datetime] = field(default_factory=dict)


def week_corrections(
    week: Week, changes: Sequence[Change], before: Before, facts: Sequence[DatedFact] = ()
) -> tuple[CorrectedPaper, ...]:
    """Return the corrections of a week, the gravest first.

    A correction belongs to the week in which it was seen or decided, so that it is named once and
    an old issue stays the same.
    """
    told = [change for change in changes if _concerns(change, before)]
    titles = {key: one.title for key, one in (*before.standing.items(), *before.earlier.items())}
    titles |= {change.arxiv_id: change.new or "" for change in told if change.kind == "title"}
    found: dict[str, CorrectedPaper] = {}
    for arxiv_id, kind, fields in (
        *_of_records(told, titles),
        *_of_publications(told),
        *_of_decisions(week, before),
        *_of_facts(facts, before),
    ):
        one = found.get(arxiv_id) or CorrectedPaper(
            arxiv_id, title_of(arxiv_id, titles.get(arxiv_id, "")), url_of(arxiv_id), ()
        )
        if kind == "reported_published" and "published" in one.kinds:
            continue  # the authors said it, too
        reported = (*one.reported, *fields.get("reported", ()))
        kinds = tuple(sorted({*one.kinds, kind}, key=KINDS.index))
        found[arxiv_id] = replace(one, kinds=kinds, **(fields | {"reported": reported}))
    return tuple(sorted(found.values(), key=_rank))


def _of_records(changes: Sequence[Change], titles: Mapping[str, str]) -> Iterator[_Found]:
    """Yield what arXiv withdrew, restored or renamed, all changes of the week together."""
    for one in corrections([c for c in changes if c.kind in _STATES], titles):
        for kind in one.kinds:
            former = one.former_title if kind == "title" else None
            title = {} if former is None else {"former_title": title_of(one.arxiv_id, former)}
            yield one.arxiv_id, _STATES[kind], title


def _of_publications(changes: Sequence[Change]) -> Iterator[_Found]:
    """Yield what was retracted, and where papers are published now."""
    for change in changes:
        if _RETRACTED.search(change.new or "") and not _RETRACTED.search(change.old or ""):
            yield change.arxiv_id, "retracted", {}
            continue
        venue = _venue(change, change.new)
        if venue is not None and venue != _venue(change, change.old):
            yield change.arxiv_id, "published", {"venue": venue}
        elif change.kind == "doi" and change.new and not change.old:
            yield change.arxiv_id, "published", {}


def _of_decisions(week: Week, before: Before) -> Iterator[_Found]:
    """Yield papers that reviewers moved, and those of earlier issues that they took back."""
    for arxiv_id, one in before.earlier.items():
        now = before.standing.get(arxiv_id)
        if now is None or now.verdict is not Verdict.APPROVED:
            if arxiv_id in before.issues:
                issue = before.issues[arxiv_id].partition(":")[2]
                yield arxiv_id, "taken_back", {"issue": issue}
        elif now.decided_at >= week.start and {*now.sections} != {*one.sections}:
            sections = {"former_sections": one.sections, "sections": now.sections}
            yield arxiv_id, "moved", sections


def _of_facts(facts: Sequence[DatedFact], before: Before) -> Iterator[_Found]:
    """Yield what other services say, with source and date; it changes nothing else."""
    for one in facts:
        fact = one.fact
        if not _is_known(fact.arxiv_id, one.asked_at, before):
            continue
        said = fact.detail
        if fact.kind == "retraction":
            said = next(iter(fact.detail.get("notices") or ()), {})
        reported = Reported(
            kind=f"reported_{fact.state}",
            source=_SOURCES.get(fact.source, fact.source),
            asked=one.asked_at.date(),
            name=str(said.get("name", "")),
            on=str(said.get("on", "")),
            doi=str(said.get("doi", "")),
        )
        yield fact.arxiv_id, reported.kind, {"reported": (reported,)}


def _concerns(change: Change, before: Before) -> bool:
    """Say whether readers know the paper and not the change.

    They know those approved earlier, and those that were listed before the change.
    """
    named_until = before.named_until.get(change.arxiv_id)
    if change.kind == "withdrawn" and named_until and change.seen_at <= named_until:
        return False
    return _is_known(change.arxiv_id, change.seen_at, before)


def _is_known(arxiv_id: str, at: datetime, before: Before) -> bool:
    if arxiv_id in before.earlier:
        return True
    return arxiv_id in before.listed and before.standing[arxiv_id].decided_at < at


def _venue(change: Change, text: str | None) -> Venue | None:
    if change.kind == "journal_ref":
        return find_venue(None, text)
    return find_venue(text) if change.kind == "comment" else None


def _rank(one: CorrectedPaper) -> tuple[int, str]:
    return KINDS.index(one.kinds[0]), one.arxiv_id
