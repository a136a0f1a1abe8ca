"""Choose which papers each calibration fit holds out.

A model is used on later papers, so the newest ones are held out in blocks, each by a fit on the
papers before it; without enough dates, parts drawn by hash.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifiers.linear.recipe import Recipe
from classifiers.types import Document, Example

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: starts of the blocks as shares of the papers by date. A fit on a fifth differs too much from the
#: final model; the newest half alone is too few for a temperature (docs/study/classifier.md,
#: "calibration")
NEWER = (0.4, 0.6, 0.8, 0.9)
#: from this many examples two blocks suffice
THOUSAND = 1_000
THIRD = (0.7, 0.9)
#: one block, because every fit of a large training takes minutes
LAST = (0.8,)
#: minimum share of dated papers; undated ones are left out
DATED = 0.75
#: minimum of later approvals, and of later rejections unless there are fewer in all
LATER_FEWEST = 50

#: minimum of rejections in the first fit, unless the stream replaces them
EARLIER_FEWEST = 20

LATER = "later papers"
BY_HASH = "parts by hash"


@dataclass(frozen=True, slots=True)
class Round:
    """One fit: its rows and its held-out rows."""

    examples: Bools
    background: Bools
    held: Bools
    held_background: Bools


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The fits of a calibration; no row is held out twice."""

    rounds: tuple[Round, ...]
    #: LATER or BY_HASH
    chosen: str


def hold_out(
    examples: Sequence[Example], background: Sequence[Document], recipe: Recipe, *, salt: str
) -> HeldOut:
    """Return the rows and held-out rows of each fit; `salt` changes the parts.

    The background is held out by the same shares of its own order, because a curated list may be
    older than the stream and every fit needs the stream.
    """
    many = len(examples) > recipe.fold_limit
    choices = (LAST,) if many else (THIRD, NEWER) if len(examples) >= THOUSAND else (NEWER,)
    places = _places([example.document for example in examples])
    stream_teaches = recipe.weak and len(background) > 0
    edges = next(
        (
            each
            for each in choices
            if _enough(examples, places, each[0])
            and (stream_teaches or _both_verdicts(examples, places, each[0]))
        ),
        None,
    )
    if edges is None:
        parts = _parts(examples, background, recipe.folds, salt)
        return HeldOut(parts[:1] if many else parts, BY_HASH)
    stream = _places(background)
    stream = np.where(np.isnan(stream), _fractions([d.key for d in background], salt), stream)
    blocks = [
        Round(
            places < start, stream < start, _within(places, start, end), _within(stream, start, end)
        )
        for start, end in pairwise((*edges, np.inf))
    ]
    return HeldOut(tuple(block for block in blocks if block.held.any()), LATER)


def _parts(
    examples: Sequence[Example], background: Sequence[Document], folds: int, salt: str
) -> tuple[Round, ...]:
    of_examples = _fractions([example.document.key for example in examples], salt)
    of_background = _fractions([document.key for document in background], salt)
    rounds = []
    for fold in range(folds):
        held = _within(of_examples, fold / folds, (fold + 1) / folds)
        held_background = _within(of_background, fold / folds, (fold + 1) / folds)
        rounds.append(Round(~held, ~held_background, held, held_background))
    return tuple(rounds)


def _enough(examples: Sequence[Example], places: Floats, start: float) -> bool:
    """Return whether most papers are dated and enough of each verdict are late."""
    if np.isnan(places).mean() > 1.0 - DATED if len(places) else True:
        return False
    approved = np.asarray([example.in_scope for example in examples], dtype=bool)
    late = places >= start
    few_rejected = (~approved).sum() < LATER_FEWEST
    return bool(
        (late & approved).sum() >= LATER_FEWEST
        and (few_rejected or (late & ~approved).sum() >= LATER_FEWEST)
    )


def _both_verdicts(examples: Sequence[Example], places: Floats, start: float) -> bool:
    rejected = np.asarray([not example.in_scope for example in examples], dtype=bool)
    return bool(((places < start) & rejected).sum() >= EARLIER_FEWEST)


def _places(documents: Sequence[Document]) -> Floats:
    """Return the share of dated papers before each paper; nan if undated."""
    moments = np.asarray(
        [np.nan if d.known_at is None else d.known_at.timestamp() for d in documents],
        dtype=np.float64,
    )
    dated = np.sort(moments[~np.isnan(moments)])
    before = np.searchsorted(dated, moments, side="left") / max(1, len(dated))
    return np.where(np.isnan(moments), np.nan, before)


def _fractions(keys: Sequence[str], salt: str) -> Floats:
    digests = [hashlib.sha256(f"{salt}{key}".encode()).digest() for key in keys]
    return np.asarray([int.from_bytes(d[:4], "big") / 2**32 for d in digests], dtype=np.float64)


def _within(places: Floats, start: float, end: float) -> Bools:
    return (places >= start) & (places < end)
