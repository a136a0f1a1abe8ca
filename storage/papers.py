"""Papers: written in batches, read by id. Never deletes one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import texts_json
from storage.engine.session import Row, Session
from storage.paper_batch import newest_of, paper_table
from storage.paper_merge import merge_batch
from storage.record_hash import record_hash
from storage.types import Paper, PaperText, PaperVersion, Source, StoredPaper, UpsertCounts

_STORED = """
SELECT arxiv_id, version, title, abstract, authors, categories, primary_category, source, comment,
       doi, journal_ref, license, submitted_at, updated_at, withdrawn, datestamp, first_seen_at,
       content_hash, coalesce(taken_at, first_seen_at)
FROM paper
WHERE {condition}
"""
# By rowid, found first: only the blocks that hold the rows are unpacked. By id alone DuckDB reads
# every abstract (600,000 papers: 0.2 against 0.9 s for 50 scattered ids). For one paper it is the
# other way round (17 against 36 cpu-ms).
_PAPERS = _STORED.format(
    condition="rowid IN (SELECT rowid FROM paper WHERE arxiv_id IN (FROM listed($ids)))"
)
_PAPER = _STORED.format(condition="arxiv_id = $id")
_VERSIONS = """
SELECT arxiv_id, version, submitted_at, withdrawn
FROM paper_version
WHERE arxiv_id IN (FROM listed($ids)) AND submitted_at IS NOT NULL
ORDER BY arxiv_id, version
"""
_TITLES = """
SELECT arxiv_id, title
FROM paper
WHERE rowid IN (SELECT rowid FROM paper WHERE arxiv_id IN (FROM listed($ids)))
"""
_HELD = """
SELECT arxiv_id FROM paper WHERE arxiv_id IN (FROM listed($ids))
"""
_RECORD_HASHES = """
SELECT arxiv_id, record_hash FROM paper WHERE arxiv_id IN (FROM listed($ids))
"""
_TEXTS = """
SELECT arxiv_id, title, abstract, categories, content_hash
FROM paper
WHERE rowid IN (SELECT rowid FROM paper WHERE arxiv_id IN (FROM listed($ids)))
"""
# md5 and not hash(): DuckDB may change the latter from one version to the next.
_BACKGROUND = """
SELECT arxiv_id
FROM paper
WHERE NOT withdrawn
  AND NOT ($exclude_decided AND arxiv_id IN (SELECT arxiv_id FROM decisions WHERE standing))
ORDER BY md5_number_lower(arxiv_id), arxiv_id
LIMIT $limit
"""

#: batches up to this size may hold little that is new, as pages of OAI's overlap do; larger ones
#: are imports, which sort out what they brought before by themselves
_PAGE = 5_000


class Papers:
    """The table `paper` and its history."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def upsert(self, batch: Sequence[Paper], *, seen_at: datetime) -> UpsertCounts:
        """Merge a batch into what we hold; a repeated batch changes nothing.

        Batches of 10 to 50 thousand are best. What becomes of a record that meets one we hold is
        told in `storage/paper_merge.py`. The counts are of distinct papers; `revised` means that
        something a reader sees has changed.
        """
        papers = newest_of(batch)
        fresh = self._not_as_held(papers) if len(papers) <= _PAGE else papers
        unchanged = UpsertCounts(unchanged=len(papers) - len(fresh))
        if not fresh:
            return unchanged
        with self._session.batch("paper_batch", paper_table(fresh)):
            return unchanged + merge_batch(self._session, len(fresh), to_utc(seen_at))

    def _not_as_held(self, papers: Sequence[Paper]) -> list[Paper]:
        """Return the papers without those whose record is the one we took over last.

        `merge_batch` finds the same, but Arrow and what it loads are a tenth of a run.
        """
        ids = texts_json(paper.arxiv_id for paper in papers)
        held: dict[str, int] = dict(self._session.rows(_RECORD_HASHES, {"ids": ids}))
        return [paper for paper in papers if held.get(paper.arxiv_id) != record_hash(paper)]

    def get(self, arxiv_id: str) -> StoredPaper | None:
        """Return one paper, None if we do not hold it."""
        return self.get_many((arxiv_id,)).get(arxiv_id)

    def get_many(self, arxiv_ids: Iterable[str]) -> dict[str, StoredPaper]:
        """Return those of the papers that we hold, in the order asked for."""
        ids = list(dict.fromkeys(arxiv_ids))
        asked = {"ids": texts_json(ids)}
        versions: defaultdict[str, list[PaperVersion]] = defaultdict(list)
        for arxiv_id, version, submitted_at, withdrawn in self._session.rows(_VERSIONS, asked):
            versions[arxiv_id].append(PaperVersion(version, from_utc(submitted_at), withdrawn))
        rows = (
            self._session.rows(_PAPER, {"id": ids[0]})
            if len(ids) == 1
            else self._session.rows(_PAPERS, asked)
        )
        found = {row[0]: _stored_paper(row, tuple(versions[row[0]])) for row in rows}
        return {arxiv_id: found[arxiv_id] for arxiv_id in ids if arxiv_id in found}

    def titles(self, arxiv_ids: Iterable[str]) -> dict[str, str]:
        """Return the titles of those of the papers that we hold: nothing else of them is read."""
        return dict(self._session.rows(_TITLES, {"ids": texts_json(arxiv_ids)}))

    def held(self, arxiv_ids: Iterable[str]) -> set[str]:
        """Return which of the papers we hold."""
        return {row[0] for row in self._session.rows(_HELD, {"ids": texts_json(arxiv_ids)})}

    def count(self) -> int:
        """Return how many papers we hold."""
        return self._session.number("SELECT count(*) FROM paper")

    def texts(self, arxiv_ids: Iterable[str]) -> list[PaperText]:
        """Return the texts of those of the papers that we hold, in the order asked for."""
        ids = list(dict.fromkeys(arxiv_ids))
        rows = self._session.rows(_TEXTS, {"ids": texts_json(ids)})
        found = {row[0]: _paper_text(row) for row in rows}
        return [found[arxiv_id] for arxiv_id in ids if arxiv_id in found]

    def background(self, limit: int, *, exclude_decided: bool = True) -> list[PaperText]:
        """Return a sample of the stream that is the same for the same papers: ordered by hash."""
        rows = self._session.rows(_BACKGROUND, {"limit": limit, "exclude_decided": exclude_decided})
        return self.texts(row[0] for row in rows)


def _paper_text(row: Row) -> PaperText:
    arxiv_id, title, abstract, categories, content_hash = row
    return PaperText(arxiv_id, title, abstract, tuple(categories), content_hash)


def _stored_paper(row: Row, versions: tuple[PaperVersion, ...]) -> StoredPaper:
    (arxiv_id, version, title, abstract, authors, categories, primary_category, source, comment,
     doi, journal_ref, license_, submitted_at, updated_at, withdrawn, datestamp, first_seen_at,
     content_hash, taken_at) = row  # fmt: skip
    paper = Paper(
        arxiv_id=arxiv_id,
        version=version,
        title=title,
        abstract=abstract,
        authors=tuple(authors),
        categories=tuple(categories),
        primary_category=primary_category,
        source=Source(source),
        comment=comment,
        doi=doi,
        journal_ref=journal_ref,
        license=license_,
        submitted_at=from_utc(submitted_at),
        updated_at=from_utc(updated_at),
        withdrawn=withdrawn,
        versions=versions,
        datestamp=datestamp,
    )
    return StoredPaper(paper, from_utc(first_seen_at), content_hash, from_utc(taken_at))
