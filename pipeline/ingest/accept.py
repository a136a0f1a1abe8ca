"""Accept a day of the ledger as it is, or withdraw that: a person's answer to an overdue day."""

from dataclasses import dataclass
from datetime import date

from config.errors import UsageError
from config.visible import one_line
from pipeline.runtime.clock import check_clock
from pipeline.runtime.services import Services
from storage.acceptances import Acceptance
from storage.calendar import announcement_day
from storage.store import Store
from storage.types import LedgerDay, LedgerStatus

#: characters of a reason, as of a reviewer's note
LONGEST_REASON = 2_000
_OPEN = (LedgerStatus.INCOMPLETE, LedgerStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class AcceptReport:
    """What was accepted, or whose acceptance was withdrawn."""

    day: date
    withdrawn: bool
    acceptances: tuple[Acceptance, ...]


def accept(
    services: Services, day: date, *, category: str | None, reason: str, person: str
) -> AcceptReport:
    """Accept a day that is not complete, in one category or in all that are not.

    Raises:
        UsageError: there is no reason, or the day is not in the ledger or needs no acceptance.
        WrongClockError: this machine's clock cannot be right.
    """
    because = one_line(reason).strip()
    if not because or len(because) > LONGEST_REASON:
        raise UsageError(
            f"The reason is {'missing' if not because else 'too long'}.",
            hint=f"Say in at most {LONGEST_REASON:,} characters why the day is in order:"
            ' `--because "arXiv removed the paper"`.',
        )
    now = services.clock()
    with services.open_store() as store, store.transaction():
        check_clock(store, now)
        found = _rows(store, day, category, latest=announcement_day(now))
        still_open = [row for row in found if row.status in _OPEN]
        if not still_open:
            raise UsageError(
                f"{_named(day, category)} is {found[0].status} and needs no acceptance.",
                hint="`living-survey ledger` shows the days.",
            )
        acceptances = tuple(
            Acceptance(day, row.category, because, row.missing, person, now) for row in still_open
        )
        store.acceptances.add(acceptances)
    return AcceptReport(day, withdrawn=False, acceptances=acceptances)


def withdraw(services: Services, day: date, *, category: str | None, person: str) -> AcceptReport:
    """Withdraw the acceptance of a day, in one category or in all.

    Raises:
        UsageError: no acceptance of the day stands.
        WrongClockError: this machine's clock cannot be right.
    """
    now = services.clock()
    with services.open_store() as store, store.transaction():
        check_clock(store, now)
        standing = tuple(
            one
            for one in store.acceptances.standing(day)
            if one.day == day and category in (None, one.category)
        )
        if not standing:
            raise UsageError(
                f"{_named(day, category)} is not accepted.",
                hint="`living-survey ledger` shows what is.",
            )
        store.acceptances.withdraw(standing, person=person, at=now)
    return AcceptReport(day, withdrawn=True, acceptances=standing)


def _rows(store: Store, day: date, category: str | None, *, latest: date) -> list[LedgerDay]:
    rows = [
        row for row in store.ledger.days(day) if row.day == day and category in (None, row.category)
    ]
    if not rows or day > latest:
        raise UsageError(
            f"The ledger has no {_named(day, category)}.",
            hint="`living-survey ledger` shows the days it has.",
        )
    return rows


def _named(day: date, category: str | None) -> str:
    return f"{day} of {category}" if category else str(day)
