"""Find answers to suggestions that are to be mailed, each at most once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.engine.instants import to_utc
from storage.engine.session import Session
from storage.suggestion_types import SuggestionAct
from storage.suggestions import Suggestions

# What was decided or written since the last mail; one that was put off waits and is tried again.
_DUE = """
WITH mailed AS (
    SELECT suggestion_id,
           max(happened_at) FILTER (kind = 'answered') AS answered_at,
           max(happened_at) FILTER (kind = 'mailing') AS begun_at,
           max(seq) FILTER (kind = 'mailing') AS begun,
           max(seq) FILTER (kind = 'unmailed' AND detail = 'deferred') AS put_off,
           max(happened_at) FILTER (kind = 'unmailed' AND detail = 'deferred') AS put_off_at
    FROM suggestion_event
    GROUP BY suggestion_id
)
SELECT who.suggestion_id, who.address
FROM suggestion_person AS who
JOIN suggestions AS asked ON asked.suggestion_id = who.suggestion_id
LEFT JOIN mailed ON mailed.suggestion_id = who.suggestion_id
WHERE who.address IS NOT NULL
  AND greatest(
        CASE WHEN asked.state IN ('listed', 'not-listed', 'applied', 'refused', 'closed')
             THEN asked.settled_at END, mailed.answered_at) >= asked.received_at
  AND (mailed.begun IS NULL
       OR greatest(asked.settled_at, mailed.answered_at) > mailed.begun_at
       OR coalesce(mailed.put_off > mailed.begun AND mailed.put_off_at <= $deferred, false))
ORDER BY asked.received_at, who.suggestion_id
LIMIT $most
"""
_ERASE = "UPDATE suggestion_person SET address = NULL WHERE suggestion_id = $id"


@dataclass(frozen=True, slots=True)
class AnswerDue:
    """An answer that is to be mailed."""

    suggestion_id: str
    address: str = field(repr=False)


class SuggestionMails:
    """The mails of the table `suggestion_event`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._suggestions = Suggestions(session)

    def due(self, now: datetime, *, retry_after: timedelta, most: int) -> list[AnswerDue]:
        """Return what is to be mailed, who asked first first."""
        given = {"deferred": to_utc(now - retry_after), "most": most}
        return [AnswerDue(*row) for row in self._session.rows(_DUE, given)]

    def begin(self, suggestion_id: str, now: datetime) -> None:
        """Record that a mail is about to be sent; without an end it is not sent again."""
        self._suggestions.act([suggestion_id], SuggestionAct.MAILING, person="", now=now)

    def end(self, suggestion_id: str, outcome: str, now: datetime, *, last: bool) -> None:
        """Record what became of a mail; `last`: nothing more will be said, so the address goes."""
        sent = outcome == "sent"
        with self._session.transaction():
            act = SuggestionAct.MAILED if sent else SuggestionAct.UNMAILED
            self._suggestions.act([suggestion_id], act, person="", now=now, detail=outcome)
            if sent and last:
                self._session.write(_ERASE, {"id": suggestion_id})
