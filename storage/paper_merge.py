"""Merge a batch of papers into the database: the SQL of `Papers.upsert`, one statement per step.

Text is compared only with text of the same source, because OAI and the snapshot send raw TeX and
the query API sends it converted: otherwise every paper would seem changed. A record of an unknown
paper is inserted; any other is related to the existing row:

    same    the same source and not older: replaces the row, differences are changes
    better  a source of higher rank (oai > snapshot > query) and no lower version, or changed on a
            later day than the existing record came: its text replaces the existing one without
            recording changes
    worse   a source of lower rank, or of higher rank with a lower version: adds missing facts, a
            higher version and a withdrawal
    old     the same source with an older datestamp or, on the same day or without one, an older
            version: adds nothing

The datestamp comes first, because arXiv moves it with every change: one wrong response with a
version that never was would hide all later ones for good.
"""

from collections.abc import Sequence
from datetime import datetime

from storage.correction_finds import find_corrections
from storage.engine.instants import from_utc
from storage.engine.parameters import about
from storage.engine.session import Session
from storage.types import UpsertCounts
from storage.waiting import refresh_revised

# Skips unchanged records. 64 bits of the hash suffice, because only records of one paper are
# compared.
# The only look for the batch's IDs, because finding hundreds of papers among millions reads the IDs
# of all: 90 ms of CPU.
_FOUND = """
CREATE OR REPLACE TEMP TABLE found AS
SELECT arxiv_id, rowid AS row_id, record_hash FROM paper WHERE {only}
"""
_HASHES = "SELECT arxiv_id, record_hash FROM found"
_PENDING = """
CREATE OR REPLACE TEMP TABLE pending AS
SELECT incoming.*, existing.arxiv_id IS NOT NULL AS known, feed.day AS feed_day
FROM paper_batch AS incoming
LEFT JOIN found AS existing ON existing.arxiv_id = incoming.arxiv_id
LEFT JOIN (
    SELECT arxiv_id, min(day) AS day
    FROM announcement
    WHERE announce_type IN ('new', 'cross') AND arxiv_id IN (SELECT arxiv_id FROM paper_batch)
    GROUP BY arxiv_id
) AS feed ON feed.arxiv_id = incoming.arxiv_id
WHERE existing.record_hash IS DISTINCT FROM incoming.record_hash
"""

# The rows that the batch is compared with; by row, because a join on the ID reads the texts of all
# papers.
_EXISTING = """
CREATE OR REPLACE TEMP TABLE existing_paper AS
SELECT *, rowid AS row_id FROM paper
WHERE rowid IN (
    SELECT row_id FROM found WHERE arxiv_id IN (SELECT arxiv_id FROM pending WHERE known))
"""

_SETTLED = """
CREATE OR REPLACE TEMP TABLE settled AS
WITH met AS (
    SELECT incoming.*, existing,
           CASE WHEN incoming.source = existing.source
                     AND if(incoming.datestamp <> existing.datestamp,
                            incoming.datestamp < existing.datestamp,
                            incoming.version < existing.version) THEN 'old'
                WHEN incoming.source = existing.source THEN 'same'
                WHEN incoming.rank < (CASE existing.source WHEN 'oai' THEN 1
                                                   WHEN 'snapshot' THEN 2
                                                   WHEN 'query' THEN 3 ELSE 4 END)
                     AND (incoming.version >= existing.version
                          OR incoming.datestamp > CAST(existing.taken_at AS DATE)) THEN 'better'
                ELSE 'worse' END AS relation,
           relation IN ('same', 'better') AS taken
    FROM pending AS incoming
    JOIN existing_paper AS existing ON existing.arxiv_id = incoming.arxiv_id
),
merged AS (
    SELECT arxiv_id,
           CASE WHEN taken THEN version WHEN relation = 'old' THEN existing.version
                ELSE greatest(version, existing.version) END AS version,
           if(taken, title, existing.title) AS title,
           if(taken, abstract, existing.abstract) AS abstract,
           if(taken, authors, existing.authors) AS authors,
           if(taken, categories, existing.categories) AS categories,
           if(taken, primary_category, existing.primary_category) AS primary_category,
           if(taken, comment, existing.comment) AS comment,
           CASE relation WHEN 'same' THEN doi WHEN 'better' THEN coalesce(doi, existing.doi)
                       WHEN 'worse' THEN coalesce(existing.doi, doi) ELSE existing.doi END AS doi,
           CASE relation WHEN 'same' THEN journal_ref
                       WHEN 'better' THEN coalesce(journal_ref, existing.journal_ref)
                       WHEN 'worse' THEN coalesce(existing.journal_ref, journal_ref)
                       ELSE existing.journal_ref END AS journal_ref,
           CASE relation WHEN 'same' THEN license
                       WHEN 'better' THEN coalesce(license, existing.license)
                       WHEN 'worse' THEN coalesce(existing.license, license)
                       ELSE existing.license END AS license,
           if(taken, coalesce(submitted_at, existing.submitted_at),
                     coalesce(existing.submitted_at, submitted_at)) AS submitted_at,
           if(taken OR (relation = 'worse' AND version > existing.version),
              coalesce(updated_at, existing.updated_at), existing.updated_at) AS updated_at,
           CASE WHEN taken THEN withdrawn
                WHEN relation = 'old' OR version < existing.version THEN existing.withdrawn
                WHEN version > existing.version THEN withdrawn
                ELSE existing.withdrawn OR withdrawn END AS withdrawn,
           if(taken, source, existing.source) AS source,
           if(taken, datestamp, existing.datestamp) AS datestamp,
           existing.first_seen_at AS first_seen_at,
           if(taken, record_hash, existing.record_hash) AS record_hash,
           if(taken, CAST($seen_at AS TIMESTAMP), existing.taken_at) AS taken_at,
           CASE WHEN feed_day IS NOT NULL THEN feed_day
                WHEN due IS NOT NULL AND (taken OR existing.submitted_at IS NULL) THEN due
                ELSE existing.announced END AS announced,
           relation, taken, source AS reported_by, existing, existing.row_id AS row_id
    FROM met
)
SELECT * EXCLUDE (existing),
       text_hash(title, abstract, authors, comment, withdrawn) AS content_hash,
       lacks_text(title, abstract) AS incomplete,
       title_key_of(title) AS title_key,
       version <> existing.version OR title <> existing.title OR abstract <> existing.abstract
           OR authors <> existing.authors OR categories <> existing.categories
           OR primary_category <> existing.primary_category OR withdrawn <> existing.withdrawn
           OR comment IS DISTINCT FROM existing.comment OR doi IS DISTINCT FROM existing.doi
           OR journal_ref IS DISTINCT FROM existing.journal_ref
           OR license IS DISTINCT FROM existing.license
           OR submitted_at IS DISTINCT FROM existing.submitted_at
           OR updated_at IS DISTINCT FROM existing.updated_at AS revised,
       if(revised, CAST($seen_at AS TIMESTAMP), existing.changed_at) AS changed_at,
       NOT revised AND record_hash = existing.record_hash AS idle,
       version < existing.version AS corrected
FROM merged
"""

