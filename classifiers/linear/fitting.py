"""Fit the linear outputs on a subset of the examples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifiers.linear.prior import (
    label_directions,
    scope_direction,
    section_directions,
    word_directions,
)
from classifiers.linear.recipe import Recipe
from classifiers.linear.regression import Fit, fit_margin
from classifiers.linear.scope import ScopeRows, fit_scope
from classifiers.linear.targets import (
    SCOPE,
    SECTION,
    UNKNOWN,
    WORDS,
    Output,
    Targets,
    of_one_task,
    outputs,
)
from classifiers.linear.weak import WeakRows, weak_labels
from classifiers.representations.tfidf import TextFeatures
from config.taxonomy import Taxonomy

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

#: margin without examples: absent rather than an even chance
NO_EXAMPLE = -2.0


@dataclass(frozen=True, slots=True)
class Directions:
    """Directions of the taxonomy's words, which need no examples."""

    #: (terms,)
    scope: Floats
    #: by facet, (labels, terms)
    labels: dict[str, Floats]
    #: (own sections, terms)
    sections: Floats
    #: (compared sections, terms)
    words: Floats


@dataclass(frozen=True, slots=True)
class Corpus:
    """Input of a fit: texts as rows, decisions as targets."""

    features: TextFeatures
    examples: sparse.csr_matrix
    targets: Targets
    background: sparse.csr_matrix
    taxonomy: Taxonomy
    directions: Directions
    #: examples that are old approvals (`scope.old_approvals`)
    old: Bools
    #: papers that waited when each example was drawn at random; 0: it was chosen
    drawn_from: Ints


@dataclass(frozen=True, slots=True)
class Fitted:
    """Raw margins: rows @ weights + intercepts."""

    #: (terms, outputs)
    weights: Floats
    intercepts: Floats

    def margins(self, matrix: sparse.csr_matrix) -> Floats:
        """Return (rows, outputs)."""
        return np.asarray(matrix @ self.weights + self.intercepts)


def directions(taxonomy: Taxonomy, features: TextFeatures, own: tuple[str, ...]) -> Directions:
    """Return the taxonomy's directions for these features."""
    return Directions(
        scope_direction(taxonomy, features),
        {f.name: label_directions(taxonomy, features, f.name) for f in taxonomy.facets},
        section_directions(taxonomy, features, own),
        word_directions(taxonomy, features),
    )


def fit_outputs(
    corpus: Corpus, examples: Bools, background: Bools, recipe: Recipe, *, only: str | None = None
) -> Fitted:
    """Fit the outputs on the selected rows.

    With `only`, outputs of other kinds use the taxonomy's words alone.
    """
    every = outputs(corpus.taxonomy)
    weights = np.zeros((corpus.examples.shape[1], len(every)))
    intercepts = np.zeros(len(every))
    stream = corpus.background[background]
    weak = _weak(corpus, examples, stream, recipe) if recipe.weak else {}
    pulls = _pulls(corpus, examples, recipe)
    for column, output in enumerate(every):
        taken = weak.get(output.kind)
        weak_rows = None if taken is None else (stream, taken)
        skip = only not in {None, output.kind}
        weights[:, column] = pulls[column]
        if output.kind == WORDS:
            continue  # the taxonomy's words alone
        if skip:
            fit = None
        elif output.kind == SCOPE and recipe.weak:
            fit = _fit_scope(corpus, examples, stream, pulls[column], recipe)
        else:
            fit = _fit_one(corpus, column, examples, weak_rows, recipe)
        intercepts[column] = NO_EXAMPLE if fit is None else fit.intercept
        if fit is not None:
            weights[:, column] += fit.weights
    return Fitted(weights, intercepts)


def _weak(
    corpus: Corpus, examples: Bools, stream: sparse.csr_matrix, recipe: Recipe
) -> dict[str, WeakRows]:
    closeness = np.asarray(stream @ corpus.directions.scope)
    found: dict[str, WeakRows] = {}
    for facet, towards in corpus.directions.labels.items():
        columns = [c for c, output in enumerate(outputs(corpus.taxonomy)) if output.kind == facet]
        shown = (corpus.targets[examples][:, columns] == 1).sum(axis=0).tolist()
        quota = _quota(corpus.taxonomy, facet, shown, recipe)
        found[facet] = weak_labels(closeness, np.asarray(stream @ towards.T), quota)
    return found


