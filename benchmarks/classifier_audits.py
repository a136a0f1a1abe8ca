"""The table "audits" of benchmarks/classifier_protocol.py: what papers drawn at random change.

No paper read by hand is drawn, because those are the test. What other lists name is in scope, and a
paper without any term of the field is not. Of all others the verdict is unknown: it is drawn with
the probability that the taxonomy's words give the paper at an assumed share of papers in scope.
"""

import random
import statistics
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.classifier_cuts import Cut
from benchmarks.classifier_data import BACKGROUND, Development
from benchmarks.classifier_study import WHEN, head
from benchmarks.classifier_tables import line
from classifiers.linear.calibration import expected_error
from classifiers.linear.header import DRAWN_SHARE
from classifiers.linear.prior import scope_direction
from classifiers.linear.share import by_words
from classifiers.linear.training import train
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import document_text
from classifiers.types import Document, Example
from pipeline.review.audit import FIRST, SAMPLE

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: assumed shares of papers in scope; that of the papers read by hand is 0.25
SHARES = (0.15, 0.2, 0.25, 0.3)
#: decisions beside the list
DECISIONS = 1_000
#: limits of the mean probability of papers of which nothing is known
_MEANS = (0.001, 0.999)


@dataclass(frozen=True)
class Waiting:
    """Papers in the order in which they are drawn, and what is known of them."""

    documents: list[Document]
    #: of how many they were drawn
    count: int
    #: another list names them
    listed: Bools
    unknown: Bools
    #: to the taxonomy's words
    closeness: Floats

    def chances(self, share: float) -> Floats:
        """Return each paper's probability of being in scope if `share` of all are."""
        found = self.listed.astype(np.float64)
        if self.unknown.any():
            rest = (share * len(found) - found.sum()) / self.unknown.sum()
            found[self.unknown] = by_words(
                self.closeness[self.unknown], float(np.clip(rest, *_MEANS))
            )
        return found

    def drawn(self, share: float, number: int, seed: int) -> list[Example]:
        """Return the first papers with their verdicts."""
        pick = random.Random(f"verdict {seed}")
        read = zip(self.documents, self.chances(share).tolist(), strict=True)
        return [
            Example(document, pick.random() < chance, drawn_from=self.count)
            for document, chance in list(read)[:number]
        ]


@dataclass(frozen=True)
class Point:
    """What was drawn; `known` whether training was told so."""

    share: float | None
    number: int
    known: bool


def points() -> list[Point]:
    """Return the rows of the table: no draws, then the product's samples at each share."""
    rows = [Point(None, 0, known=False)]
    for share in SHARES:
        rows += [Point(share, SAMPLE, known=False)]
        rows += [Point(share, number, known=True) for number in (FIRST, SAMPLE)]
    return rows


def waiting(data: Development, decided: Collection[str], seed: int) -> Waiting:
    """Return undecided papers from before the cut in random order."""
    undecided = [document for document in data.stream if document.key not in decided]
    documents = random.Random(f"audit {seed}").sample(undecided, min(BACKGROUND, len(undecided)))
    texts = [document_text(document) for document in documents]
    features = TextFeatures().fit(texts)
    listed = {example.document.key for example in data.approvable}
    easy = {example.document.key for example in data.rejectable}
    return Waiting(
        documents,
        len(undecided),
        np.asarray([d.key in listed for d in documents], dtype=bool),
        np.asarray([d.key not in listed and d.key not in easy for d in documents], dtype=bool),
        np.asarray(features.transform(texts) @ scope_direction(data.taxonomy, features)),
    )


def errors(cut: Cut, seed: int) -> dict[Point, tuple[float, float]]:
    """Return by row the share that a model states and its calibration error on papers read."""
    known, stream = cut.data.decisions(DECISIONS, seed), cut.data.background(seed)
    papers = waiting(cut.data, {example.document.key for example in known}, seed)
    truth = np.asarray([example.in_scope for example in cut.read], dtype=bool)
    found = {}
    for point in points():
        drawn = papers.drawn(point.share or 0.0, point.number, seed)
        if not point.known:
            drawn = [replace(example, drawn_from=0) for example in drawn]
        model = train([*known, *drawn], stream, cut.older, trained_at=WHEN)
        scope = model.probabilities([example.document for example in cut.read])[:, 0]
        share = model.header.metrics.get(DRAWN_SHARE, float("nan"))
        found[point] = share, expected_error(scope, truth)
        print(f"{cut.before} {seed} {point} {found[point]}", file=sys.stderr, flush=True)
    return found


def audits(cuts: Sequence[Cut], draws: int) -> None:
    """Print, mean and worst of cuts and draws, what knowing the draws changes."""
    found = [errors(cut, seed) for cut in cuts for seed in range(draws)]
    head(
        "share assumed", "papers drawn", "known to be", "share estimated", "lowest", "highest",
        "ECE", "ECE, worst",
    )  # fmt: skip
    for point in points():
        shares, missed = zip(*(each[point] for each in found), strict=True)
        estimated: tuple[object, ...] = ("-", "-", "-")
        if point.known:
            estimated = statistics.fmean(shares), min(shares), max(shares)
        line(
            "-" if point.share is None else f"{point.share:.2f}", point.number,
            "yes" if point.known else "no", *estimated, statistics.fmean(missed), max(missed),
        )  # fmt: skip
