"""Find papers stored under an ID that is no key, and move them into quarantine.

Versions before the check in `Papers.upsert` stored them; no command and no page can decide on them.
A paper that was decided before keeps its record, because its decision refers to it.
"""

from datetime import datetime

from storage.engine.instants import to_utc
from storage.engine.session import Session
from storage.paper_key import KEY_PATTERN

_INVALID = """
NOT regexp_full_match(arxiv_id, $key)
AND arxiv_id NOT IN (SELECT decision_event.arxiv_id FROM decision_event)
"""
_LIST = f"SELECT arxiv_id FROM paper WHERE {_INVALID} ORDER BY arxiv_id"  # noqa: S608  a constant
_SET_ASIDE = f"""
INSERT INTO quarantined
SELECT CAST($at AS TIMESTAMP), source,
       'the ID ' || left(arxiv_id, 100) || ' is neither an arXiv ID nor a DOI',
       encode(CAST(to_json(paper) AS VARCHAR)), sha256(CAST(to_json(paper) AS VARCHAR)), NULL, NULL
FROM paper
WHERE {_INVALID}
"""  # noqa: S608  a constant
_TABLES = (
    "prediction",
    "waiting",
    "paper_version",
    "change",
    "announcement",
    "late_arrival",
    "audit_draw",
    "paper",
)


class InvalidIds:
    """The undecided papers whose ID is no key."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def papers(self) -> list[str]:
        """Return the IDs."""
        return [row[0] for row in self._session.rows(_LIST, {"key": KEY_PATTERN})]

    def move_to_quarantine(self, *, at: datetime) -> int:
        """Keep the papers' records in quarantine and delete the papers; return how many."""
        with self._session.transaction():
            moved = self._session.write(_SET_ASIDE, {"key": KEY_PATTERN, "at": to_utc(at)})
            for table in _TABLES:
                self._session.write(
                    f"DELETE FROM {table} WHERE {_INVALID}",  # noqa: S608  constants
                    {"key": KEY_PATTERN},
                )
        return moved
