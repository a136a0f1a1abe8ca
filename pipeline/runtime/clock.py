"""Doubt this machine's clock, because what is dated by it stays in the database.

arXiv confirms the clock in every fetch (`pipeline/ingest/sources/transport/clock_check.py`); the
last confirmation is kept as a cursor.
"""

from datetime import datetime, timedelta

from config.errors import TryAgainLaterError
from storage.store import Store

#: decisions are recorded this long before or after the last confirmation
LONGEST_PAUSE = timedelta(days=31)

_CURSOR = "clock"


class WrongClockError(TryAgainLaterError):
    """This machine's clock cannot be right, or arXiv has not confirmed it."""


def last_confirmed(store: Store) -> datetime | None:
    """Return when the clock was last known to be right; None: never.

    Before the first confirmation it is the start of the last run that succeeded.
    """
    saved = store.cursors.get(_CURSOR)
    return datetime.fromisoformat(saved) if saved else store.runs.last_success()


def confirm(store: Store, now: datetime) -> None:
    """Remember that arXiv's clock and this one agree."""
    store.cursors.save(_CURSOR, now.isoformat(), now)


def check_clock(store: Store, now: datetime) -> None:
    """Refuse to date a decision by a clock that jumped.

    A decision dated ahead is in no digest before that day, one dated back is in a digest that was
    published already.

    Raises:
        WrongClockError: the clock is more than a month away from the last confirmation.
    """
    known = last_confirmed(store)
    if known is None or abs(now - known) <= LONGEST_PAUSE:
        return
    way = "after" if now > known else "before"
    raise WrongClockError(
        f"Nothing was recorded: it is {now:%Y-%m-%d %H:%M} UTC here, more than a month {way} the"
        f" last run on {known:%Y-%m-%d}.",
        hint="Correct this machine's clock (or LIVING_SURVEY_NOW). If it is right, `living-survey"
        " run` lets arXiv confirm it; then decide again.",
    )
