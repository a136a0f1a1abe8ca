"""Read what happened to the papers that were ever approved, and the survey's identity."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from storage.approval_types import DecisionEvent
from storage.changes import Change
from storage.engine.instants import from_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Session
from storage.types import Source, Verdict

_EVENTS = """
SELECT seq, arxiv_id, decision_id, kind = 'undo', verdict, sections, note, happened_at
FROM decision_event
WHERE arxiv_id IN (SELECT arxiv_id FROM decision_event WHERE verdict = 'approved')
ORDER BY seq
"""
_CHANGES = """
SELECT arxiv_id, kind, old, new, source, seen_at
FROM change
WHERE arxiv_id IN (FROM listed($ids))
ORDER BY seen_at, arxiv_id, kind
"""
_STORED = """
SELECT max(changed_at) FROM paper WHERE arxiv_id IN (FROM listed($ids))
"""


class Approvals:
    """The tables `decision_event`, `change`, `taxonomy_change` and `survey_identity`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def survey_id(self) -> UUID:
        """Return the random UUID that was given to the survey with its database."""
        [[text]] = self._session.rows("SELECT survey_id FROM survey_identity")
        return UUID(text)

    def events(self) -> list[DecisionEvent]:
        """Return the decisions and undos on every paper that was ever approved, as recorded."""
        return [
            DecisionEvent(
                seq=seq,
                arxiv_id=arxiv_id,
                decision_id=decision_id,
                undo=undo,
                verdict=Verdict(verdict),
                sections=tuple(sections),
                note=note,
                happened_at=from_utc(happened_at),
            )
            for seq, arxiv_id, decision_id, undo, verdict, sections, note, happened_at in (
                self._session.rows(_EVENTS)
            )
        ]

    def changes(self, arxiv_ids: Iterable[str]) -> list[Change]:
        """Return every change of these papers at arXiv, oldest first."""
        return [
            Change(arxiv_id, kind, old, new, Source(source), from_utc(seen_at))
            for arxiv_id, kind, old, new, source, seen_at in self._session.rows(
                _CHANGES, {"ids": texts_json(arxiv_ids)}
            )
        ]

    def stored_at(self, arxiv_ids: Iterable[str]) -> datetime | None:
        """Return when a difference in one of these papers was last stored, or None."""
        row = self._session.row(_STORED, {"ids": texts_json(arxiv_ids)})
        return None if row is None or row[0] is None else from_utc(row[0])

    def replaced_at(self) -> datetime | None:
        """Return when the taxonomy was last replaced, or None."""
        row = self._session.row("SELECT max(applied_at) FROM taxonomy_change")
        return None if row is None or row[0] is None else from_utc(row[0])
