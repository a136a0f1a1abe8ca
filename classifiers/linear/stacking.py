"""Add further representations to the terms where held-out decisions show that they help.

Every representation gets linear outputs of its own, from the same decisions and stream as the
terms. Its margins are added to those of the terms, times a share for each kind of output: scope,
a facet, the sections' own evidence. The share is fitted to margins of papers that were held out
(`holding.py`: later ones, forward in time), and is zero unless the likelihood of held-out verdicts
grows by more than chance. A representation whose shares are all zero does not become part of the
model, which is then the same, byte for byte, as without it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from classifiers.errors import RepresentationError
from classifiers.linear.calibration import held_margins
from classifiers.linear.fitting import Corpus, Directions, Fitted, fit_outputs
from classifiers.linear.header import FEW
from classifiers.linear.holding import Round
from classifiers.linear.recipe import Recipe
from classifiers.linear.targets import UNKNOWN, WORDS, outputs
from classifiers.representations.base import Representation, as_rows
from config.taxonomy import Taxonomy

Floats32 = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: standard errors by which the mean gain must exceed zero
CHANCE = 2.0
#: largest share; the margins of the terms count 1
MOST = 5.0


@dataclass(frozen=True)
class Beside:
    """A representation beside the terms, and what it adds to the margins."""

    representation: Representation
    #: (columns, outputs), times the share
    weights: Floats32
    #: (outputs,), times the share
    intercepts: Floats

    def margins(self, texts: Sequence[str]) -> Floats:
        """Return (texts, outputs), to be added to the margins of the terms."""
        rows = as_rows(self.representation.transform(texts))
        return np.asarray(rows @ self.weights, dtype=np.float64) + self.intercepts


@dataclass(frozen=True)
class Stacked:
    """Margins with those of the representations that help."""

    #: held-out margins of the examples and of the background
    margins: tuple[Floats, Floats]
    beside: tuple[Beside, ...] = ()
    #: "representation: kind of output" -> share, 0 if it does not help
    shares: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """What representations are tried on."""

    #: rows of the terms
    corpus: Corpus
    #: of the examples and of the background
    texts: tuple[Sequence[str], Sequence[str]]
    #: the fits that hold papers out
    rounds: Sequence[Round]
    recipe: Recipe


def stack(tried: Sequence[Representation], trial: Trial, margins: tuple[Floats, Floats]) -> Stacked:
    """Try representations beside the terms, in their order, and keep those that help.

    `margins` are the held-out ones of the terms, of the examples and of the background.

    Raises:
        RepresentationError: one cannot convert these texts.
    """
    found = Stacked(margins)
    for representation in tried:
        found = _with(representation, found, trial)
    return found


def _with(representation: Representation, before: Stacked, trial: Trial) -> Stacked:
    corpus = trial.corpus
    own = _converted(representation, corpus, trial.texts)
    held = held_margins(own, trial.rounds, trial.recipe, _fitted)
    taxonomy, name = corpus.taxonomy, representation.name
    by_kind = {
        kind: share_that_helps(before.margins[0][:, c], held[0][:, c], corpus.targets[:, c])
        for kind, c in _kinds(taxonomy)
    }
    shares = {**before.shares, **{f"{name}: {k}": s for k, s in by_kind.items()}}
    if not any(by_kind.values()):
        return replace(before, shares=shares)
    factors = np.asarray([by_kind.get(output.kind, 0.0) for output in outputs(taxonomy)])
    everything = np.ones(len(own.targets), dtype=bool), np.ones(own.background.shape[0], dtype=bool)
    fitted = _fitted(own, *everything, trial.recipe)
    weights = (factors * fitted.weights).astype(np.float32)
    return Stacked(
        (before.margins[0] + factors * held[0], before.margins[1] + factors * held[1]),
        (*before.beside, Beside(representation, weights, factors * fitted.intercepts)),
        shares,
    )


def share_that_helps(terms: Floats, added: Floats, targets: npt.NDArray[np.int8]) -> float:
    """Return the share of `added` that makes held-out verdicts more likely, or 0.

    Both halves of the papers are judged by a fit on the other half, once with the margins of the
    terms alone and once with both.

    Args:
        terms: (papers, outputs of one kind), nan if not held out.
        added: the same of the other representation.
        targets: (papers, outputs), 1, 0 or UNKNOWN.
    """
    known = (targets != UNKNOWN).all(axis=1) & ~np.isnan(terms[:, 0]) & ~np.isnan(added[:, 0])
    terms, added, wanted = terms[known], added[known], targets[known] == 1
    if min(int(wanted.sum()), int((~wanted).sum())) < FEW or known.sum() < 2 * FEW:
        return 0.0
    gains = np.zeros(len(wanted))
    for half in (0, 1):
        others, judged = slice(1 - half, None, 2), slice(half, None, 2)
        alone = _fit(terms[others], np.zeros_like(added[others]), wanted[others])
        both = _fit(terms[others], added[others], wanted[others])
        gains[judged] = _losses(alone, terms[judged], added[judged], wanted[judged]).mean(axis=1)
        gains[judged] -= _losses(both, terms[judged], added[judged], wanted[judged]).mean(axis=1)
    if gains.mean() <= CHANCE * gains.std(ddof=1) / np.sqrt(len(gains)):
        return 0.0
    of_terms, of_added, _ = _fit(terms, added, wanted)
    # Rounded, so that the last bits of an optimisation do not change a model.
    return round(float(min(of_added / of_terms, MOST)), 3)


def _fit(terms: Floats, added: Floats, wanted: Bools) -> Floats:
    """Return (slope of terms, slope of added, intercept), both slopes not negative."""
    from scipy import optimize  # noqa: PLC0415  slow, for training only

    def loss(point: Floats) -> float:
        away = 0.02 * ((point[0] - 1.0) ** 2 + point[1] ** 2 + point[2] ** 2)
        return float(_losses(point, terms, added, wanted).sum() + away)

    bounds = ((0.05, None), (0.0, None), (None, None))
    found = optimize.minimize(loss, np.asarray([1.0, 0.0, 0.0]), method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def _losses(point: Floats, terms: Floats, added: Floats, wanted: Bools) -> Floats:
    logits = point[0] * terms + point[1] * added + point[2]
    return np.asarray(np.logaddexp(0.0, logits) - wanted * logits)


def _kinds(taxonomy: Taxonomy) -> Iterator[tuple[str, list[int]]]:
    """Yield each kind of output that decisions teach, with its columns."""
    every = outputs(taxonomy)
    for kind in dict.fromkeys(output.kind for output in every):
        if kind != WORDS:
            yield kind, [column for column, output in enumerate(every) if output.kind == kind]


def _converted(
    representation: Representation, corpus: Corpus, texts: tuple[Sequence[str], Sequence[str]]
) -> Corpus:
    try:
        representation.fit([*texts[0], *texts[1]])
        examples, background = (as_rows(representation.transform(each)) for each in texts)
    except (TypeError, ValueError) as error:
        raise RepresentationError(
            f"The representation {representation.name!r} cannot convert the texts: {error}."
        ) from error
    width = examples.shape[1]
    if (examples.shape[0], background.shape) != (len(texts[0]), (len(texts[1]), width)):
        raise RepresentationError(
            f"The representation {representation.name!r} does not give every text a row of one "
            "width."
        )
    old = corpus.directions
    # The taxonomy's words are terms, so they say nothing about these columns.
    none = Directions(
        np.zeros(width),
        {facet: np.zeros((len(each), width)) for facet, each in old.labels.items()},
        np.zeros((len(old.sections), width)),
        np.zeros((len(old.words), width)),
    )
    return replace(corpus, examples=examples, background=background, directions=none)


def _fitted(corpus: Corpus, examples: Bools, background: Bools, recipe: Recipe) -> Fitted:
    """Return the fit; an output without examples of both kinds adds nothing."""
    fitted = fit_outputs(corpus, examples, background, recipe)
    return Fitted(fitted.weights, np.where(fitted.weights.any(axis=0), fitted.intercepts, 0.0))
