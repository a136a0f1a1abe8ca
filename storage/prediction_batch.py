"""Hold predictions of many papers as columns, because objects would be too slow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from config.ragged import RaggedArray
from storage.engine.instants import to_utc

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class PredictionColumns:
    """The columns of `Prediction` for distinct papers and one model."""

    model_id: str
    predicted_at: datetime
    arxiv_ids: Sequence[str]
    content_hashes: Sequence[str]
    in_scope: "npt.NDArray[np.float64]"
    #: best first
    sections: RaggedArray
    facets: RaggedArray
    #: strongest first
    terms: RaggedArray
    #: by facet, whether its best label is below the threshold
    open_facets: dict[str, "npt.NDArray[np.bool_]"]


def prediction_table(columns: PredictionColumns) -> "pa.Table":
    """Return the columns of the table `prediction`."""
    import numpy as np  # noqa: PLC0415  only writers need it
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


def _structs(lists: RaggedArray, *fields: str, number: str) -> "pa.ListArray":
    import pyarrow as pa  # noqa: PLC0415  as above

    places = pa.array(lists.places)
    names = [pa.array(names, pa.string()).take(places) for names in lists.names]
    structs = pa.StructArray.from_arrays(
        [*names, pa.array(lists.numbers, pa.float64())], names=[*fields, number]
    )
    return pa.ListArray.from_arrays(pa.array(lists.starts, pa.int32()), structs)
