"""What an issue corrects: approved papers that changed in its week, and approvals taken back."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipeline.enrich.venue import Venue, find_venue
from pipeline.ingest.corrections import corrections
from pipeline.publish.digest.entries import title_of, url_of
from pipeline.publish.digest.types import CorrectedPaper
from pipeline.publish.digest.week import Week
from storage.changes import Change
from storage.types import Verdict
from storage.weeks import PastDecision

#: the gravest first
KINDS = ("retracted", "withdrawn", "taken_back", "restored", "retitled", "moved", "published")
#: kinds of changes that are read
CHANGES = ("withdrawn", "restored", "title", "comment", "journal_ref", "doi")
_RETRACTED = re.compile(r"\bretract(?:ed|ion)\b", re.IGNORECASE)
#: (arXiv ID, kind, fields of `CorrectedPaper`)
_Found = tuple[str, str, dict[str, Any]]
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
    week: Week, changes: Sequence[Change], before: Before
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
    ):
        one = found.get(arxiv_id) or CorrectedPaper(
            arxiv_id, title_of(arxiv_id, titles.get(arxiv_id, "")), url_of(arxiv_id), ()
        )
        kinds = tuple(sorted({*one.kinds, kind}, key=KINDS.index))
        found[arxiv_id] = replace(one, kinds=kinds, **fields)
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


def _concerns(change: Change, before: Before) -> bool:
    """Say whether readers know the paper and not the change.

    They know those approved earlier, and those that were listed before the change.
    """
    named_until = before.named_until.get(change.arxiv_id)
    if change.kind == "withdrawn" and named_until and change.seen_at <= named_until:
        return False
    if change.arxiv_id in before.earlier:
        return True
    if change.arxiv_id not in before.listed:
        return False
    return before.standing[change.arxiv_id].decided_at < change.seen_at


def _venue(change: Change, text: str | None) -> Venue | None:
    if change.kind == "journal_ref":
        return find_venue(None, text)
    return find_venue(text) if change.kind == "comment" else None


def _rank(one: CorrectedPaper) -> tuple[int, str]:
    return KINDS.index(one.kinds[0]), one.arxiv_id
