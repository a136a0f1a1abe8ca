"""Keep the table `waiting`: the papers of the queue, stored so that a page only filters them.

Whoever changes a prediction, a paper or a decision calls `refresh` in the same transaction. It
removes the papers' rows and derives them again, so a paper has one row however often it is called.
"""

from collections.abc import Iterable
from datetime import date

from storage.engine.parameters import about
from storage.engine.session import Session

#: Papers from this probability lie together in the table, so that the others are skipped, and have
#: their text in it for searches. A matter of speed only.
LIKELY_PART = 0.05
_COLUMNS = """
arxiv_id, in_scope, top_section, announced, predicted_at, random_place, first_seen_at,
primary_category, categories, open_facets, title, waits_from, words
"""
#: what a search looks at: lower case, without accents
SEARCHED = """strip_accents(lower(concat_ws(chr(10), title, arxiv_id,
    array_to_string(authors, chr(10)), abstract)))"""
# A deferred paper waits again with a version above the stated one, or from a stated day. An
# approval that lost its section waits and stays approved meanwhile.
_DERIVED = f"""
SELECT predicted.arxiv_id, predicted.in_scope, predicted.top_section, paper.announced,
       predicted.predicted_at, predicted.random_place, paper.first_seen_at,
       paper.primary_category, paper.categories,
       coalesce(predicted.open_facets, CAST([] AS VARCHAR[])) AS open_facets, paper.title,
       CASE WHEN standing.verdict = 'deferred'
                 AND paper.version <= coalesce(standing.return_after_version, paper.version)
            THEN standing.return_on ELSE DATE '1991-08-14' END AS waits_from,
       CASE WHEN predicted.in_scope >= {LIKELY_PART} THEN paper.words END AS words
FROM (SELECT arxiv_id, in_scope, top_section, predicted_at, random_place, open_facets
      FROM prediction WHERE newest AND {{only}}) AS predicted
JOIN (SELECT arxiv_id, version, title, categories, primary_category, announced, first_seen_at,
             {SEARCHED} AS words
      FROM paper WHERE NOT withdrawn AND NOT coalesce(incomplete, false) AND {{rows}}) AS paper
  ON paper.arxiv_id = predicted.arxiv_id
LEFT JOIN (SELECT arxiv_id, verdict, unplaced, return_on, return_after_version
           FROM decisions WHERE standing AND {{only}}) AS standing
  ON standing.arxiv_id = predicted.arxiv_id
WHERE standing.arxiv_id IS NULL OR standing.unplaced
   OR standing.verdict = 'deferred'
      AND (standing.return_on IS NOT NULL OR paper.version > standing.return_after_version)
"""  # noqa: S608  made of constants
_DECIDED = """
SELECT arxiv_id FROM decisions
WHERE standing AND verdict <> 'deferred' AND NOT unplaced AND {only}
"""
_REMOVE = "DELETE FROM waiting WHERE {only}"
_INSERT = f"INSERT INTO waiting ({_COLUMNS}) {_DERIVED}"
# By row, because a join on the ID reads the texts of all papers; one ID is a constant.
_INSERT_ONE = _INSERT.format(only="{only}", rows="{only}")
_INSERT_SOME = _INSERT.format(only="{only}", rows="rowid IN (SELECT rowid FROM paper WHERE {only})")
_ALL = {"only": "true", "rows": "true"}
_REBUILD = f"{_INSERT.format(**_ALL)} ORDER BY in_scope < {LIKELY_PART}, predicted.arxiv_id"
_DIFFERENT = f"""
WITH stored AS (SELECT hash({_COLUMNS}) AS row FROM waiting),
derived AS (SELECT hash({_COLUMNS}) AS row FROM ({_DERIVED.format(**_ALL)}))
SELECT (SELECT count(*) FROM (FROM stored EXCEPT ALL FROM derived))
       + (SELECT count(*) FROM (FROM derived EXCEPT ALL FROM stored))
"""  # noqa: S608  made of constants
_BEGIN_DAY = "UPDATE survey_day SET day = $today WHERE day < $today"


def refresh(session: Session, arxiv_ids: Iterable[str]) -> None:
    """Derive the rows of these papers again."""
    ids = list(dict.fromkeys(arxiv_ids))
    if not ids:
        return
    with session.transaction():
        session.write(*about(_REMOVE, ids))
        # most calls follow a decision, and deriving reads the texts
        decided = {row[0] for row in session.rows(*about(_DECIDED, ids))}
        if left := [arxiv_id for arxiv_id in ids if arxiv_id not in decided]:
            insert = _INSERT_ONE if len(left) == 1 else _INSERT_SOME
            session.write(*about(insert, left))


def rebuild(session: Session) -> None:
    """Derive all rows again and sort them."""
    with session.transaction():
        session.write("DELETE FROM waiting")
        session.write(_REBUILD)


def different(session: Session) -> int:
    """Return how many rows `rebuild` would add or remove."""
    return session.number(_DIFFERENT)


def begin_day(session: Session, today: date) -> None:
    """Let the view `queue` show deferred papers that return until this day."""
    with session.transaction():
        session.write(_BEGIN_DAY, {"today": today})
