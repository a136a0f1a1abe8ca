"""What to approve of the list and what to refuse: decided purely, before anything is stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from config.taxonomy import Taxonomy
from pipeline.curated.faults import different_titles, entries_by_id
from pipeline.curated.titles import titles_agree
from pipeline.curated.types import CuratedList, Entry
from storage.arxiv_id import id_month
from storage.types import LIST_REVIEWER, NewDecision, Verdict


class Reason(StrEnum):
    """Why an entry was not taken over."""

    UNREADABLE = "unreadable"
    NO_ID = "no-id"
    UNKNOWN_HEADING = "unknown-heading"
    UNKNOWN_ID = "unknown-id"
    UNREADABLE_AT_ARXIV = "unreadable-at-arxiv"
    WRONG_ID = "wrong-id"
    SHARED_ID = "shared-id"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One entry that was not taken over: where it stands, and why."""

    line: int
    title: str
    arxiv_id: str | None
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """What the list amounts to, given what arXiv has under its ids."""

    decisions: tuple[NewDecision, ...]
    #: how many entries those decisions stand for
    agreed: int
    #: in the order of the file
    refused: tuple[Refusal, ...]


def plan_seed(
    curated: CuratedList,
    titles: Mapping[str, str],
    unknown: Sequence[str],
    taxonomy: Taxonomy,
    *,
    now: datetime,
) -> SeedPlan:
    """Compare the list with the `titles` arXiv has by id; `unknown` are ids arXiv does not have.

    Entries of one paper become one decision with all their sections. Of entries that share an id
    under different titles, the ones whose title is arXiv's are approved and the others refused.
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
                where = " > ".join(entry.headings) or "no heading at all"
                detail = f"the taxonomy has no section for {where}"
                refused.append(
                    Refusal(entry.line, entry.full_title, arxiv_id, Reason.UNKNOWN_HEADING, detail)
                )
            else:
                kept.append((entry, section.id))
        if kept:
            agreed += len(kept)
            decisions.append(_approval(arxiv_id, kept, now))
    return SeedPlan(tuple(decisions), agreed, tuple(sorted(refused, key=lambda item: item.line)))


def decided_at(arxiv_id: str, dates: Sequence[date], *, now: datetime) -> datetime:
    """Return the instant at which the list's decision is said to have been made, in UTC.

    Midnight of the earliest date its entries carry: the curator took the paper up then, and the
    same list gives the same instant on every run. Never before the month of the id, since nobody
    approves a paper that does not exist; that month's first day also stands in for a missing
    date. And never later than the Monday two weeks before this one, however new or mistyped the
    date: what stands in the list already is no news, neither for this week's digest nor for the
    last complete one.
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
    """Return what tells, for the entries of one id, whether arXiv contradicts them."""
    shared = bool(different_titles(entries))

    def refuse(entry: Entry) -> Refusal | None:
        if title is None and arxiv_id in unknown:
            reason, detail = Reason.UNKNOWN_ID, "arXiv has no paper under this id"
        elif title is None:
            reason = Reason.UNREADABLE_AT_ARXIV
            detail = "arXiv's record could not be read and is kept in quarantine"
        elif titles_agree(entry.title, title) or titles_agree(entry.full_title, title):
            return None
        else:
            reason = Reason.SHARED_ID if shared else Reason.WRONG_ID
            detail = f"at arXiv this id is {title!r}"
            if shared:
                others = [str(other.line) for other in entries if other is not entry]
                lines = "line" if len(others) == 1 else "lines"
                detail += f"; the list also uses it on {lines} {', '.join(others)}"
        return Refusal(entry.line, entry.full_title, arxiv_id, reason, detail)

    return refuse


def _no_id(entry: Entry) -> str:
    if entry.links.paper is None:
        return "it links to no paper"
    return f"its paper link leads elsewhere: {entry.links.paper}"