# Across sources only added facts are changes, because notation differs.
_CHANGES = """
INSERT INTO change
SELECT arxiv_id, event.kind, event.old, event.new, reported_by, CAST($seen_at AS TIMESTAMP)
FROM (
    SELECT settled.arxiv_id, settled.reported_by, unnest([
        {'kind': 'new_version', 'old': CAST(existing.version AS VARCHAR),
         'new': CAST(settled.version AS VARCHAR), 'is': settled.version > existing.version},
        {'kind': 'version_corrected', 'old': CAST(existing.version AS VARCHAR),
         'new': CAST(settled.version AS VARCHAR), 'is': settled.version < existing.version},
        {'kind': 'withdrawn', 'old': NULL, 'new': settled.comment,
         'is': settled.withdrawn AND NOT existing.withdrawn},
        {'kind': 'restored', 'old': existing.comment, 'new': NULL,
         'is': existing.withdrawn AND NOT settled.withdrawn},
        {'kind': 'title', 'old': existing.title, 'new': settled.title,
         'is': relation = 'same' AND settled.title <> existing.title},
        {'kind': 'abstract', 'old': existing.abstract, 'new': settled.abstract,
         'is': relation = 'same' AND settled.abstract <> existing.abstract},
        {'kind': 'authors', 'old': array_to_string(existing.authors, ', '),
         'new': array_to_string(settled.authors, ', '),
         'is': relation = 'same' AND settled.authors <> existing.authors},
        {'kind': 'categories', 'old': array_to_string(existing.categories, ' '),
         'new': array_to_string(settled.categories, ' '),
         'is': relation = 'same' AND settled.categories <> existing.categories},
        {'kind': 'comment', 'old': existing.comment, 'new': settled.comment,
         'is': relation = 'same' AND settled.comment IS DISTINCT FROM existing.comment},
        {'kind': 'license', 'old': existing.license, 'new': settled.license,
         'is': relation = 'same' AND settled.license IS DISTINCT FROM existing.license},
        {'kind': 'doi', 'old': existing.doi, 'new': settled.doi,
         'is': (relation = 'same' OR existing.doi IS NULL)
               AND settled.doi IS DISTINCT FROM existing.doi},
        {'kind': 'journal_ref', 'old': existing.journal_ref, 'new': settled.journal_ref,
         'is': (relation = 'same' OR existing.journal_ref IS NULL)
               AND settled.journal_ref IS DISTINCT FROM existing.journal_ref}
    ]) AS event
    FROM settled
    JOIN existing_paper AS existing ON existing.arxiv_id = settled.arxiv_id
    WHERE settled.revised
)
WHERE event.is
"""

