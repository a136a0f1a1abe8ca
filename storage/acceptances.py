"""Record that a person accepts a day of the ledger as it is. Append-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import rows_json
from storage.engine.session import Session

_ADD = """
INSERT INTO ledger_acceptance
SELECT (SELECT coalesce(max(seq), 0) FROM ledger_acceptance) + row_number() OVER (),
       incoming.day, incoming.category, $kind, $person, $reason, incoming.missing,
       CAST($happened_at AS TIMESTAMP)
FROM (SELECT unnest(from_json($rows, '[{"day": "DATE", "category": "VARCHAR",
                                        "missing": ["VARCHAR"]}]'),
                    recursive := true)) AS incoming
"""
_STANDING = """
SELECT day, category, reason, missing, accepted_by, accepted_at
FROM ledger_acceptances
WHERE day >= $since
ORDER BY day, category
"""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person's statement that a day of a category needs no more attention."""

    day: date
    category: str
    reason: str
    #: the papers that were missing then; one that is missing later is not accepted
    missing: tuple[str, ...]
    accepted_by: str
    accepted_at: datetime


class Acceptances:
    """The table `ledger_acceptance`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, acceptances: Sequence[Acceptance]) -> None:
        """Record acceptances of one person for one reason."""
        self._record("accept", acceptances)

    def withdraw(self, standing: Sequence[Acceptance], *, person: str, at: datetime) -> None:
        """Record that acceptances no longer stand."""
        self._record(
            "withdraw", [Acceptance(one.day, one.category, "", (), person, at) for one in standing]
        )

    def standing(self, since: date) -> list[Acceptance]:
        """Return the acceptances that stand, of days since a day, oldest day first."""
        return [
            Acceptance(day, category, reason, tuple(missing), accepted_by, from_utc(accepted_at))
            for day, category, reason, missing, accepted_by, accepted_at in self._session.rows(
                _STANDING, {"since": since}
            )
        ]

    def _record(self, kind: str, rows: Sequence[Acceptance]) -> None:
        if not rows:
            return
        first = rows[0]
        with self._session.transaction():
            self._session.write(
                _ADD,
                {
                    "kind": kind,
                    "person": first.accepted_by,
                    "reason": first.reason,
                    "happened_at": to_utc(first.accepted_at),
                    "rows": rows_json(
                        {"day": one.day, "category": one.category, "missing": one.missing}
                        for one in rows
                    ),
                },
            )
