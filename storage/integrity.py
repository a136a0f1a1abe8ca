"""Check the consistency that the schema does not enforce (seconds with millions of papers)."""

from dataclasses import dataclass

from storage.engine.examine import changed_definitions
from storage.engine.session import Session
from storage.waiting import different

_CHECKS = """
SELECT 'papers stored twice', count(*) FROM (
    SELECT arxiv_id FROM paper GROUP BY arxiv_id HAVING count(*) > 1)
UNION ALL
SELECT 'versions stored twice', count(*) FROM (
    SELECT arxiv_id FROM paper_version GROUP BY arxiv_id, version HAVING count(*) > 1)
UNION ALL
SELECT 'papers whose current version has no row', count(*) FROM paper
WHERE NOT EXISTS (
    SELECT 1 FROM paper_version AS known
    WHERE known.arxiv_id = paper.arxiv_id AND known.version = paper.version)
UNION ALL
SELECT 'papers whose text does not fit its hash', count(*) FROM paper
WHERE content_hash <> text_hash(title, abstract, authors, comment, withdrawn)
UNION ALL
SELECT 'predictions stored twice', count(*) FROM (
    SELECT arxiv_id FROM prediction GROUP BY arxiv_id, model_id HAVING count(*) > 1)
UNION ALL
SELECT 'predicted papers without one newest prediction', count(*) FROM (
    SELECT arxiv_id FROM prediction GROUP BY arxiv_id HAVING count(*) FILTER (WHERE newest) <> 1)
UNION ALL
SELECT 'decisions stored twice', count(*) FROM (
    SELECT decision_id FROM decision_event WHERE kind = 'decide'
    GROUP BY decision_id HAVING count(*) > 1)
UNION ALL
SELECT 'decisions of an act that is not recorded', count(*) FROM decision_event
WHERE batch_id IS NOT NULL AND batch_id NOT IN (SELECT batch_id FROM decision_batch)
UNION ALL
SELECT 'acts stored twice', count(*) FROM (
    SELECT batch_id FROM decision_batch GROUP BY batch_id HAVING count(*) > 1)
UNION ALL
SELECT 'undone decisions that do not exist', count(*) FROM decision_event
WHERE kind = 'undo'
  AND decision_id NOT IN (SELECT decision_id FROM decision_event WHERE kind = 'decide')
UNION ALL
SELECT 'decisions without the paper or the text they were made on', count(*)
FROM decision_event AS made
WHERE NOT EXISTS (
        SELECT 1 FROM decided_text AS kept
        WHERE kept.arxiv_id = made.arxiv_id AND kept.content_hash = made.content_hash)
   OR made.arxiv_id NOT IN (SELECT arxiv_id FROM paper)
UNION ALL
SELECT 'publications stored twice', count(*) FROM (
    SELECT act_id FROM publication_act GROUP BY act_id HAVING count(*) > 1)
UNION ALL
SELECT 'ends of publications that do not fit one publication', count(*) FROM (
    SELECT act_id FROM publication_end GROUP BY act_id
    HAVING count(*) > 1 OR act_id NOT IN (SELECT act_id FROM publication_act))
UNION ALL
SELECT 'published papers without a decision', count(DISTINCT arxiv_id) FROM publication
WHERE arxiv_id NOT IN (SELECT arxiv_id FROM decision_event WHERE kind = 'decide')
  AND target NOT IN (SELECT target FROM publication_act WHERE adopted_at IS NOT NULL)
UNION ALL
SELECT 'acts on issues stored twice', count(*) FROM (
    SELECT seq FROM issue_event GROUP BY seq HAVING count(*) > 1)
UNION ALL
SELECT 'approvals or publications of issues that were never built', count(*)
FROM issue_event AS sent
WHERE kind IN ('approved', 'withdrawn', 'published')
  AND NOT EXISTS (
    SELECT 1 FROM issue_event AS build
    WHERE build.kind = 'built' AND build.week = sent.week AND build.digest = sent.digest
      AND build.seq < sent.seq)
UNION ALL
SELECT 'addresses of subscribers stored twice', count(*) FROM (
    SELECT address_key FROM subscriber_contact GROUP BY address_key HAVING count(*) > 1
    UNION ALL
    SELECT subscriber_id FROM subscriber_contact GROUP BY subscriber_id HAVING count(*) > 1)
UNION ALL
SELECT 'acts of subscribers stored twice', count(*) FROM (
    SELECT seq FROM subscriber_event GROUP BY seq HAVING count(*) > 1)
UNION ALL
SELECT 'addresses of subscribers without an act', count(*) FROM subscriber_contact
WHERE subscriber_id NOT IN (SELECT subscriber_id FROM subscriber_event)
"""


_WAITING = "rows of the stored queue that do not fit papers, predictions and decisions"
_CHANGED = "views or macros that are not this program's"


@dataclass(frozen=True, slots=True)
class Fault:
    """An inconsistency and the number of rows or definitions it affects."""

    what: str
    rows: int
    #: `Queue.rebuild` corrects it, because everything is known from other tables
    derived: bool = False


class Integrity:
    """Checks over all tables."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def faults(self) -> tuple[Fault, ...]:
        """Return the inconsistencies."""
        changed = len(changed_definitions(self._session))
        waiting = different(self._session)
        found = [
            *(Fault(what, rows) for what, rows in self._session.rows(_CHECKS)),
            Fault(_CHANGED, changed),
            Fault(_WAITING, waiting, derived=True),
        ]
        return tuple(fault for fault in found if fault.rows)
