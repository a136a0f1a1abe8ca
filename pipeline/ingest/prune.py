"""Remove days from the ledger that never were: a wrong clock or feed of another age put them in."""

from dataclasses import dataclass
from datetime import date

from config.errors import UsageError
from pipeline.runtime.services import Services


@dataclass(frozen=True, slots=True)
class PruneReport:
    """The days that are removed, or would be."""

    #: None: none
    first: date | None
    last: date | None
    days: int
    #: papers announced on them
    announced: int
    applied: bool


def prune(
    services: Services, *, before: date | None, after: date | None, apply: bool
) -> PruneReport:
    """Remove the days before one day, after another, or both; without `apply` only count them.

    Papers, decisions and archived responses stay.

    Raises:
        UsageError: no day is given, or the days leave nothing.
    """
    if before is None and after is None:
        raise UsageError("No days are named.", hint="Use --before DAY, --after DAY or both.")
    if before is not None and after is not None and before > after:
        raise UsageError(
            f"Every day is before {before} or after {after}.",
            hint="--before is the first day to keep, --after the last.",
        )
    with services.open_store() as store:
        found = store.ledger_days.outside(before, after)
        if apply:
            store.ledger_days.remove_outside(before, after)
            store.checkpoint()
    return PruneReport(found.first, found.last, found.days, found.announced, applied=apply)
