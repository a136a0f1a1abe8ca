"""Train a model.

The same input and time give the same model byte for byte, in any order of the documents.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import scipy
import sklearn
from scipy import sparse

from classifiers.linear.calibration import calibrate, held_margins
from classifiers.linear.fitting import Corpus, directions, fit_outputs
from classifiers.linear.golden import Golden, spread
from classifiers.linear.header import DRAWN, ModelHeader
from classifiers.linear.holding import hold_out
from classifiers.linear.model import Model
from classifiers.linear.recipe import Recipe
from classifiers.linear.scope import old_approvals
from classifiers.linear.stacking import Trial, stack
from classifiers.linear.targets import outputs, own_sections, targets
from classifiers.representations.installed import make
from classifiers.representations.names import DEFAULT
from classifiers.representations.tfidf import TextFeatures
from classifiers.text import document_text
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy

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
    recipe, others = recipe or Recipe(), [make(name) for name in representations[1:]]
    examples = sorted({e.document.key: e for e in examples}.values(), key=lambda e: e.document.key)
    decided = {example.document.key for example in examples}
    unlabelled = sorted({d.key: d for d in background if d.key not in decided}.values(), key=_key)
    corpus = _corpus(examples, unlabelled, taxonomy, recipe)
    everything = np.ones(len(examples), dtype=bool), np.ones(len(unlabelled), dtype=bool)
    fitted = fit_outputs(corpus, *everything, recipe)
    held_out = hold_out(examples, unlabelled, recipe, salt=f"{seed}:")
    margins = held_margins(corpus, held_out.rounds, recipe)
    texts = _texts(examples, unlabelled) if others else ([], [])
    stacked = stack(others, Trial(corpus, texts, held_out.rounds, recipe), margins)
    calibration = calibrate(corpus, *stacked.margins, _chosen(examples, taxonomy), recipe)
    learned = fitted.weights.astype(np.float32), fitted.intercepts
    used = (corpus.features, *(each.representation for each in stacked.beside))
    header = ModelHeader(
        model_id="",
        trained_at=trained_at.astimezone(UTC).isoformat(timespec="seconds"),
        data_fingerprint=_fingerprint(examples, unlabelled),
        taxonomy_fingerprint=taxonomy.fingerprint,
        libraries={
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "scipy": scipy.__version__,
        },
        settings={"seed": seed, **asdict(recipe)},
        counts={**_counts(corpus), "held out": int((~np.isnan(margins[0][:, 0])).sum())},
        metrics=calibration.metrics,
        held_out=held_out.chosen,
        representations={each.name: each.version for each in used},
        shares=stacked.shares,
    )
    model = Model(header, taxonomy, corpus.features, *learned, calibration, beside=stacked.beside)
    known = [*(example.document for example in examples), *unlabelled]
    return replace(
        model,
        header=replace(header, model_id=_model_id(model)),
        golden=_golden(model, corpus, known),
    )


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
        drawn_from=np.asarray([example.drawn_from for example in examples], dtype=np.int64),
    )


def _texts(
    examples: Sequence[Example], background: Sequence[Document]
) -> tuple[list[str], list[str]]:
    return (
        [document_text(example.document) for example in examples],
        [document_text(document) for document in background],
    )


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
    drawn = int((corpus.drawn_from > 0).sum())
    return {
        "approved": int(approved[0]),
        "rejected": int((corpus.targets[:, 0] == 0).sum()),
        "background": corpus.background.shape[0],
        **({DRAWN: drawn} if drawn else {}),
        **{f"{each.kind}: {each.name}": int(n) for each, n in zip(every, approved, strict=True)},
    }


def _model_id(model: Model) -> str:
    """Return representations, day and a hash of what affects scores.

    Predictions are stored by ID.
    """
    header, found, content = model.header, model.calibration, hashlib.sha256()
    for array in (model.weights, model.intercepts, np.asarray(found.scope), found.shift):
        content.update(array.tobytes())
    facets = {name: asdict(facet) for name, facet in found.facets.items()}
    for table in (header.settings, facets):
        content.update(json.dumps(table, sort_keys=True).encode())
    for part in (header.data_fingerprint, header.taxonomy_fingerprint, header.trained_at):
        content.update(part.encode())
    for each in model.beside:
        content.update(f"{each.representation.name} {each.representation.version}".encode())
        content.update(each.weights.tobytes())
        content.update(each.intercepts.tobytes())
    names = ".".join(header.representations)[:_NAMED]
    return f"{names}-{header.trained_at[:10].replace('-', '')}-{content.hexdigest()[:10]}"


def _fingerprint(examples: Sequence[Example], background: Sequence[Document]) -> str:
    rows = [
        # Only what is known is part of it, so that the models of older versions keep theirs.
        [e.in_scope, sorted(e.sections), sorted(e.facets), _fact(e.document)]
        + ([e.drawn_from] if e.drawn_from else [])
        for e in examples
    ]
    content = json.dumps([rows, [_fact(document) for document in background]])
    return hashlib.sha256(content.encode()).hexdigest()


def _fact(document: Document) -> list[object]:
    known_at = document.known_at.astimezone(UTC).isoformat() if document.known_at else None
    return [*astuple(document)[:-1], known_at]


def _key(document: Document) -> str:
    return document.key
