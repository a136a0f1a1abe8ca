"""Convert a batch of papers to an Arrow table.

pyarrow is imported on the first write, because commands that only read start faster so.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from storage.calendar import due_day
from storage.engine.instants import to_utc
from storage.paper_key import is_doi_key
from storage.record_hash import history_of, record_hash
from storage.types import Paper, Source

if TYPE_CHECKING:
    import pyarrow as pa

#: the text of a lower rank replaces that of a higher one
RANK = {Source.OAI: 1, Source.SNAPSHOT: 2, Source.QUERY: 3, Source.CORPUS: 4}


def newest_of(batch: Iterable[Paper]) -> list[Paper]:
    """Return one record per paper.

    Of a source the latest datestamp, as in `storage/paper_merge.py`; otherwise the highest version,
    the latest datestamp, the lowest rank, the last.
    """
    newest: dict[str, Paper] = {}
    for paper in batch:
        other = newest.get(paper.arxiv_id)
        if other is None or not _is_older(paper, other):
            newest[paper.arxiv_id] = paper
    return list(newest.values())


def _is_older(paper: Paper, other: Paper) -> bool:
    day, other_day = paper.datestamp, other.datestamp
    if paper.source is other.source and day and other_day and day != other_day:
        return day < other_day
    return _place(paper) < _place(other)


def _place(paper: Paper) -> tuple[int, date, int]:
    return paper.version, paper.datestamp or date.min, -RANK[paper.source]


def paper_table(papers: Sequence[Paper]) -> "pa.Table":
    """Return the papers as `paper_batch` for `merge_batch`."""
    import pyarrow as pa  # noqa: PLC0415  only writers need it

    text, texts, instant = pa.string(), pa.list_(pa.string()), pa.timestamp("us")
    version = pa.struct(
        [("version", pa.int32()), ("submitted_at", instant), ("withdrawn", pa.bool_())]
    )
    columns = {
        "arxiv_id": pa.array([p.arxiv_id for p in papers], text),
        "version": pa.array([p.version for p in papers], pa.int32()),
        "title": pa.array([p.title for p in papers], text),
        "abstract": pa.array([p.abstract for p in papers], text),
        "authors": pa.array([p.authors for p in papers], texts),
        "categories": pa.array([p.categories for p in papers], texts),
        "primary_category": pa.array([p.primary_category for p in papers], text),
        "comment": pa.array([p.comment for p in papers], text),
        "doi": pa.array([p.doi for p in papers], text),
        "journal_ref": pa.array([p.journal_ref for p in papers], text),
        "license": pa.array([p.license for p in papers], text),
        "submitted_at": pa.array([to_utc(p.submitted_at) for p in papers], instant),
        "updated_at": pa.array([to_utc(p.updated_at) for p in papers], instant),
        "withdrawn": pa.array([p.withdrawn for p in papers], pa.bool_()),
        "source": pa.array([p.source.value for p in papers], text),
        "datestamp": pa.array([p.datestamp for p in papers], pa.date32()),
        "due": pa.array([_due(p) for p in papers], pa.date32()),
        "record_hash": pa.array([record_hash(p) for p in papers], pa.uint64()),
        "rank": pa.array([RANK[p.source] for p in papers], pa.int32()),
        "history": pa.array([_named(history_of(p)) for p in papers], pa.list_(version)),
    }
    return pa.table(columns)


def _due(paper: Paper) -> date | None:
    """Return the day on which arXiv should announce a paper; it announces nothing else."""
    if paper.submitted_at is None or is_doi_key(paper.arxiv_id):
        return None
    return due_day(paper.submitted_at)


def _named(history: Iterable[tuple[int, datetime | None, bool]]) -> list[dict[str, object]]:
    return [
        {"version": version, "submitted_at": submitted_at, "withdrawn": withdrawn}
        for version, submitted_at, withdrawn in history
    ]
