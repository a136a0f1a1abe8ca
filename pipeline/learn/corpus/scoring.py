"""Score one partition; called by a worker, which never opens the database."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from classifiers.types import Classifier, Document
from pipeline.learn.corpus.columns import Columns, Work, work_of
from pipeline.learn.corpus.output import Done, put_done, scores_path
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.reading import Rows, batches
from pipeline.learn.corpus.walk import FoundFile
from pipeline.runtime import shared

if TYPE_CHECKING:
    from classifiers.columns import ScoreColumns

#: best sections written for a work
SECTIONS = 3
SCHEMA = pa.schema([
    ("id", pa.string()),
    ("doi", pa.string()),
    ("arxiv_id", pa.string()),
    ("in_scope", pa.float32()),
    ("sections", pa.list_(pa.struct([("section", pa.string()), ("probability", pa.float32())]))),
    # of candidates only
    ("title", pa.string()),
    ("abstract", pa.string()),
    ("authors", pa.list_(pa.string())),
    ("published", pa.date32()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """What is done with every partition of a corpus."""

    corpus: Place
    output: Place
    columns: Columns
    #: in percent: from which probability a work is a candidate
    candidates_from: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Of works, as in a marker."""

    works: int = 0
    candidates: int = 0
    without_abstract: int = 0
    empty: int = 0
    unreadable: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return the sums."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Counts(*(one + more for one, more in pairs))


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of some rows."""

    table: pa.Table
    counts: Counts


def score_partition(key: str, job: Job, file: FoundFile) -> Done:
    """Write the scores of a partition, then its marker, and return the marker.

    Raises:
        PartitionError: it cannot be read as what its name says.
        ModelError: the model cannot be used here.
        OSError: a file cannot be read or written.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  takes 0.1 s

    counts = Counts()
    shared.value(key)  # a model that cannot be used is said before anything is written
    with job.output.writing(scores_path(file.path)) as sink:
        written = _Hashed(sink)
        with pq.ParquetWriter(pa.PythonFile(written, "w"), SCHEMA, compression="zstd") as scores:
            for rows in batches(job.corpus, file.path, job.columns):
                classifier = shared.value(key)  # each time, to end when the work is given up
                scored = score_rows(classifier, rows, job.columns, job.candidates_from)
                counts += scored.counts
                if scored.table.num_rows:
                    scores.write_table(scored.table)
    done = Done(
        partition=file.path,
        bytes=file.bytes,
        changed_ns=file.changed_ns,
        **asdict(counts),
        scores_bytes=written.bytes,
        sha256=written.digest.hexdigest(),
    )
    put_done(job.output, done)
    return done


def score_rows(classifier: Classifier, rows: Rows, columns: Columns, limit: int) -> Scored:
    """Return the scores of some rows; those without a text are left out."""
    works = [work for row in rows.rows if _has_text(work := work_of(row, columns))]
    table = _table(works, classifier, limit)
    return Scored(
        table,
        Counts(
            works=len(works),
            candidates=len(works) - table["title"].null_count,
            without_abstract=sum(not work.abstract.strip() for work in works),
            empty=len(rows.rows) - len(works),
            unreadable=rows.unreadable,
        ),
    )


def _has_text(work: Work) -> bool:
    return bool(work.title.strip() or work.abstract.strip())


def _table(works: Sequence[Work], classifier: Classifier, limit: int) -> pa.Table:
    from classifiers.columns import score_columns  # noqa: PLC0415  numpy

    if not works:
        return SCHEMA.empty_table()
    # The key is the place, because works of a corpus may share an id.
    documents = [Document(str(n), work.title, work.abstract) for n, work in enumerate(works)]
    scores = score_columns(classifier, documents, SECTIONS)
    chosen = (scores.in_scope * 100 >= limit).tolist()
    shown = list(zip(works, chosen, strict=True))
    columns = [
        pa.array([work.id or None for work in works], pa.string()),
        pa.array([work.doi or None for work in works], pa.string()),
        pa.array([work.arxiv_id or None for work in works], pa.string()),
        pa.array(scores.in_scope, pa.float64()).cast(pa.float32()),
        _sections(scores),
        pa.array([work.title if one else None for work, one in shown], pa.string()),
        pa.array([work.abstract if one else None for work, one in shown], pa.string()),
        pa.array([work.authors if one else None for work, one in shown], pa.list_(pa.string())),
        pa.array([work.published if one else None for work, one in shown], pa.date32()),
    ]
    return pa.table(columns, schema=SCHEMA)


def _sections(scores: "ScoreColumns") -> pa.Array:
    found = scores.sections
    names = pa.array(found.names[0], pa.string()).take(pa.array(found.places))
    numbers = pa.array(found.numbers, pa.float64()).cast(pa.float32())
    pairs = pa.StructArray.from_arrays([names, numbers], ["section", "probability"])
    return pa.ListArray.from_arrays(pa.array(found.starts, pa.int32()), pairs)


class _Hashed:
    """Passes what is written on, and counts and hashes it."""

    closed = False

    def __init__(self, sink: Any) -> None:
        self._sink = sink
        self.bytes = 0
        self.digest = hashlib.sha256()

    def write(self, content: Any) -> int:
        self.digest.update(content)
        self.bytes += len(content)
        self._sink.write(content)
        return len(content)

    def tell(self) -> int:
        return self.bytes

    def flush(self) -> None:
        """Do nothing: the file is synced when it is closed."""

    def close(self) -> None:
        """Leave the file to its owner."""
