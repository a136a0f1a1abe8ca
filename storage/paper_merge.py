"""How a batch of papers meets those we hold: the SQL of `papers.upsert`, one statement a step.

Text is compared only with text of the same source, since OAI and the snapshot send raw TeX and the
query API sends it converted: otherwise every paper would seem changed. A record of a paper that is
not held is inserted; any other takes a stance towards the row that is held:

    same    its source is ours and it is not older: it replaces the row, differences are changes
    better  its source ranks higher (oai > snapshot > query) and its version is not lower: its text
            replaces ours silently
    worse   its source ranks lower, or ranks higher with a lower version: it adds facts we lack, a
            higher version and a withdrawal
    old     its source is ours, but its version or datestamp lies behind: it adds nothing
"""

from storage.engine.session import Session
from storage.types import UpsertCounts

# The fast way out: a record equal to the last one taken over from its source ends here. 64 bits
# are compared only between records of one paper.
_PENDING = """
CREATE OR REPLACE TEMP TABLE pending AS
WITH hashed AS (
    SELECT *, md5_number_lower(concat_ws(chr(31), source, version, datestamp, title, abstract,
        array_to_string(authors, chr(30)), array_to_string(categories, chr(30)), primary_category,
        coalesce(comment, ''), coalesce(doi, ''), coalesce(journal_ref, ''), coalesce(license, ''),
        coalesce(CAST(submitted_at AS VARCHAR), ''), coalesce(CAST(updated_at AS VARCHAR), ''),
        withdrawn, CAST(history AS VARCHAR))) AS record_hash
    FROM paper_batch
)
SELECT hashed.*, paper.arxiv_id IS NOT NULL AS known
FROM hashed
LEFT JOIN paper ON paper.arxiv_id = hashed.arxiv_id
WHERE paper.record_hash IS DISTINCT FROM hashed.record_hash
"""

_SETTLED = """
CREATE OR REPLACE TEMP TABLE settled AS
WITH met AS (
    SELECT told.*, held,
           CASE WHEN told.source = held.source AND (told.version < held.version
                     OR (told.version = held.version AND told.datestamp < held.datestamp))
                     THEN 'old'
                WHEN told.source = held.source THEN 'same'
                WHEN told.rank < (CASE held.source WHEN 'oai' THEN 1
                                                   WHEN 'snapshot' THEN 2 ELSE 3 END)
                     AND told.version >= held.version THEN 'better'
                ELSE 'worse' END AS stance,
           stance IN ('same', 'better') AS taken
    FROM pending AS told
    JOIN paper AS held ON held.arxiv_id = told.arxiv_id
),
merged AS (
    SELECT arxiv_id,
           greatest(version, held.version) AS version,
           if(taken, title, held.title) AS title,
           if(taken, abstract, held.abstract) AS abstract,
           if(taken, authors, held.authors) AS authors,
           if(taken, categories, held.categories) AS categories,
           if(taken, primary_category, held.primary_category) AS primary_category,
           if(taken, comment, held.comment) AS comment,
           CASE stance WHEN 'same' THEN doi WHEN 'better' THEN coalesce(doi, held.doi)
                       WHEN 'worse' THEN coalesce(held.doi, doi) ELSE held.doi END AS doi,
           CASE stance WHEN 'same' THEN journal_ref
                       WHEN 'better' THEN coalesce(journal_ref, held.journal_ref)
                       WHEN 'worse' THEN coalesce(held.journal_ref, journal_ref)
                       ELSE held.journal_ref END AS journal_ref,
           CASE stance WHEN 'same' THEN license WHEN 'better' THEN coalesce(license, held.license)
                       WHEN 'worse' THEN coalesce(held.license, license)
                       ELSE held.license END AS license,
           if(taken, coalesce(submitted_at, held.submitted_at),
                     coalesce(held.submitted_at, submitted_at)) AS submitted_at,
           if(taken OR (stance = 'worse' AND version > held.version),
              coalesce(updated_at, held.updated_at), held.updated_at) AS updated_at,
           CASE WHEN taken THEN withdrawn
                WHEN stance = 'old' OR version < held.version THEN held.withdrawn
                WHEN version > held.version THEN withdrawn
                ELSE held.withdrawn OR withdrawn END AS withdrawn,
           if(taken, source, held.source) AS source,
           if(taken, datestamp, held.datestamp) AS datestamp,
           held.first_seen_at AS first_seen_at,
           if(taken, record_hash, held.record_hash) AS record_hash,
           if(taken, CAST($seen_at AS TIMESTAMP), held.taken_at) AS taken_at,
           stance, taken, source AS told_by, held
    FROM met
)
SELECT * EXCLUDE (held),
       text_hash(title, abstract, authors, comment, withdrawn) AS content_hash,
       version <> held.version OR title <> held.title OR abstract <> held.abstract
           OR authors <> held.authors OR categories <> held.categories
           OR primary_category <> held.primary_category OR withdrawn <> held.withdrawn
           OR comment IS DISTINCT FROM held.comment OR doi IS DISTINCT FROM held.doi
           OR journal_ref IS DISTINCT FROM held.journal_ref
           OR license IS DISTINCT FROM held.license
           OR submitted_at IS DISTINCT FROM held.submitted_at
           OR updated_at IS DISTINCT FROM held.updated_at AS revised,
       if(revised, CAST($seen_at AS TIMESTAMP), held.changed_at) AS changed_at,
       NOT revised AND record_hash = held.record_hash AS idle
FROM merged
"""

