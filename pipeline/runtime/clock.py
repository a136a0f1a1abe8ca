"""Doubt this machine's clock, because what is dated by it stays in the database.

arXiv confirms the clock in every fetch (`pipeline/ingest/sources/transport/clock_check.py`); the
last confirmation is kept as a cursor.
"""

from datetime import datetime, timedelta

from config.errors import TryAgainLaterError
from storage.store import Store

#: the clock is believed so long before the last confirmation
LONGEST_WAY_BACK = timedelta(days=31)
#: and so long after it: a survey may rest for months, and reviewers may work without arXiv
LONGEST_PAUSE = timedelta(days=366)
#: the same after a survey that never met the real arXiv: a demo is looked at years later
LONGEST_DEMO = timedelta(days=10 * 366)

_CONFIRMED = "clock"
#: under LIVING_SURVEY_NOW, which says nothing about this machine's own clock
_SET = "clock set"


class WrongClockError(TryAgainLaterError):
    """This machine's clock cannot be right, or arXiv has not confirmed it."""


def last_confirmed(store: Store) -> datetime | None:
    """Return when the clock was last known to be right; None: never.

    Before the first confirmation it is the start of the last run that succeeded.
    """
    return _last_confirmed(store)[0]


def _last_confirmed(store: Store) -> tuple[datetime | None, bool]:
    """Return it, and whether the real arXiv confirmed it."""
    saved = store.cursors.get_many(_CONFIRMED, _SET)
    known = saved.get(_CONFIRMED) or saved.get(_SET)
    at = datetime.fromisoformat(known) if known else store.runs.last_success()
    return at, bool(saved.get(_CONFIRMED))


def confirm(store: Store, now: datetime, *, is_set: bool) -> None:
    """Remember that arXiv's clock and this one agree; `is_set`: by LIVING_SURVEY_NOW."""
    store.cursors.save(_SET if is_set else _CONFIRMED, now.isoformat(), now)


def is_doubtful(store: Store, now: datetime) -> bool:
    """Return whether the clock cannot be right, so that nothing is deleted because it is old."""
    known, is_real = _last_confirmed(store)
    if known is None:
        return False
    most = LONGEST_PAUSE if is_real else LONGEST_DEMO
    return not -LONGEST_WAY_BACK <= now - known <= most


def check_clock(store: Store, now: datetime) -> None:
    """Refuse to date what is recorded by a clock that jumped.

    A decision dated ahead is in no digest before that day, one dated back is in a digest that was
    published already; a prediction dated ahead stays the newest for years.

    Raises:
        WrongClockError: the clock is more than a month before the last confirmation, or more than
            a year after it.
    """
    known = last_confirmed(store)
    if known is None or not is_doubtful(store, now):
        return
    days = abs((now - known).days)
    way = "after" if now > known else "before"
    raise WrongClockError(
        f"Nothing was recorded: it is {now:%Y-%m-%d %H:%M} UTC here, {days} days {way} the last run"
        f" on {known:%Y-%m-%d}.",
        hint="Correct this machine's clock (or LIVING_SURVEY_NOW). If it is right, `living-survey"
        " run` lets arXiv confirm it; then do this again.",
    )
