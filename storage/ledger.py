"""The ledger: per day and category, what was announced against what we hold. Reads only.

`storage/announcements.py` writes what it is computed from.
"""

from datetime import date

from storage.session import Session
from storage.types import LedgerDay, LedgerStatus

_DAYS = """
SELECT day, category, announced, held, missing, status, stale
FROM ledger
WHERE day >= $since
ORDER BY day DESC, category
"""
_MISSING = """
SELECT arxiv_id, min(day)
FROM announcement
WHERE day >= $since AND announce_type IN ('new', 'cross')
  AND arxiv_id NOT IN (SELECT arxiv_id FROM paper)
GROUP BY arxiv_id
ORDER BY min(day), arxiv_id
"""


class Ledger:
    """The view `ledger`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def days(self, since: date) -> list[LedgerDay]:
        """Return the days from `since` on that a feed was asked about, newest first."""
        return [
            LedgerDay(day, category, announced, held, tuple(missing), LedgerStatus(status), stale)
            for day, category, announced, held, missing, status, stale in self._session.rows(
                _DAYS, {"since": since}
            )
        ]

    def missing(self, since: date) -> dict[str, date]:
        """Return the papers announced from `since` on that we do not hold, with the first day."""
        return dict(self._session.rows(_MISSING, {"since": since}))
