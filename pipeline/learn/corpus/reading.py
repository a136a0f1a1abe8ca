"""Read the rows of a partition in batches: Parquet, or JSON lines, plain or compressed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from config.errors import LivingSurveyError, UsageError
from pipeline.learn.corpus.columns import Columns
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.walk import FoundFile

#: rows in memory at once, ten megabytes of texts
ROWS = 5_000
#: bytes read at once of JSON lines, and of the longest line
_BLOCK, _LONGEST = 4 << 20, 64 << 20
#: bytes read at once of each column of Parquet
_COLUMN = 1 << 20
_LINES = (".jsonl", ".ndjson", ".json")
_COMPRESSED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}


class PartitionError(LivingSurveyError):
    """A partition cannot be read as what its name says."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a partition."""

    rows: list[Any]
    #: lines that are no JSON objects
    unreadable: int = 0


def is_partition(file: FoundFile) -> bool:
    """Return whether a file is read: by its ending, and unless a part of its path is hidden."""
    hidden = any(part.startswith((".", "_")) for part in file.path.split("/") if part)
    return not hidden and (file.path.endswith(".parquet") or _is_lines(file.path))


def partitions(corpus: Place, files: Sequence[FoundFile]) -> list[FoundFile]:
    """Return the partitions among the files of a corpus, which may be one file.

    Raises:
        UsageError: there are none.
    """
    if not files:
        raise UsageError(
            f"{corpus.address} does not exist, or holds no files.", hint="Check --corpus."
        )
    if len(files) == 1 and not files[0].path:
        return list(files)
    found = [file for file in files if is_partition(file)]
    if not found:
        raise UsageError(
            f"{corpus.address} holds no partitions: no .parquet, .jsonl or .ndjson file, plain or"
            " compressed.",
            hint="Check --corpus.",
        )
    return found


def batches(corpus: Place, path: str, columns: Columns) -> Iterator[Rows]:
    """Yield the rows of a partition, `ROWS` at a time.

    Raises:
        PartitionError: it is damaged, has no column of titles, or an endless line.
        OSError: it cannot be read.
    """
    name = path or corpus.address
    if name.endswith(".parquet"):
        return _of_parquet(corpus, path, columns)
    return _of_lines(corpus, path)


def compression_of(name: str) -> str | None:
    """Return how Arrow calls the compression of a file of this name."""
    return next((kind for end, kind in _COMPRESSED.items() if name.endswith(end)), None)


def _is_lines(path: str) -> bool:
    for ending in _COMPRESSED:
        if path.endswith(ending):
            # OpenAlex's parts are `part_000.gz`
            return "." not in path.rpartition("/")[2].removesuffix(ending) or path.removesuffix(
                ending
            ).endswith(_LINES)
    return path.endswith(_LINES)


def _of_parquet(corpus: Place, path: str, columns: Columns) -> Iterator[Rows]:
    import pyarrow.parquet as pq  # noqa: PLC0415  takes 0.1 s

    with corpus.open_file(path) as file:
        try:
            # read in advance, the bytes of the whole file would stay in memory
            parquet = pq.ParquetFile(file, pre_buffer=False, buffer_size=_COLUMN)
            names = [name for name in parquet.schema_arrow.names if name in columns.names]
            titles = {each.split(".", 1)[0] for each in columns.paths["title"]}
            if titles.isdisjoint(names):
                has = ", ".join(parquet.schema_arrow.names[:20])
                raise PartitionError(
                    f"{path} has no column {' or '.join(sorted(titles))}; it has {has}.",
                    hint="Name it: --column title=COLUMN.",
                )
            for batch in parquet.iter_batches(batch_size=ROWS, columns=names):
                yield Rows(_rows_of(batch))
        except ValueError as error:  # ArrowInvalid
            raise PartitionError(f"{path} is no Parquet file, or damaged: {error}.") from error


def _rows_of(batch: pa.RecordBatch) -> list[Any]:
    """Return rows; a value that Python cannot hold is None, and the others of its row count."""
    try:
        found: list[Any] = batch.to_pylist()
    except (ValueError, OverflowError):  # no UTF-8, a day after the year 9999, an unknown zone
        columns = [_values_of(column) for column in batch.columns]
        names, rows = batch.schema.names, zip(*columns, strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows]
    return found


def _values_of(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type):  # nanoseconds are more than Python holds
        column = column.cast(pa.timestamp("us"), safe=False)
    return [_value_of(each) for each in column]


def _value_of(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except (ValueError, OverflowError):
        return None


def _of_lines(corpus: Place, path: str) -> Iterator[Rows]:
    name = path or corpus.address
    rows: list[Any] = []
    unreadable = 0
    with corpus.open_stream(path, compression=compression_of(name)) as stream:
        for line in _lines(stream, name):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict):
                rows.append(row)
            else:
                unreadable += 1
            if len(rows) + unreadable >= ROWS:
                yield Rows(rows, unreadable)
                rows, unreadable = [], 0
    if rows or unreadable:
        yield Rows(rows, unreadable)


def _lines(stream: Any, name: str) -> Iterator[bytes]:
    """Yield the lines that are not empty."""
    rest = b""
    while block := stream.read(_BLOCK):
        *lines, last = bytes(block).split(b"\n")
        if lines:
            lines[0], rest = rest + lines[0], last
        else:
            rest += last
        if len(rest) > _LONGEST:
            raise PartitionError(f"{name} has a line of more than {_LONGEST >> 20} MB.")
        yield from (line for line in lines if line.strip())
    if rest.strip():
        yield rest
