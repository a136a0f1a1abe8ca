"""The table "audits" of benchmarks/classifier_protocol.py: what papers drawn at random change.

No paper read by hand is drawn, because those are the test. What other lists name is in scope, and a
paper without any term of the field is not. Of all others the verdict is unknown: it is drawn with
the probability that the taxonomy's words give the paper at an assumed share of papers in scope. So
the error on later papers, "assumed", is that for reviewers of this scope; the error on the papers
read by hand fits a share of 0.25 only.
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
from classifiers.linear.model import Model
from classifiers.linear.prior import scope_direction
from classifiers.linear.share import by_words
from classifiers.linear.training import train
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import document_text
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy
from pipeline.review.audit import FIRST, SAMPLE

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: assumed shares of papers in scope; that of the papers read by hand is 0.25
SHARES = (0.15, 0.2, 0.25, 0.35)
#: decisions beside the list
DECISIONS = 1_000
#: limits of the mean probability of papers of which nothing is known
_MEANS = (0.001, 0.999)


@dataclass(frozen=True)
class Papers:
    """Papers in random order, and what is known of them without reading one."""

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

    share: float
    number: int
    known: bool


@dataclass(frozen=True)
class Found:
    """The share that a model states, and its calibration errors."""

    share: float
    #: on the papers read by hand
    read: float
    #: on later papers, against the probabilities that their verdicts are drawn with
    later: float


def points() -> list[Point]:
    """Return the rows of the table: at each share, no draws and the product's samples."""
    return [
        Point(share, number, known)
        for share in SHARES
        for number, known in ((0, False), (SAMPLE, False), (FIRST, True), (SAMPLE, True))
    ]


def waiting(data: Development, decided: Collection[str], seed: int) -> Papers:
    """Return undecided papers from before the cut."""
    undecided = [document for document in data.stream if document.key not in decided]
    return _papers(undecided, data.approvable, data.rejectable, data.taxonomy, seed)


def later(data: Development, seed: int) -> Papers:
    """Return papers from after the cut."""
    documents = [example.document for pool in data.pools.values() for example in pool]
    return _papers(documents, data.test, data.test_rejected, data.taxonomy, seed)


def _papers(
    documents: Sequence[Document],
    named: Sequence[Example],
    easy: Sequence[Example],
    taxonomy: Taxonomy,
    seed: int,
) -> Papers:
    pick = random.Random(f"audit {seed}")
    taken = pick.sample(documents, min(BACKGROUND, len(documents)))
    texts = [document_text(document) for document in taken]
    features = TextFeatures().fit(texts)
    inside, outside = ({example.document.key for example in each} for each in (named, easy))
    return Papers(
        taken,
        len(documents),
        np.asarray([d.key in inside for d in taken], dtype=bool),
        np.asarray([d.key not in inside and d.key not in outside for d in taken], dtype=bool),
        np.asarray(features.transform(texts) @ scope_direction(taxonomy, features)),
    )


def errors(cut: Cut, seed: int) -> dict[Point, Found]:
    """Return what each row of the table measures on a cut."""
    known, stream = cut.data.decisions(DECISIONS, seed), cut.data.background(seed)
    papers = waiting(cut.data, {example.document.key for example in known}, seed)
    test = later(cut.data, seed)
    truth = np.asarray([example.in_scope for example in cut.read], dtype=bool)
    models: dict[tuple[Example, ...], Model] = {}
    found = {}
    for point in points():
        drawn = papers.drawn(point.share, point.number, seed)
        if not point.known:
            drawn = [replace(example, drawn_from=0) for example in drawn]
        # Without draws one model serves every share.
        model = models.get(tuple(drawn)) or models.setdefault(
            tuple(drawn), train([*known, *drawn], stream, cut.older, trained_at=WHEN)
        )
        of_read = model.probabilities([example.document for example in cut.read])[:, 0]
        of_later = model.probabilities(test.documents)[:, 0]
        found[point] = Found(
            model.header.metrics.get(DRAWN_SHARE, float("nan")),
            expected_error(of_read, truth),
            expected_error(of_later, test.chances(point.share)),
        )
        print(f"{cut.before} {seed} {point} {found[point]}", file=sys.stderr, flush=True)
    return found


def audits(cuts: Sequence[Cut], draws: int) -> None:
    """Print, mean and worst of cuts and draws, what knowing the draws changes."""
    found = [errors(cut, seed) for cut in cuts for seed in range(draws)]
    head(
        "share assumed", "papers drawn", "known to be", "share estimated", "lowest", "highest",
        "ECE, read", "worst", "ECE, assumed", "worst",
    )  # fmt: skip
    for point in points():
        rows = [each[point] for each in found]
        shares, read, assumed = zip(*((r.share, r.read, r.later) for r in rows), strict=True)
        estimated: tuple[object, ...] = ("-", "-", "-")
        if point.known:
            estimated = statistics.fmean(shares), min(shares), max(shares)
        line(
            f"{point.share:.2f}", point.number, "yes" if point.known else "no", *estimated,
            statistics.fmean(read), max(read), statistics.fmean(assumed), max(assumed),
        )  # fmt: skip
