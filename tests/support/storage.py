"""Helpers for tests of the database: stores, predictions, processes."""

import functools
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from config.ragged import RaggedArray
from storage.changes import Change
from storage.engine.instants import from_utc
from storage.engine.paths import manifest_path
from storage.prediction_batch import PredictionColumns
from storage.queue_filter import QueueFilter
from storage.store import OpenStore, Store, store_opener
from storage.types import Prediction, Source

ROOT = Path(__file__).resolve().parents[2]


def opener(folder: Path, *, busy_timeout_seconds: float = 600.0) -> OpenStore:
    """Return a function that opens the folder's database."""
    return migrated(database(folder), busy_timeout_seconds=busy_timeout_seconds)


def migrated(path: Path, *, busy_timeout_seconds: float = 600.0) -> OpenStore:
    """Return a function that opens the database at `path`, an empty survey if there is none.

    A new database is a copy of one that was migrated before, because migrating takes a tenth of a
    second.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        for suffix, content in _empty_survey().items():
            path.with_name(path.name + suffix).write_bytes(content)
    return store_opener(path, busy_timeout_seconds=busy_timeout_seconds)


@functools.cache
def _empty_survey() -> dict[str, bytes]:
    """Return the contents of a new database and of its manifest, by the end of their names."""
    with tempfile.TemporaryDirectory() as folder:
        path = database(Path(folder))
        with store_opener(path)():
            pass
        names = (path, manifest_path(path))
        return {file.name.removeprefix(path.name): file.read_bytes() for file in names}


def database(folder: Path) -> Path:
    """Return the path of the folder's database."""
    return folder / "survey.duckdb"


def published_to(store: Store, target: str) -> set[tuple[str, str]]:
    """Return the (arXiv ID, section ID) pairs published to a target."""
    sql = "SELECT arxiv_id, section FROM published WHERE target = $target"
    return set(store._session.rows(sql, {"target": target}))


def changes_in(store: Store) -> list[Change]:
    """Return all recorded changes of papers, oldest first."""
    sql = """
    SELECT arxiv_id, kind, old, new, source, seen_at FROM changes ORDER BY seen_at, arxiv_id, kind
    """
    return [
        Change(arxiv_id, kind, old, new, Source(source), from_utc(seen_at))
        for arxiv_id, kind, old, new, source, seen_at in store._session.rows(sql)
    ]


def add_predictions(store: Store, batch: Sequence[Prediction]) -> int:
    """Store predictions in columns, one model at a time."""
    passes: dict[tuple[str, datetime], dict[str, Prediction]] = {}
    for one in batch:
        passes.setdefault((one.model_id, one.predicted_at), {})[one.arxiv_id] = one
    return sum(store.predictions.add(_columns(list(each.values()))) for each in passes.values())


def _columns(rows: Sequence[Prediction]) -> PredictionColumns:
    facets = dict.fromkeys(facet for row in rows for facet in row.open_facets)
    return PredictionColumns(
        model_id=rows[0].model_id,
        predicted_at=rows[0].predicted_at,
        arxiv_ids=[row.arxiv_id for row in rows],
        content_hashes=[row.content_hash for row in rows],
        in_scope=np.asarray([row.in_scope for row in rows]),
        sections=_named([row.sections for row in rows], "section", number="probability"),
        facets=_named([row.facets for row in rows], "facet", "label", number="probability"),
        terms=_named([row.terms for row in rows], "term", number="weight"),
        open_facets={
            facet: np.asarray([facet in row.open_facets for row in rows]) for facet in facets
        },
    )


def _named(lists: Sequence[Sequence[object]], *names: str, number: str) -> RaggedArray:
    flat = [each for entries in lists for each in entries]
    return RaggedArray(
        starts=np.cumsum([0, *(len(entries) for entries in lists)]),
        names=tuple([getattr(each, name) for each in flat] for name in names),
        places=np.arange(len(flat)),
        numbers=np.asarray([getattr(each, number) for each in flat], dtype=np.float64),
    )


def queued(
    store: Store, *, limit: int = 50, offset: int = 0, today: date = date.max, **wanted: Any
) -> list[str]:
    """Return the IDs of a page of the queue; `wanted` are fields of `QueueFilter`."""
    rows = store.queue.rows(QueueFilter(**wanted), limit=limit, offset=offset, today=today)
    return [row.arxiv_id for row in rows]


def start_process(script: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start a Python script that can import the project and its test helpers."""
    preamble = f"import sys; sys.path[:0] = [{str(ROOT)!r}]\n"
    return subprocess.Popen(
        [sys.executable, "-c", preamble + textwrap.dedent(script), *arguments],
        stdin=subprocess.PIPE,  # scripts that read it wait
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines_of(process: "subprocess.Popen[str]") -> Iterator[str]:
    """Yield the lines a process prints, as they come."""
    assert process.stdout is not None
    for line in process.stdout:
        yield line.rstrip("\n")
