"""Record acts of administration: who did what to which account, rule or token. Append-only."""

from dataclasses import dataclass
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.session import Session

_ADD = """
INSERT INTO trail_event
SELECT (SELECT coalesce(max(seq), 0) + 1 FROM trail_event), CAST($at AS TIMESTAMP), $actor, $act,
       $subject, $detail
"""
_RECENT = """
SELECT seq, happened_at, actor, act, subject, detail FROM trail
WHERE seq < $before ORDER BY seq DESC LIMIT $most
"""
#: characters of a subject and a detail
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class TrailRow:
    """An act of administration."""

    seq: int
    at: datetime
    #: empty: no known person
    actor: str
    #: such as account.disabled
    act: str
    subject: str
    detail: str


class Trail:
    """The table `trail_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *, at: datetime, actor: str, act: str, subject: str, detail: str = "") -> None:
        """Record an act; call it in the transaction of the act itself.

        Args:
            at: when it was done.
            actor: who did it; empty: no known person.
            act: what was done, as `subject.verb`, such as `account.disabled`.
            subject: what it was done to, such as the name of an account.
            detail: more about it, never a secret.
        """
        self._session.write(
            _ADD,
            {
                "at": to_utc(at),
                "actor": actor,
                "act": act,
                "subject": subject[:_LONGEST],
                "detail": " ".join(detail.split())[:_LONGEST],
            },
        )

    def recent(self, most: int, *, before: int = 2**62) -> list[TrailRow]:
        """Return the newest acts, the last one first; `before` is the number of a later act."""
        found = self._session.rows(_RECENT, {"most": most, "before": before})
        return [TrailRow(seq, from_utc(at), *rest) for seq, at, *rest in found]
