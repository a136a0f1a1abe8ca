"""Keep the table `waiting`: the papers of the queue, stored so that a page only filters them.

Whoever changes a prediction, a paper or a decision calls `refresh` in the same transaction. It
removes the papers' rows and derives them again, so a paper has one row however often it is called.
"""

from collections.abc import Iterable, Sequence
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
_SEARCHED = """strip_accents(lower(concat_ws(chr(10), {of}title, {of}arxiv_id,
    array_to_string({of}authors, chr(10)), {of}abstract)))"""
#: what a search looks at: lower case, without accents
SEARCHED = _SEARCHED.format(of="")
# `{predictions}` and `{papers}` have the columns of those tables.
_DERIVED = f"""
SELECT predicted.arxiv_id, predicted.in_scope, predicted.top_section, paper.announced,
       predicted.predicted_at, predicted.random_place, paper.first_seen_at,
       paper.primary_category, paper.categories,
       coalesce(predicted.open_facets, CAST([] AS VARCHAR[])) AS open_facets, paper.title,
       {{waits_from}} AS waits_from,
       CASE WHEN predicted.in_scope >= {LIKELY_PART}
            THEN {_SEARCHED.format(of="paper.")} END AS words
FROM (SELECT arxiv_id, in_scope, top_section, predicted_at, random_place, open_facets
      FROM {{predictions}}) AS predicted
JOIN (SELECT arxiv_id, version, title, authors, abstract, categories, primary_category,
             announced, first_seen_at
      FROM {{papers}} AND NOT withdrawn AND NOT coalesce(incomplete, false)) AS paper
  ON paper.arxiv_id = predicted.arxiv_id
"""  # noqa: S608  made of constants
_AT_ONCE = "DATE '1991-08-14'"
# A deferred paper waits again with a version above the stated one, or from a stated day. An
# approval that lost its section waits and stays approved meanwhile.
_WAITS_FROM = f"""
CASE WHEN standing.verdict = 'deferred'
          AND paper.version = coalesce(standing.return_after_version, paper.version)
     THEN standing.return_on ELSE {_AT_ONCE} END
"""
_WITH_DECISIONS = """
LEFT JOIN (SELECT arxiv_id, verdict, unplaced, return_on, return_after_version
           FROM decisions WHERE standing AND {only}) AS standing
  ON standing.arxiv_id = predicted.arxiv_id
WHERE standing.arxiv_id IS NULL OR standing.unplaced
   OR standing.verdict = 'deferred'
      AND (standing.return_on IS NOT NULL OR paper.version <> standing.return_after_version)
"""
_STANDING = """
SELECT arxiv_id, verdict <> 'deferred' AND NOT unplaced FROM decisions WHERE standing AND {only}
"""
_REMOVE = "DELETE FROM waiting WHERE {only}"
_INSERT = f"INSERT INTO waiting ({_COLUMNS})"
# Planning the view `decisions` takes longer than reading the rows, and few papers need it.
_UNDECIDED = f"{_INSERT} {_DERIVED}".replace("{waits_from}", _AT_ONCE)
_DEFERRED = f"{_INSERT} {_DERIVED} {_WITH_DECISIONS}".replace("{waits_from}", _WAITS_FROM)
_PREDICTIONS = "prediction WHERE newest AND {only}"
_PAPER = "paper WHERE {only}"
# By row, because a join on the ID reads the texts of all papers.
_PAPERS = "paper WHERE rowid IN (SELECT rowid FROM paper WHERE {only})"
# The rows of revised papers, so that neither they nor the predictions are looked for again.
_WAITED = """
CREATE OR REPLACE TEMP TABLE waited AS
SELECT rowid AS row_id, arxiv_id, in_scope, top_section, predicted_at, random_place, open_facets
FROM waiting
WHERE rowid IN (SELECT rowid FROM waiting WHERE {only})
"""
_REMOVE_WAITED = "DELETE FROM waiting WHERE rowid IN (SELECT row_id FROM waited)"
_ALL = f"{_DERIVED} {_WITH_DECISIONS}".replace("{waits_from}", _WAITS_FROM).format(
    predictions="prediction WHERE newest", papers="paper WHERE true", only="true"
)
_REBUILD = f"{_INSERT} {_ALL} ORDER BY in_scope < {LIKELY_PART}, predicted.arxiv_id"
_DIFFERENT = f"""
WITH stored AS (SELECT hash({_COLUMNS}) AS row FROM waiting),
derived AS (SELECT hash({_COLUMNS}) AS row FROM ({_ALL}))
SELECT (SELECT count(*) FROM (FROM stored EXCEPT ALL FROM derived))
       + (SELECT count(*) FROM (FROM derived EXCEPT ALL FROM stored))
"""  # noqa: S608  made of constants
_BEGIN_DAY = "UPDATE survey_day SET day = $today WHERE day < $today"


def remove(session: Session, arxiv_ids: Iterable[str]) -> None:
    """Remove the rows of papers that are decided for sure."""
    ids = list(arxiv_ids)
    if ids:
        session.write(*about(_REMOVE, ids))


def refresh(session: Session, arxiv_ids: Iterable[str]) -> None:
    """Derive the rows of these papers again."""
    ids = list(dict.fromkeys(arxiv_ids))
    if not ids:
        return
    with session.transaction():
        session.write(*about(_REMOVE, ids))
        _derive(session, ids, _PAPER if len(ids) == 1 else _PAPERS)


def refresh_revised(session: Session, arxiv_ids: Iterable[str], papers: str) -> None:
    """Derive the rows of revised papers again, whose texts are in this table."""
    ids = list(dict.fromkeys(arxiv_ids))
    if not ids:
        return
    with session.transaction():
        session.rows(*about(_WAITED, ids))
        waited = {row[0] for row in session.rows("SELECT arxiv_id FROM waited")}
        session.write(_REMOVE_WAITED)
        source = f"{papers} WHERE {{only}}"
        _derive(session, [key for key in ids if key in waited], source, "waited WHERE {only}")
        _derive(session, [key for key in ids if key not in waited], source)
        session.rows("DROP TABLE waited")


def _derive(
    session: Session, ids: Sequence[str], papers: str, predictions: str = _PREDICTIONS
) -> None:
    """Add the rows of papers that have none."""
    if not ids:
        return
    # most calls follow a decision, and deriving reads the texts
    decided: dict[str, bool] = dict(session.rows(*about(_STANDING, ids)))
    undecided = [key for key in ids if key not in decided]
    perhaps = [key for key, is_done in decided.items() if not is_done]
    for sql, some in ((_UNDECIDED, undecided), (_DEFERRED, perhaps)):
        if some:
            named = sql.replace("{predictions}", predictions).replace("{papers}", papers)
            session.write(*about(named, some))


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
