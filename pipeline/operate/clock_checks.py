"""Check the clock, and what was dated while it was wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.runtime.clock import WrongClockError, check_clock
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services
from storage.calendar import announcement_day
from storage.ledger_days import FIRST_DAY
from storage.store import Store

#: machines that share a database may differ by this much
_TOLERANCE = timedelta(days=1)
#: decisions named in one finding
_NAMED = 3


def checks(services: Services) -> Iterator[Finding]:
    """Yield a clock that cannot be right, and rows dated ahead of it.

    Raises:
        LivingSurveyError: the database cannot be read.
    """
    now = services.clock()
    with services.open_store() as store:
        found = [*_clock(store, now), *_ledger(store, now), *_rows(store, now)]
    yield from found


def _clock(store: Store, now: datetime) -> Iterator[Finding]:
    try:
        check_clock(store, now)
    except WrongClockError as error:
        _, _, what = error.message.partition(": ")
        yield Finding("clock", what, error.hint)


def _ledger(store: Store, now: datetime) -> Iterator[Finding]:
    today = announcement_day(now)
    ahead = store.ledger_days.outside(None, today + _TOLERANCE)
    if ahead.days:
        yield Finding(
            "ledger",
            f"{counted(ahead.days, 'day')} of the ledger are still to come (until {ahead.last}).",
            f"`living-survey ledger prune --after {today}` shows them, and removes them with"
            " --apply.",
        )
    ancient = store.ledger_days.outside(FIRST_DAY, None)
    if ancient.days:
        first = min(store.ledger_days.first_read() or today, today)
        yield Finding(
            "ledger",
            f"the ledger begins on {ancient.first}, before arXiv did.",
            f"`living-survey ledger prune --before {first}` shows these days, and removes them with"
            " --apply.",
        )


def _rows(store: Store, now: datetime) -> Iterator[Finding]:
    at = now + _TOLERANCE
    rows = {found.kind: found for found in store.ledger_days.ahead_of(at)}
    decisions = rows.pop("decision", None)
    if decisions:
        ids = store.ledger_days.decisions_ahead_of(at, _NAMED)
        yield Finding(
            "decisions",
            f"{counted(decisions.rows, 'decision')} dated ahead of the clock (until"
            f" {decisions.last:%Y-%m-%d}) are in no digest before that day:"
            f" {', '.join(ids)}{' ...' if decisions.rows > len(ids) else ''}.",
            f"`living-survey undo --decision {ids[0]}` takes one back; then decide again.",
        )
    if rows:
        kinds = " and ".join(counted(found.rows, found.kind) for found in rows.values())
        last = max(found.last for found in rows.values())
        yield Finding(
            "clock",
            f"rows are dated ahead of the clock (until {last:%Y-%m-%d}): {kinds}.",
            "Only their dates are wrong; restore a backup from before if these matter.",
            wrong=False,
        )