# Whether a fact was added is plain across sources; whether it was altered is not.
_CHANGES = """
INSERT INTO change
SELECT arxiv_id, event.kind, event.old, event.new, told_by, CAST($seen_at AS TIMESTAMP)
FROM (
    SELECT settled.arxiv_id, settled.told_by, unnest([
        {'kind': 'new_version', 'old': CAST(held.version AS VARCHAR),
         'new': CAST(settled.version AS VARCHAR), 'is': settled.version > held.version},
        {'kind': 'withdrawn', 'old': NULL, 'new': settled.comment,
         'is': settled.withdrawn AND NOT held.withdrawn},
        {'kind': 'restored', 'old': held.comment, 'new': NULL,
         'is': held.withdrawn AND NOT settled.withdrawn},
        {'kind': 'title', 'old': held.title, 'new': settled.title,
         'is': stance = 'same' AND settled.title <> held.title},
        {'kind': 'abstract', 'old': held.abstract, 'new': settled.abstract,
         'is': stance = 'same' AND settled.abstract <> held.abstract},
        {'kind': 'authors', 'old': array_to_string(held.authors, ', '),
         'new': array_to_string(settled.authors, ', '),
         'is': stance = 'same' AND settled.authors <> held.authors},
        {'kind': 'categories', 'old': array_to_string(held.categories, ' '),
         'new': array_to_string(settled.categories, ' '),
         'is': stance = 'same' AND settled.categories <> held.categories},
        {'kind': 'comment', 'old': held.comment, 'new': settled.comment,
         'is': stance = 'same' AND settled.comment IS DISTINCT FROM held.comment},
        {'kind': 'license', 'old': held.license, 'new': settled.license,
         'is': stance = 'same' AND settled.license IS DISTINCT FROM held.license},
        {'kind': 'doi', 'old': held.doi, 'new': settled.doi,
         'is': (stance = 'same' OR held.doi IS NULL)
               AND settled.doi IS DISTINCT FROM held.doi},
        {'kind': 'journal_ref', 'old': held.journal_ref, 'new': settled.journal_ref,
         'is': (stance = 'same' OR held.journal_ref IS NULL)
               AND settled.journal_ref IS DISTINCT FROM held.journal_ref}
    ]) AS event
    FROM settled
    JOIN paper AS held ON held.arxiv_id = settled.arxiv_id
    WHERE settled.revised
)
WHERE event.is
"""

# None may correct the history a better source sent.
_VERSIONS = """
MERGE INTO paper_version AS held
USING (
    SELECT pending.arxiv_id, coalesce(settled.taken, true) AS taken,
           unnest(pending.history, recursive := true)
    FROM pending
    LEFT JOIN settled ON settled.arxiv_id = pending.arxiv_id
) AS told
ON (held.arxiv_id = told.arxiv_id AND held.version = told.version)
WHEN MATCHED AND told.taken AND (
        told.withdrawn <> held.withdrawn
        OR (told.submitted_at IS NOT NULL AND told.submitted_at IS DISTINCT FROM held.submitted_at))
    THEN UPDATE SET withdrawn = told.withdrawn,
                    submitted_at = coalesce(told.submitted_at, held.submitted_at)
WHEN NOT MATCHED
    THEN INSERT (arxiv_id, version, submitted_at, withdrawn, seen_at)
    VALUES (told.arxiv_id, told.version, told.submitted_at, told.withdrawn,
            CAST($seen_at AS TIMESTAMP))
"""

_REVISE = """
MERGE INTO paper AS held
USING (
    SELECT * EXCLUDE (stance, taken, told_by, revised, idle) FROM settled WHERE NOT idle
) AS told
ON (held.arxiv_id = told.arxiv_id)
WHEN MATCHED THEN UPDATE BY NAME
"""

_INSERT = """
INSERT INTO paper BY NAME
SELECT * EXCLUDE (known, history, rank),
       text_hash(title, abstract, authors, comment, withdrawn) AS content_hash,
       CAST($seen_at AS TIMESTAMP) AS first_seen_at,
       CAST($seen_at AS TIMESTAMP) AS changed_at,
       CAST($seen_at AS TIMESTAMP) AS taken_at
FROM pending
WHERE NOT known
"""

_COUNTS = "SELECT count(*), count(*) FILTER (WHERE known) FROM pending"
# Most batches are all new: planning the statements for known papers costs more than running them.
_NOTHING_SETTLED = "CREATE OR REPLACE TEMP TABLE settled (arxiv_id VARCHAR, taken BOOLEAN)"


def merge_batch(session: Session, size: int, seen_at: object) -> UpsertCounts:
    """Merge the registered `paper_batch` of `size` distinct papers, all or nothing."""
    # Before the transaction: a batch that holds nothing new, as most of the overlap, has nothing
    # to commit. Nobody comes in between: the lease is ours.
    session.write(_PENDING)
    pending, known = session.row(_COUNTS) or (0, 0)
    if not pending:
        return UpsertCounts(unchanged=size)
    moment = {"seen_at": seen_at}
    revised = 0
    with session.transaction():
        if known:
            session.write(_SETTLED, moment)
            session.write(_CHANGES, moment)
            revised = session.number("SELECT count(*) FROM settled WHERE revised")
        else:
            session.write(_NOTHING_SETTLED)
        session.write(_VERSIONS, moment)
        if known:
            session.write(_REVISE)
        if pending > known:
            session.write(_INSERT, moment)
        session.write("DROP TABLE settled")
        session.write("DROP TABLE pending")
    new = pending - known
    return UpsertCounts(new=new, revised=revised, unchanged=size - new - revised)
