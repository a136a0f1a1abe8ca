"""What an issue corrects: approved papers that changed in its week, and approvals taken back."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

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


def week_corrections(
    week: Week, changes: Sequence[Change], before: Before
) -> tuple[CorrectedPaper, ...]:
    """Return the corrections of a week, the gravest first.

    A correction belongs to the week in which it was seen or decided, so that it is named once and
    an old issue stays the same.
    """
    told = [change for change in changes if _concerns(change, before)]
    found: dict[str, CorrectedPaper] = {}
    titles = {key: one.title for key, one in (*before.standing.items(), *before.earlier.items())}
    titles |= {change.arxiv_id: change.new or "" for change in told if change.kind == "title"}

    def add(arxiv_id: str, kind: str, **fields: object) -> None:
        one = found.get(arxiv_id) or CorrectedPaper(
            arxiv_id, title_of(arxiv_id, titles.get(arxiv_id, "")), url_of(arxiv_id), ()
        )
        kinds = tuple(sorted({*one.kinds, kind}, key=KINDS.index))
        found[arxiv_id] = replace(one, kinds=kinds, **fields)

    for change in corrections([c for c in told if c.kind in _STATES], titles):
        former = change.former_title
        for kind in change.kinds:
            fields = {"former_title": title_of(change.arxiv_id, former)} if former else {}
            add(change.arxiv_id, _STATES[kind], **fields)
    for change in told:
        if _RETRACTED.search(change.new or "") and not _RETRACTED.search(change.old or ""):
            add(change.arxiv_id, "retracted")
        elif (published := _published(change)) is not None:
            add(change.arxiv_id, "published", venue=published[0] or _venue(found, change))
    for arxiv_id, one in before.earlier.items():
        now = before.standing.get(arxiv_id)
        if now is not None and now.verdict is Verdict.APPROVED:
            if now.decided_at >= week.start and {*now.sections} != {*one.sections}:
                add(arxiv_id, "moved", former_sections=one.sections, sections=now.sections)
        elif arxiv_id in before.issues:
            add(arxiv_id, "taken_back", issue=before.issues[arxiv_id].partition(":")[2])
    return tuple(sorted(found.values(), key=_rank))


def _concerns(change: Change, before: Before) -> bool:
    """Say whether readers know the paper: approved earlier, or listed and changed after that."""
    if change.arxiv_id in before.earlier:
        return True
    if change.arxiv_id not in before.listed:
        return False
    return before.standing[change.arxiv_id].decided_at < change.seen_at


def _published(change: Change) -> tuple[Venue | None] | None:
    """Return the venue that a change names for the first time; None: it names none."""
    if change.kind == "journal_ref":
        venue = find_venue(None, change.new)
        return None if venue is None or venue == find_venue(None, change.old) else (venue,)
    if change.kind == "comment":
        venue = find_venue(change.new)
        return None if venue is None or venue == find_venue(change.old) else (venue,)
    return (None,) if change.kind == "doi" and change.new and not change.old else None


def _venue(found: Mapping[str, CorrectedPaper], change: Change) -> Venue | None:
    known = found.get(change.arxiv_id)
    return known.venue if known else None


def _rank(one: CorrectedPaper) -> tuple[int, str]:
    return KINDS.index(one.kinds[0]), one.arxiv_id
