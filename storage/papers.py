"""Store papers in batches and read them by ID."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from storage.engine.instants import from_utc, to_utc
from storage.engine.parameters import about, texts_json
from storage.engine.session import Row, Session
from storage.paper_batch import newest_of, paper_table
from storage.paper_key import doi_of, is_key
from storage.paper_merge import find_batch, found_hashes, merge_batch
from storage.record_hash import record_hash
from storage.types import (
    Paper,
    PaperMark,
    PaperText,
    PaperVersion,
    Source,
    StoredPaper,
    UpsertCounts,
)

_STORED = """
SELECT arxiv_id, version, title, abstract, authors, categories, primary_category, source, comment,
       doi, journal_ref, license, submitted_at, updated_at, withdrawn, datestamp, first_seen_at,
       content_hash, coalesce(taken_at, first_seen_at), announced, title_key
FROM paper
WHERE {condition}
"""
# Finds rowids first, because DuckDB then unpacks only their blocks; for one paper the plain
# condition is faster.
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
WHERE rowid IN (SELECT rowid FROM paper WHERE {only})
"""
_TITLE = "SELECT arxiv_id, title FROM paper WHERE {only}"
_WITHDRAWN = "SELECT arxiv_id, comment FROM paper WHERE withdrawn AND {only}"
_KNOWN = "SELECT arxiv_id FROM paper WHERE {only}"
# arXiv separates several DOIs by blanks.
_BY_DOI = """
SELECT DISTINCT doi
FROM (SELECT unnest(string_split(lower(doi), ' ')) AS doi FROM paper WHERE doi IS NOT NULL)
WHERE doi IN (FROM listed($dois))
"""
_TEXTS = """
SELECT arxiv_id, title, abstract, categories, content_hash
FROM paper
WHERE rowid IN (SELECT rowid FROM paper WHERE arxiv_id IN (FROM listed($ids)))
"""
# What a rule decided stays in it, because nothing is learned from that.
# md5, because hash() may differ between versions of DuckDB.
_BACKGROUND = """
SELECT arxiv_id
FROM paper
WHERE NOT withdrawn
  AND arxiv_id NOT IN (SELECT arxiv_id FROM decisions WHERE standing AND rule IS NULL)
ORDER BY md5_number_lower(arxiv_id), arxiv_id
LIMIT $limit
"""

_MARKS = "SELECT arxiv_id, version, content_hash FROM paper"

#: up to this size unchanged records are looked for first, because OAI's overlap contains few new
#: ones
_PAGE = 5_000


