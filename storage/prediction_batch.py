"""Predictions as one Arrow table: from rows, or from columns, which a million of them need.

Only builds tables; `storage/predictions.py` writes them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from storage.instants import to_utc
from storage.types import Prediction

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class NamedNumbers:
    """One list of named numbers per paper, laid end to end."""

    #: (papers + 1,): where each paper's list begins, and where the last one ends
    starts: "npt.NDArray[np.int64]"
    #: the names that can occur, field by field: (sections,), (facets, labels), (terms,)
    names: tuple[Sequence[str], ...]
    #: by entry, the place of its name in `names`
    places: "npt.NDArray[np.int64]"
    numbers: "npt.NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class PredictionColumns:
    """One model's words on distinct papers, as `Prediction` tells them, column by column."""

    model_id: str
    predicted_at: datetime
    arxiv_ids: Sequence[str]
    content_hashes: Sequence[str]
    in_scope: "npt.NDArray[np.float64]"
    #: best first
    sections: NamedNumbers
    facets: NamedNumbers
    #: strongest first
    terms: NamedNumbers
    #: by facet, whether it is left open
    open_facets: dict[str, "npt.NDArray[np.bool_]"]


def columns_table(columns: PredictionColumns) -> "pa.Table":
    """Return the table of a batch of columns; no object is made per number."""
    import numpy as np  # noqa: PLC0415  only writers pay its import
    import pyarrow as pa  # noqa: PLC0415  as above

    count = len(columns.arxiv_ids)
    sections = columns.sections
    named = sections.starts[:-1] < sections.starts[1:]
    best = np.zeros(count, dtype=np.int64)
    best[named] = sections.places[sections.starts[:-1][named]]
    opened = np.stack([*columns.open_facets.values(), np.zeros(count, bool)], axis=1)
    _, which = np.nonzero(opened)
    return pa.table({
        "arxiv_id": pa.array(columns.arxiv_ids, pa.string()),
        "model_id": pa.repeat(columns.model_id, count),
        "in_scope": pa.array(columns.in_scope),
        "top_section": pa.array(sections.names[0], pa.string()).take(
            pa.array(best, mask=~named)
        ),
        "sections": _structs(sections, "section", number="probability"),
        "facets": _structs(columns.facets, "facet", "label", number="probability"),
        "terms": _structs(columns.terms, "term", number="weight"),
        "content_hash": pa.array(columns.content_hashes, pa.string()),
        "predicted_at": pa.repeat(
            pa.scalar(to_utc(columns.predicted_at), pa.timestamp("us")), count
        ),
        "open_facets": pa.ListArray.from_arrays(
            pa.array(np.concatenate(([0], opened.sum(axis=1).cumsum())), pa.int32()),
            pa.array(list(columns.open_facets), pa.string()).take(pa.array(which)),
        ),
        "newest": pa.repeat(pa.scalar(value=False), count),
    })  # fmt: skip


def _structs(lists: NamedNumbers, *fields: str, number: str) -> "pa.ListArray":
    import pyarrow as pa  # noqa: PLC0415  as above

    places = pa.array(lists.places)
    names = [pa.array(names, pa.string()).take(places) for names in lists.names]
    structs = pa.StructArray.from_arrays(
        [*names, pa.array(lists.numbers, pa.float64())], names=[*fields, number]
    )
    return pa.ListArray.from_arrays(pa.array(lists.starts, pa.int32()), structs)


def rows_table(batch: Sequence[Prediction]) -> "pa.Table":
    """Return the table of a batch of rows."""
    import pyarrow as pa  # noqa: PLC0415  only writers pay its import

    text, real = pa.string(), pa.float64()
    return pa.table({
        "arxiv_id": pa.array([p.arxiv_id for p in batch], text),
        "model_id": pa.array([p.model_id for p in batch], text),
        "in_scope": pa.array([p.in_scope for p in batch], real),
        "top_section": pa.array(
            [p.sections[0].section if p.sections else None for p in batch], text
        ),
        "sections": _lists(
            [p.sections for p in batch],
            section=(text, lambda s: s.section),
            probability=(real, lambda s: s.probability),
        ),
        "facets": _lists(
            [p.facets for p in batch],
            facet=(text, lambda f: f.facet),
            label=(text, lambda f: f.label),
            probability=(real, lambda f: f.probability),
        ),
        "terms": _lists(
            [p.terms for p in batch],
            term=(text, lambda t: t.term),
            weight=(real, lambda t: t.weight),
        ),
        "content_hash": pa.array([p.content_hash for p in batch], text),
        "predicted_at": pa.array([to_utc(p.predicted_at) for p in batch], pa.timestamp("us")),
        "open_facets": pa.array([list(p.open_facets) for p in batch], pa.list_(text)),
        "newest": pa.array([False] * len(batch), pa.bool_()),
    })  # fmt: skip


def _lists(
    tuples: Sequence[Sequence[Any]], **fields: tuple["pa.DataType", Callable[[Any], object]]
) -> "pa.ListArray":
    """Return lists of structs, column by column: a dict per element would cost ten times that."""
    import pyarrow as pa  # noqa: PLC0415  only writers pay its import

    offsets = [0]
    for elements in tuples:
        offsets.append(offsets[-1] + len(elements))
    flat = [element for elements in tuples for element in elements]
    columns = [pa.array([read(e) for e in flat], type_) for type_, read in fields.values()]
    structs = pa.StructArray.from_arrays(columns, names=list(fields))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)