def _quota(taxonomy: Taxonomy, facet: str, shown: Sequence[int], recipe: Recipe) -> list[int]:
    """Return how many weak examples each label of a facet gets beside those shown."""
    if facet == "task":
        return [recipe.weak_task] * len(shown)
    if facet == "modality":
        return [max(0, recipe.weak_modality - count) for count in shown]
    alone = of_one_task(taxonomy, facet)
    return [
        max(0, recipe.weak_technique - count) if label.name in alone else 0
        for label, count in zip(taxonomy.facet(facet).labels, shown, strict=True)
    ]


def _pulls(corpus: Corpus, examples: Bools, recipe: Recipe) -> list[Floats]:
    if not recipe.weak:
        return [np.zeros(corpus.examples.shape[1]) for _ in outputs(corpus.taxonomy)]
    pulls = [recipe.scope_pull * corpus.directions.scope]
    for facet in corpus.taxonomy.facets:
        towards = corpus.directions.labels[facet.name]
        pull = _label_pull(corpus, examples, facet.name, recipe)
        pulls += list(pull * (towards - towards.mean(axis=0)))
    pulls += list(recipe.section_pull * corpus.directions.sections)
    pulls += list(recipe.words_pull * corpus.directions.words)
    return pulls


def _label_pull(corpus: Corpus, examples: Bools, facet: str, recipe: Recipe) -> float:
    """Return the pull of the taxonomy's words, stronger with fewer examples.

    Counts this fit's examples only, so that held-out papers have no influence.
    """
    first = {"task": recipe.task_pull_first, "modality": recipe.modality_pull_first}.get(facet, 0.0)
    columns = [c for c, output in enumerate(outputs(corpus.taxonomy)) if output.kind == facet]
    stated = int((corpus.targets[examples][:, columns] != UNKNOWN).all(axis=1).sum())
    lasting = recipe.task_pull if facet == "task" else recipe.label_pull
    return lasting + first * recipe.first_examples / max(recipe.first_examples, stated)


def _fit_one(
    corpus: Corpus,
    column: int,
    examples: Bools,
    weak: tuple[sparse.csr_matrix, WeakRows] | None,
    recipe: Recipe,
) -> Fit | None:
    """Return the regression of an output, or None if one class is missing."""
    output = outputs(corpus.taxonomy)[column]
    known = np.flatnonzero(examples & (corpus.targets[:, column] != UNKNOWN))
    matrix = corpus.examples[known]
    wanted = corpus.targets[known, column] == 1
    counts = np.ones(len(known))
    if weak is not None and len(weak[1].rows):
        stream, taken = weak
        matrix = sparse.vstack([matrix, stream[taken.rows]], format="csr")
        wanted = np.concatenate((wanted, taken.labels == _weak_label(corpus, output)))
        counts = np.concatenate((counts, np.full(len(taken.rows), recipe.weak_weight)))
    if wanted.all() or not wanted.any():
        return None
    strength = recipe.scope_strength if output.kind == SCOPE else recipe.label_strength
    # Siblings of a section share by these margins, so their proportions must be kept.
    balance = 0.0 if output.kind == SECTION else 1.0
    return fit_margin(matrix, wanted, counts, strength=strength, balance=balance)


def _fit_scope(
    corpus: Corpus, examples: Bools, stream: sparse.csr_matrix, words: Floats, recipe: Recipe
) -> Fit | None:
    rows = ScopeRows(
        matrix=corpus.examples[examples],
        wanted=corpus.targets[examples, 0] == 1,
        old=corpus.old[examples],
        stream=stream,
        words=words,
        drawn_from=corpus.drawn_from[examples],
    )
    return fit_scope(rows, recipe)


def _weak_label(corpus: Corpus, output: Output) -> int:
    names = [label.name for label in corpus.taxonomy.facet(output.kind).labels]
    return names.index(output.name)
