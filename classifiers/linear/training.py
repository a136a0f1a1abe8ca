"""Train a model.

The same input and time give the same model byte for byte, in any order of the documents.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy
import sklearn
from scipy import sparse

from classifiers.linear.calibration import Calibration, calibrate, held_margins
from classifiers.linear.fitting import Corpus, directions, fit_outputs
from classifiers.linear.golden import Golden, spread
from classifiers.linear.header import ModelHeader
from classifiers.linear.holding import hold_out
from classifiers.linear.model import Model
from classifiers.linear.recipe import Recipe
from classifiers.linear.scope import old_approvals
from classifiers.linear.stacking import Beside, Trial, stack
from classifiers.linear.targets import outputs, own_sections, targets
from classifiers.representations.base import Representation
from classifiers.representations.names import DEFAULT
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import document_text
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy

Settings = dict[str, float | int | bool]

#: characters of an ID that name representations
_NAMED = 60
#: below this the taxonomy's words are added to the vocabulary
FEW_TEXTS = 20


def train(
    examples: Sequence[Example],
    background: Sequence[Document],
    taxonomy: Taxonomy,
    *,
    trained_at: datetime,
    seed: int = 0,
    recipe: Recipe | None = None,
    representations: Sequence[str] = DEFAULT,
) -> Model:
    """Train a model; examples and background may be empty.

    Of several examples with one key the last counts. Background that is also an example is left
    out. `seed` changes which examples are held out together. Representations after the first, which
    is TF-IDF, become part of the model where they help (`stacking.py`).

    Raises:
        RepresentationError: a representation is not installed or cannot convert the texts.
    """
    recipe = recipe or Recipe()
    examples = sorted({e.document.key: e for e in examples}.values(), key=lambda e: e.document.key)
    decided = {example.document.key for example in examples}
    unlabelled = sorted({d.key: d for d in background if d.key not in decided}.values(), key=_key)
    corpus = _corpus(examples, unlabelled, taxonomy, recipe)
    everything = np.ones(len(examples), dtype=bool), np.ones(len(unlabelled), dtype=bool)
    fitted = fit_outputs(corpus, *everything, recipe)
    held_out = hold_out(examples, unlabelled, recipe, salt=f"{seed}:")
    margins = held_margins(corpus, held_out.rounds, recipe)
    others = representations[1:]
    texts = _texts(examples, unlabelled) if others else ([], [])
    stacked = stack(others, Trial(corpus, texts, held_out.rounds, recipe), margins)
    calibration = calibrate(corpus, *stacked.margins, _chosen(examples, taxonomy), recipe)
    learned = fitted.weights.astype(np.float32), fitted.intercepts + stacked.intercepts
    names = {each.name: each.version for each in _used(corpus, stacked.beside)}
    settings: Settings = {"seed": seed, **asdict(recipe)}
    data = _fingerprint(examples, unlabelled)
    moment = trained_at.astimezone(UTC).isoformat(timespec="seconds")
    facts = (data, taxonomy.fingerprint, moment)
    header = ModelHeader(
        model_id=_model_id(learned, stacked.beside, calibration, settings, facts),
        trained_at=moment,
        data_fingerprint=data,
        taxonomy_fingerprint=taxonomy.fingerprint,
        libraries={
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "scipy": scipy.__version__,
        },
        settings=settings,
        counts={**_counts(corpus), "held out": int((~np.isnan(margins[0][:, 0])).sum())},
        metrics=calibration.metrics,
        held_out=held_out.chosen,
        representations=names,
        shares=stacked.shares,
    )
    model = Model(header, taxonomy, corpus.features, *learned, calibration, beside=stacked.beside)
    known = [*(example.document for example in examples), *unlabelled]
    return replace(model, golden=_golden(model, corpus, known))


def _golden(model: Model, corpus: Corpus, documents: Sequence[Document]) -> Golden:
    rows = sparse.vstack([corpus.examples, corpus.background], format="csr")
    chosen = spread(documents, model.margins(rows)[:, 0])
    return Golden(chosen, model.probabilities(chosen)) if chosen else Golden()


def _corpus(
    examples: Sequence[Example],
    background: Sequence[Document],
    taxonomy: Taxonomy,
    recipe: Recipe,
) -> Corpus:
    texts, stream = _texts(examples, background)
    words = _vocabulary(taxonomy) if len(texts) + len(stream) < FEW_TEXTS else []
    features = TextFeatures(recipe.max_terms).fit([*texts, *stream, *words])
    own = tuple(section.id for section in own_sections(taxonomy))
    return Corpus(
        features=features,
        examples=features.transform(texts),
        targets=targets(examples, taxonomy),
        background=features.transform(stream),
        taxonomy=taxonomy,
        directions=directions(taxonomy, features, own),
        old=old_approvals(
            [example.document for example in examples],
            np.asarray([example.in_scope for example in examples], dtype=bool),
            background,
        ),
    )


def _texts(
    examples: Sequence[Example], background: Sequence[Document]
) -> tuple[list[str], list[str]]:
    return (
        [document_text(example.document) for example in examples],
        [document_text(document) for document in background],
    )


def _used(corpus: Corpus, beside: Sequence[Beside]) -> list[Representation]:
    return [corpus.features, *(each.representation for each in beside)]


def _vocabulary(taxonomy: Taxonomy) -> list[str]:
    labels = [label for facet in taxonomy.facets for label in facet.labels]
    words = [(*label.cues, label.definition) for label in labels]
    words += [(*section.cues, section.definition) for section in taxonomy.sections]
    return [" . ".join(each) for each in words]


def _chosen(examples: Sequence[Example], taxonomy: Taxonomy) -> npt.NDArray[np.bool_]:
    places = {section.id: place for place, section in enumerate(taxonomy.sections)}
    table = np.zeros((len(examples), len(places)), dtype=bool)
    for row, example in enumerate(examples):
        if example.in_scope:
            table[row, [places[section] for section in example.sections]] = True
    return table


def _counts(corpus: Corpus) -> dict[str, int]:
    approved = (corpus.targets == 1).sum(axis=0)
    every = outputs(corpus.taxonomy)
    return {
        "approved": int(approved[0]),
        "rejected": int((corpus.targets[:, 0] == 0).sum()),
        "background": corpus.background.shape[0],
        **{f"{each.kind}: {each.name}": int(n) for each, n in zip(every, approved, strict=True)},
    }


def _model_id(
    learned: Sequence[npt.NDArray[Any]],
    beside: Sequence[Beside],
    calibration: Calibration,
    settings: Settings,
    facts: tuple[str, str, str],
) -> str:
    """Return representations, day and a hash of what affects scores.

    Predictions are stored by ID.
    """
    content = hashlib.sha256()
    for array in (*learned, np.asarray(calibration.scope), calibration.shift):
        content.update(array.tobytes())
    facets = {name: asdict(facet) for name, facet in calibration.facets.items()}
    for table in (settings, facets):
        content.update(json.dumps(table, sort_keys=True).encode())
    for part in facts:
        content.update(part.encode())
    for each in beside:
        content.update(f"{each.representation.name} {each.representation.version}".encode())
        content.update(each.weights.tobytes())
    names = ".".join((*DEFAULT, *(each.representation.name for each in beside)))
    return f"{names[:_NAMED]}-{facts[-1][:10].replace('-', '')}-{content.hexdigest()[:10]}"


def _fingerprint(examples: Sequence[Example], background: Sequence[Document]) -> str:
    rows = [[e.in_scope, sorted(e.sections), sorted(e.facets), _fact(e.document)] for e in examples]
    content = json.dumps([rows, [_fact(document) for document in background]])
    return hashlib.sha256(content.encode()).hexdigest()


def _fact(document: Document) -> list[object]:
    known_at = document.known_at.astimezone(UTC).isoformat() if document.known_at else None
    return [*astuple(document)[:-1], known_at]


def _key(document: Document) -> str:
    return document.key
