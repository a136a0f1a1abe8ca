"""Record who is to read which papers: those of a section, or of a batch. Append-only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import about, texts_json
from storage.engine.session import Session

_ASSIGN = """
INSERT INTO assignment_event
SELECT next.seq, next.seq, 'assigned', $section,
       CAST(from_json($papers, '["VARCHAR"]') AS VARCHAR[]), $reviewer, $actor,
       CAST($happened_at AS TIMESTAMP)
FROM (SELECT coalesce(max(seq), 0) + 1 AS seq FROM assignment_event) AS next
"""
_RELEASE = """
INSERT INTO assignment_event
SELECT (SELECT max(seq) FROM assignment_event) + 1, assignment, 'released', section, papers,
       reviewer, $actor, CAST($happened_at AS TIMESTAMP)
FROM assignment_event
WHERE seq = $assignment
"""
_LAST = "SELECT max(seq) FROM assignment_event"
_STANDING = """
SELECT assignment_id, section, papers, reviewer, assigned_by, assigned_at
FROM assignments WHERE standing ORDER BY assignment_id
"""
_WAITING = """
SELECT arxiv_id, top_section, in_scope FROM waiting WHERE {only} AND waits_from <= $today
"""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Papers that somebody is to read."""

    number: int
    #: None: a batch
    section: str | None
    #: of a batch
    papers: tuple[str, ...]
    reviewer: str
    assigned_by: str
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A waiting paper of a batch."""

    arxiv_id: str
    section: str | None
    in_scope: float


class Assignments:
    """The table `assignment_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def standing(self) -> tuple[Assignment, ...]:
        """Return the assignments that were not ended, oldest first."""
        return tuple(
            Assignment(number, section, tuple(papers or ()), reviewer, by, from_utc(at))
            for number, section, papers, reviewer, by, at in self._session.rows(_STANDING)
        )

    def assign(
        self,
        reviewer: str,
        *,
        section: str | None = None,
        papers: Sequence[str] | None = None,
        actor: str,
        at: datetime,
    ) -> int:
        """Record that somebody is to read a section or a batch of papers; return its number."""
        self._session.write(
            _ASSIGN,
            {
                "section": section,
                "papers": None if papers is None else texts_json(papers),
                "reviewer": reviewer,
                "actor": actor,
                "happened_at": to_utc(at),
            },
        )
        return self._session.number(_LAST)

    def release(self, number: int, *, actor: str, at: datetime) -> None:
        """Record the end of an assignment that stands."""
        self._session.write(
            _RELEASE, {"assignment": number, "actor": actor, "happened_at": to_utc(at)}
        )

    def waiting(self, arxiv_ids: Iterable[str], today: date) -> Mapping[str, WaitingPaper]:
        """Return those of some papers that wait on a day."""
        ids = list(arxiv_ids)
        if not ids:
            return {}
        sql, named = about(_WAITING, ids)
        found = self._session.rows(sql, {**named, "today": today})
        return {row[0]: WaitingPaper(*row) for row in found}


def move_assignments(
    session: Session, moved: Mapping[str, Sequence[str]], *, person: str, now: datetime
) -> int:
    """Replace section IDs in assignments after a change of the taxonomy; return in how many.

    Args:
        session: of the store, in a transaction.
        moved: a section's former ID -> its present IDs; several: the person gets all parts; none:
            the assignment ends.
        person: who changed the taxonomy.
        now: when.
    """
    assignments = Assignments(session)
    standing = assignments.standing()
    held = {(one.section, one.reviewer) for one in standing}
    changed = [one for one in standing if one.section in moved]
    for one in changed:
        assignments.release(one.number, actor=person, at=now)
        for new in moved[one.section or ""]:
            if (new, one.reviewer) not in held:
                held.add((new, one.reviewer))
                assignments.assign(one.reviewer, section=new, actor=person, at=now)
    return len(changed)
