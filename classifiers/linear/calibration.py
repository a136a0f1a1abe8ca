"""Calibrate held-out margins to probabilities and thresholds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from classifiers.linear.fitting import Corpus, Fitted, fit_outputs
from classifiers.linear.header import DRAWN_SHARE, FEW
from classifiers.linear.holding import Round
from classifiers.linear.recipe import Recipe
from classifiers.linear.regression import facet_probabilities, fit_platt, fit_temperature
from classifiers.linear.share import SHARE, at_its_share, by_words, draws_among
from classifiers.linear.targets import (
    SECTION,
    UNKNOWN,
    WORDS,
    compared_sections,
    outputs,
    own_sections,
)
from classifiers.linear.weak import fade
from classifiers.scoring import Probabilities, section_probabilities, sigmoid
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]

#: chosen without examples (docs/study/classifier.md, table "little")
DEFAULT_SCOPE = (8.0, -2.0)
DEFAULT_LABEL = (2.0, 0.0, 2.0, 0.0)
#: pseudo-examples per section that shrink its correction
SHRINK = 5.0
#: decisions that the stream counts as at most in the calibration of the scope
STREAM_COUNT = 2_000.0


@dataclass(frozen=True, slots=True)
class FacetCalibration:
    """The parameters of a facet's probabilities, and its threshold."""

    slope: float
    intercept: float
    temperature: float
    #: weight of each label on its own; the rest compares labels
    alone: float
    threshold: float

    def probabilities(self, margins: Floats) -> Floats:
        """Return (rows, labels)."""
        return facet_probabilities(
            margins, self.slope, self.intercept, self.temperature, self.alone
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """Parameters that turn margins into probabilities."""

    #: (slope, intercept) of the scope's log-odds
    scope: tuple[float, float]
    facets: dict[str, FacetCalibration]
    #: (sections,) added to each section's log-odds
    shift: Floats
    metrics: dict[str, float] = field(default_factory=dict)


def held_margins(
    corpus: Corpus,
    rounds: Sequence[Round],
    recipe: Recipe,
    fit: Callable[..., Fitted] = fit_outputs,
) -> tuple[Floats, Floats]:
    """Return margins of examples and background by fits without them; nan if never held out.

    `fit` is called as `fit_outputs`.
    """
    every = len(outputs(corpus.taxonomy))
    of_examples = np.full((corpus.examples.shape[0], every), np.nan)
    of_background = np.full((corpus.background.shape[0], every), np.nan)
    for each in rounds:
        fitted = fit(corpus, each.examples, each.background, recipe)
        of_examples[each.held] = fitted.margins(corpus.examples[each.held])
        of_background[each.held_background] = fitted.margins(
            corpus.background[each.held_background]
        )
    return of_examples, of_background


def calibrate(
    corpus: Corpus,
    of_examples: Floats,
    of_background: Floats,
    sections: npt.NDArray[np.bool_],
    recipe: Recipe,
) -> Calibration:
    """Fit the calibration to held-out margins.

    Margins are (rows, outputs), nan if not held out; `recipe` has the precision of thresholds.
    """
    taxonomy = corpus.taxonomy
    of_examples = np.where(_full(corpus)[:, np.newaxis], of_examples, np.nan)
    scope, share = _scope(corpus, of_examples, of_background)
    every = outputs(taxonomy)
    # While most labels come from cues, a label's own margin is a poor measure of its odds.
    alone = recipe.alone * (1.0 - fade(int((corpus.targets[:, 0] == 0).sum())))
    facets: dict[str, FacetCalibration] = {}
    metrics = _scope_metrics(corpus, of_examples, scope)
    if corpus.drawn_from.any():
        metrics[DRAWN_SHARE] = round(share, 4)
    for facet in taxonomy.facets:
        columns = [c for c, output in enumerate(every) if output.kind == facet.name]
        truth = corpus.targets[:, columns]
        held = ~np.isnan(of_examples[:, columns[0]]) & (truth != UNKNOWN).all(axis=1)
        margins, wanted = of_examples[np.ix_(held, columns)], truth[held] == 1
        facets[facet.name] = found = _facet(margins, wanted, alone, recipe)
        if held.sum() >= FEW:
            top = found.probabilities(margins)
            best = top.argmax(axis=1)
            right = wanted[np.arange(len(best)), best]
            metrics[f"{facet.name}_top1"] = round(float(right.mean()), 4)
            metrics[f"{facet.name}_ece"] = round(expected_error(top.max(axis=1), right), 4)
    known = probabilities(taxonomy, of_examples, scope, facets, np.zeros(len(taxonomy.sections)))
    shift = _shift(known, sections, of_examples, taxonomy)
    return Calibration(scope, facets, shift, metrics)


def probabilities(
    taxonomy: Taxonomy,
    margins: Floats,
    scope: tuple[float, float],
    facets: dict[str, FacetCalibration],
    shift: Floats,
) -> Probabilities:
    """Return the probabilities of margins under a calibration."""
    every = outputs(taxonomy)
    columns = {
        kind: [c for c, output in enumerate(every) if output.kind == kind]
        for kind in (*facets, SECTION, WORDS)
    }
    own, words = np.zeros((2, len(margins), len(taxonomy.sections)))
    places = {section.id: place for place, section in enumerate(taxonomy.sections)}
    for column, section in zip(columns[SECTION], own_sections(taxonomy), strict=True):
        own[:, places[section.id]] = margins[:, column]
    for column, section in zip(columns[WORDS], compared_sections(taxonomy), strict=True):
        words[:, places[section.id]] = margins[:, column]
    return Probabilities(
        scope=sigmoid(scope[0] * margins[:, 0] + scope[1]),
        facets={name: f.probabilities(margins[:, columns[name]]) for name, f in facets.items()},
        own=own,
        shift=shift,
        words=words,
        thresholds={name: f.threshold for name, f in facets.items()},
    )


def expected_error(
    chances: Floats, happened: npt.NDArray[np.bool_] | Floats, bins: int = 10
) -> float:
    """Return the expected calibration error, equal-width bins (Naeini et al. 2015).

    `happened` may also be the true probabilities.
    """
    if not len(chances):
        return float("nan")
    place = np.minimum((chances * bins).astype(int), bins - 1)
    total = 0.0
    for each in np.unique(place):
        inside = place == each
        total += inside.mean() * abs(chances[inside].mean() - happened[inside].mean())
    return float(total)


def threshold_for(chances: Floats, right: npt.NDArray[np.bool_], precision: float) -> float:
    """Return the lowest probability whose suggestions reach a precision, or 1.0.

    Predicted and observed precision must reach it. The observed one is (right + 1) / (n + 2),
    because multiple comparisons bias the lowest passing threshold.
    """
    order = np.argsort(-chances, kind="stable")
    among = np.arange(1, len(order) + 1)
    observed = (np.cumsum(right[order]) + 1.0) / (among + 2.0)
    predicted = np.cumsum(chances[order]) / among
    kept = np.minimum(observed, predicted)
    enough = np.flatnonzero((kept >= precision) & (among >= FEW))
    return float(chances[order[enough[-1]]]) if len(enough) else 1.0


def _full(corpus: Corpus) -> npt.NDArray[np.bool_]:
    """Return which examples are as long as papers of the stream.

    Titles alone have small margins and would lower the probabilities of abstracts. With few full
    texts all examples count.
    """
    sizes = np.diff(corpus.examples.indptr)
    stream = np.diff(corpus.background.indptr)
    full = sizes >= np.median(stream) / 4 if len(stream) else np.ones(len(sizes), dtype=bool)
    return full if full.sum() >= 5 * FEW else np.ones(len(sizes), dtype=bool)


def _scope(
    corpus: Corpus, of_examples: Floats, of_background: Floats
) -> tuple[tuple[float, float], float]:
    """Return Platt's slope and intercept for scope, calibrated for the stream, and its share.

    An unlabelled paper counts as in scope in the proportion that the taxonomy's words give it. They
    are another view of the paper than the decisions, so the slope is that on which both agree.
    Decisions count beside it at the stream's share of papers in scope, because they are not drawn
    at random from the stream.
    """
    held = ~np.isnan(of_examples[:, 0])
    margins, wanted = of_examples[held, 0], corpus.targets[held, 0] == 1
    both = min(int(wanted.sum()), int((~wanted).sum())) >= FEW
    seen = ~np.isnan(of_background[:, 0])
    draws = draws_among(corpus.targets[:, 0] == 1, corpus.drawn_from)
    if not seen.any():
        alone = fit_platt(margins, wanted, np.ones(len(wanted))) if both else DEFAULT_SCOPE
        return alone, draws.share(SHARE)
    stream, share = of_background[seen, 0], SHARE
    counts = np.full(len(stream), min(1.0, STREAM_COUNT / len(stream)))
    if both:
        slope, intercept = fit_platt(margins, wanted, np.ones(len(wanted)))
        _, share = at_its_share(slope * stream + intercept, float(wanted.mean()))
    share = draws.share(share)
    chances = by_words(np.asarray(corpus.background @ corpus.directions.scope), share)[seen]
    inside = len(wanted) * share / max(1, wanted.sum())
    outside = len(wanted) * (1.0 - share) / max(1, (~wanted).sum())
    found = fit_platt(
        np.concatenate((margins, stream)),
        np.concatenate((wanted, chances)),
        np.concatenate((np.where(wanted, inside, outside), counts)),
    )
    return found, share


def _scope_metrics(
    corpus: Corpus, of_examples: Floats, scope: tuple[float, float]
) -> dict[str, float]:
    held = ~np.isnan(of_examples[:, 0])
    approved = corpus.targets[held, 0] == 1
    if min(approved.sum(), (~approved).sum()) < FEW:
        return {}
    chances = sigmoid(scope[0] * of_examples[held, 0] + scope[1])
    return {"in_scope_ece": round(expected_error(chances, approved), 4)}


def _facet(
    margins: Floats, wanted: npt.NDArray[np.bool_], alone: float, recipe: Recipe
) -> FacetCalibration:
    if len(margins) < FEW:
        # The probability itself must reach the precision, because that of the constants is
        # unknown.
        return FacetCalibration(*DEFAULT_LABEL, threshold=recipe.precision)
    slope, intercept = fit_platt(margins.ravel(), wanted.ravel(), np.ones(wanted.size))
    temperature = fit_temperature(margins, wanted)
    chances = facet_probabilities(margins, slope, intercept, temperature, alone)
    best = chances.argmax(axis=1)
    right = wanted[np.arange(len(best)), best]
    threshold = threshold_for(chances.max(axis=1), right, recipe.precision)
    return FacetCalibration(slope, intercept, temperature, alone, threshold)


def _shift(
    known: Probabilities,
    sections: npt.NDArray[np.bool_],
    of_examples: Floats,
    taxonomy: Taxonomy,
) -> Floats:
    rows = sections.any(axis=1) & ~np.isnan(of_examples[:, 0])
    if rows.sum() < FEW:
        return np.zeros(len(taxonomy.sections))
    expected = section_probabilities(known, taxonomy)[rows].sum(axis=0)
    chosen = sections[rows].sum(axis=0)
    return np.asarray(np.log((chosen + SHRINK) / (expected + SHRINK)))
