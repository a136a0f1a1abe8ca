"""Hold scores of many documents as arrays, because objects are too slow for millions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from classifiers.scoring import Probabilities, open_rows
from classifiers.types import Classifier, Document, Scores
from config.ragged import RaggedArray
from config.taxonomy import Taxonomy

Floats32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

#: minus the bits of a size: makes the largest sort first
_SMALLEST = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """Scores of documents, in their order."""

    in_scope: Floats
    #: best first
    sections: RaggedArray
    facets: RaggedArray
    #: strongest first
    terms: RaggedArray
    #: by facet, whether it is open (`scoring.open_rows`)
    open_facets: dict[str, npt.NDArray[np.bool_]]


@runtime_checkable
class ColumnClassifier(Protocol):
    """A classifier that returns columns."""

    def columns(self, documents: Sequence[Document], sections_kept: int) -> ScoreColumns:
        """Return the scores with the best sections of each document."""


def score_columns(
    classifier: Classifier, documents: Sequence[Document], sections_kept: int
) -> ScoreColumns:
    """Return the scores of any classifier as columns."""
    if isinstance(classifier, ColumnClassifier):
        return classifier.columns(documents, sections_kept)
    by_key = {score.key: score for score in classifier.predict(documents)}
    scores = [by_key[document.key] for document in documents]
    return _of_scores(scores, sections_kept)


def join(parts: Sequence[ScoreColumns]) -> ScoreColumns:
    """Concatenate parts that have the same names."""
    return ScoreColumns(
        in_scope=np.concatenate([part.in_scope for part in parts]),
        sections=_joined([part.sections for part in parts]),
        facets=_joined([part.facets for part in parts]),
        terms=_joined([part.terms for part in parts]),
        open_facets={
            name: np.concatenate([part.open_facets[name] for part in parts])
            for name in parts[0].open_facets
        },
    )


def of_probabilities(
    known: Probabilities,
    taxonomy: Taxonomy,
    chances: Floats,
    terms: RaggedArray,
    sections_kept: int,
) -> ScoreColumns:
    """Return the columns of probabilities (documents, sections) combined from `known`."""
    order = np.argsort(-chances, axis=1, kind="stable")[:, :sections_kept]
    facets = [facet.name for facet in taxonomy.facets for _ in facet.labels]
    labels = [label.name for facet in taxonomy.facets for label in facet.labels]
    table = np.hstack([known.facets[facet.name] for facet in taxonomy.facets])
    rows = len(known.scope)
    return ScoreColumns(
        in_scope=known.scope,
        sections=RaggedArray(
            np.arange(rows + 1) * order.shape[1],
            ([section.id for section in taxonomy.sections],),
            order.ravel(),
            np.take_along_axis(chances, order, axis=1).ravel(),
        ),
        facets=RaggedArray(
            np.arange(rows + 1) * len(labels),
            (facets, labels),
            np.tile(np.arange(len(labels)), rows),
            table.ravel(),
        ),
        terms=terms,
        open_facets={
            name: open_rows(known.facets[name], limit) for name, limit in known.thresholds.items()
        },
    )


def strongest(
    shares: Floats32, pointers: npt.NDArray[np.int32], count: int
) -> tuple[Places, Places]:
    """Return where each row's list starts, and the indices of its `count` strongest shares.

    Ties are sorted by index; zeros are left out. One sort of integers serves all rows: the upper
    bits are the row, then the size (positive floats sort like their bits), then the index.
    """
    sizes = np.diff(pointers)
    width = np.uint64(int(sizes.max(initial=1)).bit_length())
    keys = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes) << np.uint64(32)
    keys |= _SMALLEST - np.abs(shares).view(np.uint32)
    keys <<= width
    keys |= np.arange(len(shares), dtype=np.uint64) - np.repeat(pointers[:-1], sizes).astype(
        np.uint64
    )
    keys.sort()
    kept = np.minimum(sizes, count)
    begins = np.repeat(pointers[:-1], kept)
    ranks = np.arange(len(begins)) - np.repeat(np.cumsum(kept) - kept, kept)
    inside = keys[begins + ranks] & ((np.uint64(1) << width) - np.uint64(1))
    places = begins + inside.astype(np.int64)
    something = shares[places] != 0
    rows = np.repeat(np.arange(len(sizes)), kept)[something]
    starts = np.searchsorted(rows, np.arange(len(sizes) + 1))
    return starts, places[something]


def _joined(parts: Sequence[RaggedArray]) -> RaggedArray:
    offsets = np.cumsum([0, *(part.starts[-1] for part in parts)])
    starts = [part.starts[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    return RaggedArray(
        np.concatenate([*starts, offsets[-1:]]),
        parts[0].names,
        np.concatenate([part.places for part in parts]),
        np.concatenate([part.numbers for part in parts]),
    )


def _of_scores(scores: Sequence[Scores], sections_kept: int) -> ScoreColumns:
    opened = dict.fromkeys(name for score in scores for name in score.open_facets)
    return ScoreColumns(
        in_scope=np.asarray([score.in_scope for score in scores], dtype=np.float64),
        sections=_named([score.sections[:sections_kept] for score in scores], 1),
        facets=_named([score.facets for score in scores], 2),
        terms=_named([score.terms for score in scores], 1),
        open_facets={
            name: np.asarray([name in score.open_facets for score in scores]) for name in opened
        },
    )


def _named(lists: Sequence[Sequence[tuple[str | float, ...]]], width: int) -> RaggedArray:
    """Concatenate lists of (name, ..., number)."""
    flat = [entry for entries in lists for entry in entries]
    known = {name: n for n, name in enumerate(dict.fromkeys(entry[:width] for entry in flat))}
    return RaggedArray(
        np.cumsum([0, *(len(entries) for entries in lists)]),
        tuple([str(name[field]) for name in known] for field in range(width)),
        np.asarray([known[entry[:width]] for entry in flat], dtype=np.int64),
        np.asarray([entry[width] for entry in flat], dtype=np.float64),
    )