# A source may not correct the history that a better one sent, and an older record may not bring
# versions above the paper's.
_VERSIONS = """
MERGE INTO paper_version AS existing
USING (
    SELECT pending.arxiv_id, coalesce(settled.taken, true) AS taken,
           coalesce(settled.version, pending.version) AS newest,
           unnest(pending.history, recursive := true)
    FROM pending
    LEFT JOIN settled ON settled.arxiv_id = pending.arxiv_id
) AS incoming
ON (existing.arxiv_id = incoming.arxiv_id AND existing.version = incoming.version)
WHEN MATCHED AND incoming.taken AND (
        incoming.withdrawn <> existing.withdrawn
        OR (incoming.submitted_at IS NOT NULL
            AND incoming.submitted_at IS DISTINCT FROM existing.submitted_at))
    THEN UPDATE SET withdrawn = incoming.withdrawn,
                    submitted_at = coalesce(incoming.submitted_at, existing.submitted_at)
WHEN NOT MATCHED AND incoming.version <= incoming.newest
    THEN INSERT (arxiv_id, version, submitted_at, withdrawn, seen_at)
    VALUES (incoming.arxiv_id, incoming.version, incoming.submitted_at, incoming.withdrawn,
            CAST($seen_at AS TIMESTAMP))
"""

# Lower ones stay, because a source may list fewer than there are.
_NO_HIGHER_VERSIONS = """
DELETE FROM paper_version USING settled
WHERE paper_version.arxiv_id = settled.arxiv_id AND settled.corrected
  AND paper_version.version > settled.version
"""

#: the columns of `settled` that are those of a paper
_MERGED = (
    "version",
    "title",
    "abstract",
    "authors",
    "categories",
    "primary_category",
    "comment",
    "doi",
    "journal_ref",
    "license",
    "submitted_at",
    "updated_at",
    "withdrawn",
    "source",
    "datestamp",
    "first_seen_at",
    "record_hash",
    "taken_at",
    "announced",
    "content_hash",
    "incomplete",
    "title_key",
    "changed_at",
)
_REVISE = f"""
UPDATE paper SET {", ".join(f"{name} = incoming.{name}" for name in _MERGED)}
FROM settled AS incoming
WHERE paper.rowid = incoming.row_id AND NOT incoming.idle
"""  # noqa: S608  made of constants

_INSERT = """
INSERT INTO paper BY NAME
SELECT * EXCLUDE (known, history, rank, due, feed_day), coalesce(feed_day, due) AS announced,
       text_hash(title, abstract, authors, comment, withdrawn) AS content_hash,
       lacks_text(title, abstract) AS incomplete,
       title_key_of(title) AS title_key,
       CAST($seen_at AS TIMESTAMP) AS first_seen_at,
       CAST($seen_at AS TIMESTAMP) AS changed_at,
       CAST($seen_at AS TIMESTAMP) AS taken_at
FROM pending
WHERE NOT known
"""

_REVISED = "SELECT arxiv_id, corrected FROM settled WHERE revised"
_COUNTS = "SELECT count(*), count(*) FILTER (WHERE known) FROM pending"
# Most batches are all new, and planning the other statements costs more than running them.
_NOTHING_SETTLED = (
    "CREATE OR REPLACE TEMP TABLE settled (arxiv_id VARCHAR, taken BOOLEAN, version INTEGER)"
)


def find_batch(session: Session, arxiv_ids: Sequence[str]) -> None:
    """Find the papers of a batch, before anything else is done with it."""
    session.rows(*about(_FOUND, arxiv_ids))


def found_hashes(session: Session) -> dict[str, int]:
    """Return the record hashes of the papers that were found."""
    return dict(session.rows(_HASHES))


def merge_batch(session: Session, size: int, seen_at: datetime) -> UpsertCounts:
    """Merge the registered table `paper_batch`, whose papers were found, in one transaction."""
    # Outside the transaction, so that an unchanged batch commits nothing; the lease excludes other
    # writers.
    session.ddl(_PENDING)
    pending, known = session.row(_COUNTS) or (0, 0)
    if not pending:
        return UpsertCounts(unchanged=size)
    moment = {"seen_at": seen_at}
    #: ID -> whether its version was corrected
    revised: dict[str, bool] = {}
    with session.transaction():
        if known:
            session.ddl(_EXISTING)
            session.ddl(_SETTLED, moment)
            session.write(_CHANGES, moment)
            session.ddl("DROP TABLE existing_paper")
            revised = dict(session.rows(_REVISED))
        else:
            session.ddl(_NOTHING_SETTLED)
        session.write(_VERSIONS, moment)
        if known:
            if any(revised.values()):
                session.write(_NO_HIGHER_VERSIONS)
            session.write(_REVISE)
            refresh_revised(session, list(revised), "settled")
        if pending > known:
            session.write(_INSERT, moment)
        if revised:
            # In the same transaction, so that no correction is lost.
            find_corrections(session, from_utc(seen_at), list(revised))
        session.ddl("DROP TABLE settled")
        session.ddl("DROP TABLE pending")
    new = pending - known
    return UpsertCounts(new=new, revised=len(revised), unchanged=size - new - len(revised))
