"""The table "audits" of benchmarks/classifier_protocol.py: what papers drawn at random change.

No paper read by hand is drawn, because those are the test. What other lists name is in scope, and a
paper without any term of the field is not. Of all others the verdict is unknown: it is drawn with a
probability that grows with closeness to the taxonomy's words, by one rule before and after the cut,
at which a given share of the later papers is in scope. Errors on waiting papers and on later ones
are those for reviewers of this scope; the error on the papers read by hand fits a share of 0.25
only. Later papers have more in scope than waiting ones, of which decisions took those that other
lists name.
"""

import random
import statistics
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize

from benchmarks.classifier_cuts import Cut
from benchmarks.classifier_data import Development
from benchmarks.classifier_study import WHEN, head
from benchmarks.classifier_tables import COUNTS, line
from classifiers.linear.calibration import expected_error
from classifiers.linear.header import DRAWN_SHARE
from classifiers.linear.model import Model
from classifiers.linear.prior import scope_direction
from classifiers.linear.share import CLOSENESS_SLOPE
from classifiers.linear.training import train
from classifiers.representations.tfidf import TextFeatures
from classifiers.scoring import sigmoid
from classifiers.text import document_text
from classifiers.types import Document, Example
from pipeline.review.audit import SAMPLE

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: shares of later papers in scope; that of the papers read by hand is 0.25
SHARES = (0.15, 0.25, 0.35)
#: papers of either side of a cut
PAPERS = 2_000
#: limits of the constant of a reviewer's log-odds
_WIDEST = 35.0


@dataclass(frozen=True)
class Papers:
    """Papers in random order, and what is known of them without reading one."""

    documents: list[Document]
    #: another list names them
    listed: Bools
    unknown: Bools
    #: log-odds by the taxonomy's words, except for the constant of a reviewer
    closeness: Floats

    def chances(self, constant: float) -> Floats:
        """Return each paper's probability of being in scope for a reviewer."""
        found = self.listed.astype(np.float64)
        found[self.unknown] = sigmoid(self.closeness[self.unknown] + constant)
        return found

    def without_first(self, number: int, keys: Collection[str]) -> "Papers":
        """Return the papers after the first ones that are not among these."""
        kept = [n for n, d in enumerate(self.documents) if n >= number and d.key not in keys]
        documents = [self.documents[n] for n in kept]
        return Papers(documents, self.listed[kept], self.unknown[kept], self.closeness[kept])

    def drawn(self, constant: float, number: int, seed: int) -> list[Example]:
        """Return the first papers with their verdicts."""
        pick = random.Random(f"verdict {seed}")
        read = zip(self.documents, self.chances(constant).tolist(), strict=True)
        return [
            Example(document, pick.random() < chance, drawn_from=len(self.documents))
            for document, chance in list(read)[:number]
        ]


@dataclass(frozen=True)
class Stream:
    """Undecided papers from before a cut, and papers from after it."""

    waiting: Papers
    later: Papers

    def reviewer(self, share: float) -> float:
        """Return the constant of one to whom this share of the later papers is in scope."""

        def excess(constant: float) -> float:
            return float(self.later.chances(constant).mean()) - share

        return float(optimize.brentq(excess, -_WIDEST, _WIDEST))


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
    #: on waiting papers that no training saw, against the probabilities of their verdicts
    waiting: float
    #: the same on later papers
    later: float


def points() -> list[Point]:
    """Return the rows of the table: for each reviewer, no draws and the product's sample."""
    samples = ((0, False), (SAMPLE, False), (SAMPLE, True))
    return [Point(share, number, known) for share in SHARES for number, known in samples]


def stream_of(data: Development, decided: Collection[str], seed: int) -> Stream:
    """Return papers of both sides of the cut, none of them decided."""
    undecided = [document for document in data.stream if document.key not in decided]
    after = [example.document for pool in data.pools.values() for example in pool]
    pick = random.Random(f"audit {seed}")
    sides = [pick.sample(each, min(PAPERS, len(each))) for each in (undecided, after)]
    texts = [[document_text(document) for document in side] for side in sides]
    features = TextFeatures().fit([*texts[0], *texts[1]])
    direction = scope_direction(data.taxonomy, features)
    waiting, later = (np.asarray(features.transform(each) @ direction) for each in texts)
    inside = {example.document.key for example in (*data.approvable, *data.test)}
    outside = {example.document.key for example in (*data.rejectable, *data.test_rejected)}

    def papers(documents: list[Document], closeness: Floats) -> Papers:
        return Papers(
            documents,
            np.asarray([d.key in inside for d in documents], dtype=bool),
            np.asarray([d.key not in inside and d.key not in outside for d in documents]),
            CLOSENESS_SLOPE * (closeness - later.mean()) / (later.std() or 1.0),
        )

    return Stream(papers(sides[0], waiting), papers(sides[1], later))


def errors(cut: Cut, count: int, seed: int) -> dict[Point, Found]:
    """Return what each row of the table measures on a cut after this many decisions."""
    decisions, background = cut.data.decisions(count, seed), cut.data.background(seed)
    stream = stream_of(cut.data, {example.document.key for example in decisions}, seed)
    truth = np.asarray([example.in_scope for example in cut.read], dtype=bool)
    seen = {document.key for document in background}
    waiting = stream.waiting.without_first(SAMPLE, seen)
    models: dict[tuple[Example, ...], Model] = {}
    found = {}
    for point in points():
        constant = stream.reviewer(point.share)
        drawn = stream.waiting.drawn(constant, point.number, seed)
        if not point.known:
            drawn = [replace(example, drawn_from=0) for example in drawn]
        # Without draws one model serves every share.
        model = models.get(tuple(drawn)) or models.setdefault(
            tuple(drawn), train([*decisions, *drawn], background, cut.older, trained_at=WHEN)
        )
        of_read = model.probabilities([example.document for example in cut.read])[:, 0]
        found[point] = Found(
            model.header.metrics.get(DRAWN_SHARE, float("nan")),
            expected_error(of_read, truth),
            *(
                expected_error(model.probabilities(p.documents)[:, 0], p.chances(constant))
                for p in (waiting, stream.later)
            ),
        )
        print(f"{cut.before} {count} {seed} {point} {found[point]}", file=sys.stderr, flush=True)
    return found


def audits(cuts: Sequence[Cut], draws: int, counts: Sequence[int] = COUNTS) -> None:
    """Print, mean and worst of cuts and draws, what knowing the draws changes."""
    head(
        "decisions", "share assumed", "papers drawn", "known to be", "share estimated", "lowest",
        "highest", "ECE, waiting", "worst", "ECE, later", "worst", "ECE, read", "worst",
    )  # fmt: skip
    for count in counts:
        every = [errors(cut, count, seed) for cut in cuts for seed in range(draws)]
        for point in points():
            rows = [each[point] for each in every]
            shares = [row.share for row in rows]
            of_kind = zip(*((row.waiting, row.later, row.read) for row in rows), strict=True)
            estimated: tuple[object, ...] = ("-", "-", "-")
            if point.known:
                estimated = statistics.fmean(shares), min(shares), max(shares)
            line(
                count, f"{point.share:.2f}", point.number, "yes" if point.known else "no",
                *estimated, *(each(ece) for ece in of_kind for each in (statistics.fmean, max)),
            )  # fmt: skip
