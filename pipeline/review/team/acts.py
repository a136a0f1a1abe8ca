"""Assign papers to people, release them, and note who is away. Every act is in the trail."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from config.errors import UsageError
from config.section_names import find_section
from config.taxonomy import Taxonomy
from pipeline.review.proposal import reviewer_name
from pipeline.review.team.shares import papers_of, read_standing
from pipeline.runtime.clock import check_clock
from storage.absences import Absence
from storage.assignments import Assignment
from storage.claims import Claims
from storage.queue_filter import QueueFilter, QueueShare
from storage.store import Store

#: papers of a batch
MOST = 2_000
#: the longest absence with an end
_LONGEST = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and when."""

    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Assigned:
    """What somebody is to read from now on."""

    reviewer: str
    sections: tuple[str, ...] = ()
    #: sections that the person had already
    already: tuple[str, ...] = ()
    #: number of the batch; None: none was made
    batch: int | None = None
    papers: int = 0


@dataclass(frozen=True, slots=True)
class Away:
    """What is noted of somebody's absence."""

    reviewer: str
    first_day: date | None
    last_day: date | None
    #: claims that ended at once
    claims: int = 0
    #: absences that ended, if the person is back
    ended: int = 0


def person_named(store: Store, name: str) -> str:
    """Return the name of somebody who can read: an account in use if there are accounts.

    Raises:
        UsageError: the account does not exist or is disabled, or it cannot be a name.
    """
    if not store.accounts.exist():
        return reviewer_name(name)
    account = store.accounts.get(name)
    if account is None or account.disabled:
        state = "is disabled" if account else "does not exist"
        raise UsageError(
            f"The account {name[:100]!r} {state}.",
            hint=f"Use one of: {', '.join(store.accounts.active())}.",
        )
    return account.name


def assign_sections(
    store: Store, taxonomy: Taxonomy, named: Iterable[str], to: str, by: By
) -> Assigned:
    """Let somebody read the papers of sections, beside those who do already.

    Raises:
        UsageError: a section or the person does not exist.
    """
    reviewer = person_named(store, to)
    sections = list(dict.fromkeys(find_section(taxonomy, one).id for one in named))
    check_clock(store, by.at)
    with store.transaction():
        held = {one.section for one in store.assignments.standing() if one.reviewer == reviewer}
        new = [one for one in sections if one not in held]
        for section in new:
            store.assignments.assign(reviewer, section=section, actor=by.actor, at=by.at)
            _note(store, by, "section.assigned", section, f"to {reviewer}")
    return Assigned(reviewer, tuple(new), tuple(one for one in sections if one in held))


def assign_batch(
    store: Store, wanted: QueueFilter, size: int, to: str, by: By, *, today: date
) -> Assigned:
    """Let somebody read the first papers of a selection that are in no batch yet.

    Args:
        store: of the survey.
        wanted: which waiting papers, in which order.
        size: how many.
        to: the person.
        by: who assigns.
        today: the present announcement day.

    Raises:
        UsageError: the size is out of range, the person does not exist, or no paper is left.
    """
    if not 1 <= size <= MOST:
        raise UsageError(f"A batch has 1 to {MOST:,} papers.", hint="Make several batches.")
    reviewer = person_named(store, to)
    check_clock(store, by.at)
    with store.transaction():
        taken = papers_of(read_standing(store, by.at.date()).effective)
        free = replace(wanted, share=QueueShare(others_papers=taken))
        papers = store.queue.ids(free, limit=size, today=today)
        if not papers:
            raise UsageError(
                "No paper of this selection waits that is in no batch.",
                hint="`living-survey team board` shows who has what.",
            )
        number = store.assignments.assign(reviewer, papers=papers, actor=by.actor, at=by.at)
        _note(store, by, "batch.assigned", str(number), f"{len(papers)} papers to {reviewer}")
    return Assigned(reviewer, batch=number, papers=len(papers))


def release(
    store: Store,
    by: By,
    *,
    sections: Iterable[str] = (),
    batches: Iterable[int] = (),
    of: str = "",
) -> tuple[Assignment, ...]:
    """End assignments; return those that stood and ended. Their papers are everybody's again.

    Args:
        store: of the survey.
        by: who releases.
        sections: IDs of sections.
        batches: numbers of batches.
        of: only this person's; alone: all of this person's.

    Raises:
        UsageError: nothing is named.
    """
    named, numbers = frozenset(sections), frozenset(batches)
    if not (named or numbers or of):
        raise UsageError(
            "What is to be released?", hint="Name --section, --batch or --of, or several of them."
        )
    with store.transaction():
        ended = tuple(
            one
            for one in store.assignments.standing()
            if (not of or one.reviewer == of)
            and (not (named or numbers) or one.section in named or _batch(one) in numbers)
        )
        for one in ended:
            store.assignments.release(one.number, actor=by.actor, at=by.at)
            kind = "batch" if one.section is None else "section"
            _note(store, by, f"{kind}.released", one.section or str(one.number), one.reviewer)
    return ended


def note_absence(store: Store, claims: Claims | None, absence: Absence, by: By) -> Away:
    """Record that somebody is away; what they are to read is everybody's meanwhile.

    Claims of somebody who is away today end at once.

    Raises:
        UsageError: the days end before they begin, or the person does not exist.
    """
    reviewer = person_named(store, absence.reviewer)
    first, last = absence.first_day, absence.last_day
    if last is not None and not timedelta() <= last - first <= _LONGEST:
        raise UsageError(
            f"An absence from {first} to {last} is not possible.",
            hint="Write the first and the last day, such as --from 2026-12-20 --until 2027-01-06.",
        )
    absence = Absence(reviewer, first, last)
    check_clock(store, by.at)
    with store.transaction():
        # said again, also after a kill before the claims ended, it stands once
        if absence not in store.absences.since(first):
            store.absences.add(absence, actor=by.actor, at=by.at)
            until = f"until {last}" if last else "without an end yet"
            _note(store, by, "person.away", reviewer, f"from {first} {until}")
    is_away = absence.covers(by.at.date())
    ended = claims.end(by.at, of=reviewer) if claims and is_away else 0
    return Away(reviewer, first, last, claims=ended)


def note_return(store: Store, to: str, by: By) -> Away:
    """Record that somebody is here again today, and that absences to come are cancelled.

    It raises UsageError if the person does not exist.
    """
    reviewer = person_named(store, to)
    with store.transaction():
        ended = store.absences.end(reviewer, by.at.date(), actor=by.actor, at=by.at)
        if ended:
            _note(store, by, "person.back", reviewer, "")
    return Away(reviewer, None, None, ended=ended)


def _batch(one: Assignment) -> int | None:
    return one.number if one.section is None else None


def _note(store: Store, by: By, act: str, subject: str, detail: str) -> None:
    store.trail.add(at=by.at, actor=by.actor, act=act, subject=subject, detail=detail)
