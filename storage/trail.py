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
_ADD_NETWORK = """
INSERT INTO trail_network
SELECT max(seq), $network, CAST($at AS TIMESTAMP) FROM trail_event
"""
_RECENT = """
SELECT trail.seq, trail.happened_at, actor, act, subject, detail, coalesce(network, '')
FROM trail LEFT JOIN trail_network AS place ON place.seq = trail.seq
WHERE trail.seq < $before AND ($about IS NULL OR subject = $about OR actor = $about)
ORDER BY trail.seq DESC LIMIT $most
"""
_NETWORKS = """
SELECT DISTINCT trail_event.subject, place.network
FROM trail_event JOIN trail_network AS place ON place.seq = trail_event.seq
WHERE trail_event.act = $act AND place.happened_at >= CAST($since AS TIMESTAMP)
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
    #: address that it came from; empty: none, or deleted since
    network: str = ""


class Trail:
    """The table `trail_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        *,
        at: datetime,
        actor: str,
        act: str,
        subject: str,
        detail: str = "",
        network: str = "",
    ) -> None:
        """Record an act; call it in the transaction of the act itself.

        Args:
            at: when it was done.
            actor: who did it; empty: no known person.
            act: what was done, as `subject.verb`, such as `account.disabled`.
            subject: what it was done to, such as the name of an account.
            detail: more about it, never a secret.
            network: address that it came from, which `forget_networks` deletes later.
        """
        with self._session.transaction():
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
            if network:
                self._session.write(_ADD_NETWORK, {"network": network, "at": to_utc(at)})

    def recent(self, most: int, *, before: int = 2**62, about: str | None = None) -> list[TrailRow]:
        """Return the newest acts, the last one first.

        `before` is the number of a later act; `about` is the subject or the actor.
        """
        found = self._session.rows(_RECENT, {"most": most, "before": before, "about": about})
        return [TrailRow(seq, from_utc(at), *rest) for seq, at, *rest in found]

    def count(self, act: str, since: datetime) -> int:
        """Return how often an act was done since an instant."""
        return self._session.number(
            "SELECT count(*) FROM trail_event"
            " WHERE act = $act AND happened_at >= CAST($since AS TIMESTAMP)",
            {"act": act, "since": to_utc(since)},
        )

    def networks(self, act: str, since: datetime) -> list[tuple[str, str]]:
        """Return each subject of an act since an instant with the addresses it came from."""
        rows = self._session.rows(_NETWORKS, {"act": act, "since": to_utc(since)})
        return [(subject, network) for subject, network in rows]

    def forget_networks(self, before: datetime) -> int:
        """Delete the addresses of acts before an instant; return how many."""
        return self._session.write(
            "DELETE FROM trail_network WHERE happened_at < CAST($before AS TIMESTAMP)",
            {"before": to_utc(before)},
        )