class Papers:
    """The tables `paper` and `paper_version`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def upsert(self, batch: Sequence[Paper], *, seen_at: datetime) -> UpsertCounts:
        """Merge a batch of papers (fastest: 10,000 to 50,000) and count distinct papers.

        `revised` means that a field visible to readers changed.

        Raises:
            ValueError: an ID is not a key. Sources quarantine such records, so this is a bug.
        """
        papers = newest_of(batch)
        if wrong := [paper.arxiv_id for paper in papers if not is_key(paper.arxiv_id)]:
            raise ValueError(f"{wrong[0]!r:.100} is not the key of a paper")
        find_batch(self._session, [paper.arxiv_id for paper in papers])
        fresh = self._changed(papers) if len(papers) <= _PAGE else papers
        unchanged = UpsertCounts(unchanged=len(papers) - len(fresh))
        if not fresh:
            return unchanged
        with self._session.batch("paper_batch", paper_table(fresh)):
            return unchanged + merge_batch(self._session, len(fresh), to_utc(seen_at))

    def _changed(self, papers: Sequence[Paper]) -> list[Paper]:
        """Return the papers with a new record, because `merge_batch` would import Arrow for it."""
        existing = found_hashes(self._session)
        return [paper for paper in papers if existing.get(paper.arxiv_id) != record_hash(paper)]

    def get(self, arxiv_id: str) -> StoredPaper | None:
        """Return one paper, or None."""
        return self.get_many((arxiv_id,)).get(arxiv_id)

    def current(self, arxiv_id: str) -> StoredPaper | None:
        """Return one paper without the history of its versions, which takes another query."""
        row = self._session.row(_PAPER, {"id": arxiv_id})
        return _stored_paper(row, ()) if row else None

    def get_many(self, arxiv_ids: Iterable[str]) -> dict[str, StoredPaper]:
        """Return the known papers, in the given order."""
        ids = list(dict.fromkeys(arxiv_ids))
        parameters = {"ids": texts_json(ids)}
        versions: defaultdict[str, list[PaperVersion]] = defaultdict(list)
        for arxiv_id, version, submitted_at, withdrawn in self._session.rows(_VERSIONS, parameters):
            versions[arxiv_id].append(PaperVersion(version, from_utc(submitted_at), withdrawn))
        rows = (
            self._session.rows(_PAPER, {"id": ids[0]})
            if len(ids) == 1
            else self._session.rows(_PAPERS, parameters)
        )
        found = {row[0]: _stored_paper(row, tuple(versions[row[0]])) for row in rows}
        return {arxiv_id: found[arxiv_id] for arxiv_id in ids if arxiv_id in found}

    def titles(self, arxiv_ids: Iterable[str]) -> dict[str, str]:
        """Return the titles of the known papers."""
        ids = list(arxiv_ids)
        return dict(self._session.rows(*about(_TITLE if len(ids) == 1 else _TITLES, ids)))

    def withdrawn(self, arxiv_ids: Iterable[str]) -> dict[str, str | None]:
        """Return the withdrawn papers among the given ones, with arXiv's comment."""
        return dict(self._session.rows(*about(_WITHDRAWN, list(arxiv_ids))))

    def held(self, arxiv_ids: Iterable[str]) -> set[str]:
        """Return the known IDs among the given ones."""
        return {row[0] for row in self._session.rows(*about(_KNOWN, list(arxiv_ids)))}

    def held_by_doi(self, keys: Iterable[str]) -> set[str]:
        """Return the keys of DOIs under which a paper at arXiv says it was published."""
        dois = {doi: key for key in keys if (doi := doi_of(key))}
        if not dois:
            return set()
        rows = self._session.rows(_BY_DOI, {"dois": texts_json(list(dois))})
        return {dois[doi] for (doi,) in rows}

    def marks(self, arxiv_ids: Iterable[str]) -> dict[str, PaperMark]:
        """Return version and text's hash of the known papers."""
        ids = list(arxiv_ids)
        # One ID skips most of the table, because papers are stored about in the order of their IDs.
        rows = (
            self._session.rows(f"{_MARKS} WHERE arxiv_id = $id", {"id": ids[0]})
            if len(ids) == 1
            else self._session.rows(
                f"{_MARKS} WHERE arxiv_id IN (FROM listed($ids))", {"ids": texts_json(ids)}
            )
        )
        return {arxiv_id: PaperMark(version, hash_) for arxiv_id, version, hash_ in rows}

    def count(self) -> int:
        """Return the number of papers."""
        return self._session.number("SELECT count(*) FROM paper")

    def texts(self, arxiv_ids: Iterable[str]) -> list[PaperText]:
        """Return the texts of the known papers, in the given order."""
        ids = list(dict.fromkeys(arxiv_ids))
        rows = self._session.rows(_TEXTS, {"ids": texts_json(ids)})
        found = {row[0]: _paper_text(row) for row in rows}
        return [found[arxiv_id] for arxiv_id in ids if arxiv_id in found]

    def background(self, limit: int) -> list[PaperText]:
        """Return a reproducible sample of undecided papers, by a hash of the ID."""
        rows = self._session.rows(_BACKGROUND, {"limit": limit})
        return self.texts(row[0] for row in rows)


def _paper_text(row: Row) -> PaperText:
    arxiv_id, title, abstract, categories, content_hash = row
    return PaperText(arxiv_id, title, abstract, tuple(categories), content_hash)


def _stored_paper(row: Row, versions: tuple[PaperVersion, ...]) -> StoredPaper:
    (arxiv_id, version, title, abstract, authors, categories, primary_category, source, comment,
     doi, journal_ref, license_, submitted_at, updated_at, withdrawn, datestamp, first_seen_at,
     content_hash, taken_at, announced, title_key) = row  # fmt: skip
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
    return StoredPaper(
        paper, from_utc(first_seen_at), content_hash, from_utc(taken_at), announced, title_key
    )
