"""Decide what to approve of the list and what to refuse, before storing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from config.taxonomy import Taxonomy
from pipeline.curated.findings import (
    Note,
    Reason,
    Refusal,
    Remark,
    note,
    refuse,
    refuse_unreadable,
)
from pipeline.curated.knowledge import Knowledge
from pipeline.curated.sections import sections_of
from pipeline.curated.types import CuratedList, Entry
from pipeline.curated.verdict import Placed, decide_entry
from storage.arxiv_id import id_month
from storage.paper_key import is_doi_key
from storage.types import LIST_REVIEWER, NewDecision, Verdict


@dataclass(frozen=True, slots=True)
class BootstrapPlan:
    """The decisions, refusals and notes of a list."""

    decisions: tuple[NewDecision, ...]
    #: entries behind those decisions
    agreed: int
    #: in file order
    refused: tuple[Refusal, ...]
    notes: tuple[Note, ...]
    #: the first entry behind each decision, by paper
    first_entries: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class _Kept:
    placed: Placed
    sections: tuple[str, ...]


def plan_bootstrap(
    curated: CuratedList, knowledge: Knowledge, taxonomy: Taxonomy, *, now: datetime
) -> BootstrapPlan:
    """Compare the list with what is known of its papers.

    Entries of one paper become one decision. Of entries that share an ID, those that agree with
    arXiv are approved.
    """
    refused = [refuse_unreadable(item) for item in curated.unreadable]
    by_id = entries_by_id(curated)
    with_headings = {heading.file for heading in curated.headings}
    kept: defaultdict[str, list[_Kept]] = defaultdict(list)
    for entry in curated.entries:
        others = [other for one in entry.arxiv_ids for other in by_id[one.base]]
        match decide_entry(entry, others, knowledge):
            case Refusal() as refusal:
                refused.append(refusal)
            case Placed() as placed:
                by_tags = entry.file not in with_headings
                if sections := sections_of(entry, taxonomy, by_tags=by_tags):
                    kept[placed.arxiv_id].append(_Kept(placed, sections))
                else:
                    refused.append(_without_section(entry, placed.arxiv_id))
    notes = [one for group in kept.values() for each in group for one in each.placed.notes]
    for arxiv_id, group in kept.items():
        notes += _on_paper(arxiv_id, group, knowledge)
    order = {file.name: number for number, file in enumerate(curated.files)}
    return BootstrapPlan(
        tuple(_approval(arxiv_id, group, now) for arxiv_id, group in kept.items()),
        sum(map(len, kept.values())),
        tuple(sorted(refused, key=lambda item: (order[item.file], item.line))),
        tuple(sorted(notes, key=lambda item: (order[item.file], item.line))),
        {arxiv_id: group[0].placed.entry for arxiv_id, group in kept.items()},
    )


def decided_at(arxiv_id: str, dates: Sequence[date], *, now: datetime) -> datetime:
    """Return the UTC instant recorded as the time of the list's decision.

    It is midnight of the entries' earliest date, not before the month of an arXiv ID, and not after
    the Monday two weeks before this one, because papers already in the list must not appear in this
    or last week's digest.
    """
    today = now.astimezone(UTC).date()
    latest = today - timedelta(days=today.weekday() + 14)
    at_arxiv = not is_doi_key(arxiv_id)
    earliest = date(*id_month(arxiv_id), 1) if at_arxiv else date.min
    stated = min(dates, default=earliest if at_arxiv else latest)
    day = min(max(stated, earliest), latest)
    return datetime.combine(day, time(), tzinfo=UTC)


def entries_by_id(curated: CuratedList) -> dict[str, list[Entry]]:
    """Return the entries that name each ID, both in file order."""
    by_id: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in curated.entries:
        for one in entry.arxiv_ids:
            by_id[one.base].append(entry)
    return dict(by_id)


def _approval(arxiv_id: str, group: Sequence[_Kept], now: datetime) -> NewDecision:
    dates = [one.placed.entry.date for one in group if one.placed.entry.date is not None]
    return NewDecision(
        arxiv_id=arxiv_id,
        verdict=Verdict.APPROVED,
        sections=tuple(dict.fromkeys(section for one in group for section in one.sections)),
        reviewer=LIST_REVIEWER,
        decided_at=decided_at(arxiv_id, dates, now=now),
    )


def _on_paper(arxiv_id: str, group: Sequence[_Kept], knowledge: Knowledge) -> Iterable[Note]:
    """Yield what concerns the paper, not one entry of it."""
    if arxiv_id in knowledge.withdrawn:
        said = "withdrawn at arXiv"
        yield note(group[0].placed.entry, arxiv_id, Remark.WITHDRAWN, said)
    first: dict[str, Entry] = {}
    for one in group:
        entry = one.placed.entry
        for section in one.sections:
            before = first.setdefault(section, entry)
            if before is not entry:
                where = "" if before.file == entry.file else f" of {before.file}"
                said = f"in the same section as line {before.line}{where}"
                yield note(entry, arxiv_id, Remark.REPEATED, said)
                break


def _without_section(entry: Entry, arxiv_id: str) -> Refusal:
    where = " > ".join(entry.headings) or "no heading"
    detail = f"the taxonomy has no section for {where}"
    return refuse(entry, Reason.UNKNOWN_HEADING, detail, arxiv_id)
