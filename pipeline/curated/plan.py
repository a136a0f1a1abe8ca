"""Decide what to approve of the list and what to refuse, before storing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations

from config.taxonomy import Taxonomy
from pipeline.curated.titles import titles_agree
from pipeline.curated.types import CuratedList, Entry
from storage.arxiv_id import id_month
from storage.types import LIST_REVIEWER, NewDecision, Verdict


class Reason(StrEnum):
    """Why an entry was not imported."""

    UNREADABLE = "unreadable"
    NO_ID = "no-id"
    UNKNOWN_HEADING = "unknown-heading"
    UNKNOWN_ID = "unknown-id"
    UNREADABLE_AT_ARXIV = "unreadable-at-arxiv"
    WRONG_ID = "wrong-id"
    SHARED_ID = "shared-id"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One entry that was not imported, with line and reason."""

    line: int
    title: str
    arxiv_id: str | None
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class BootstrapPlan:
    """The decisions and refusals of a list."""

    decisions: tuple[NewDecision, ...]
    #: entries behind those decisions
    agreed: int
    #: in file order
    refused: tuple[Refusal, ...]


def plan_bootstrap(
    curated: CuratedList,
    titles: Mapping[str, str],
    unknown: Sequence[str],
    taxonomy: Taxonomy,
    *,
    now: datetime,
) -> BootstrapPlan:
    """Compare the list with arXiv's `titles` by ID; `unknown` are IDs arXiv does not have.

    Entries of one paper become one decision. Of entries that share an ID, those with arXiv's title
    are approved.
    """
    refused = [
        Refusal(item.line, item.text, None, Reason.UNREADABLE, item.reason)
        for item in curated.unreadable
    ]
    refused += [
        Refusal(entry.line, entry.full_title, None, Reason.NO_ID, _no_id(entry))
        for entry in curated.entries
        if entry.arxiv_id is None
    ]
    decisions: list[NewDecision] = []
    agreed = 0
    for arxiv_id, entries in entries_by_id(curated).items():
        refuse = _refuser(arxiv_id, entries, titles.get(arxiv_id), unknown)
        kept: list[tuple[Entry, str]] = []
        for entry in entries:
            section = taxonomy.section_at(entry.headings)
            if refusal := refuse(entry):
                refused.append(refusal)
            elif section is None:
                where = " > ".join(entry.headings) or "no heading"
                detail = f"the taxonomy has no section for {where}"
                refused.append(
                    Refusal(entry.line, entry.full_title, arxiv_id, Reason.UNKNOWN_HEADING, detail)
                )
            else:
                kept.append((entry, section.id))
        if kept:
            agreed += len(kept)
            decisions.append(_approval(arxiv_id, kept, now))
    return BootstrapPlan(
        tuple(decisions), agreed, tuple(sorted(refused, key=lambda item: item.line))
    )


def decided_at(arxiv_id: str, dates: Sequence[date], *, now: datetime) -> datetime:
    """Return the UTC instant recorded as the time of the list's decision.

    It is midnight of the entries' earliest date, not before the month of the ID, and not after the
    Monday two weeks before this one, because papers already in the list must not appear in this or
    last week's digest.
    """
    year, month = id_month(arxiv_id)
    earliest = date(year, month, 1)
    today = now.astimezone(UTC).date()
    latest = today - timedelta(days=today.weekday() + 14)
    day = min(max(min(dates, default=earliest), earliest), latest)
    return datetime.combine(day, time(), tzinfo=UTC)


def _approval(arxiv_id: str, kept: list[tuple[Entry, str]], now: datetime) -> NewDecision:
    dates = [entry.date for entry, _ in kept if entry.date is not None]
    return NewDecision(
        arxiv_id=arxiv_id,
        verdict=Verdict.APPROVED,
        sections=tuple(dict.fromkeys(section for _, section in kept)),
        reviewer=LIST_REVIEWER,
        decided_at=decided_at(arxiv_id, dates, now=now),
    )


def _refuser(
    arxiv_id: str, entries: list[Entry], title: str | None, unknown: Sequence[str]
) -> Callable[[Entry], Refusal | None]:
    shared = name_several_papers(entries)

    def refuse(entry: Entry) -> Refusal | None:
        if title is None and arxiv_id in unknown:
            reason, detail = Reason.UNKNOWN_ID, "arXiv has no paper under this ID"
        elif title is None:
            reason = Reason.UNREADABLE_AT_ARXIV
            detail = "arXiv's record could not be read and is kept in quarantine"
        elif titles_agree(entry.title, title) or titles_agree(entry.full_title, title):
            return None
        else:
            reason = Reason.SHARED_ID if shared else Reason.WRONG_ID
            detail = f"at arXiv this ID is {title!r}"
            if shared:
                others = [str(other.line) for other in entries if other is not entry]
                lines = "line" if len(others) == 1 else "lines"
                detail += f"; the list also uses it on {lines} {', '.join(others)}"
        return Refusal(entry.line, entry.full_title, arxiv_id, reason, detail)

    return refuse


def _no_id(entry: Entry) -> str:
    if entry.links.paper is None:
        return "it does not link to a paper"
    return f"its paper link leads elsewhere: {entry.links.paper}"


def entries_by_id(curated: CuratedList) -> dict[str, list[Entry]]:
    """Return the entries of each ID, both in file order."""
    by_id: dict[str, list[Entry]] = defaultdict(list)
    for entry in curated.entries:
        if entry.arxiv_id is not None:
            by_id[entry.arxiv_id.base].append(entry)
    return dict(by_id)


def name_several_papers(entries: Iterable[Entry]) -> bool:
    """Say whether the titles of entries with one ID differ."""
    titles = dict.fromkeys(entry.title for entry in entries)
    return not all(titles_agree(one, other) for one, other in combinations(titles, 2))
