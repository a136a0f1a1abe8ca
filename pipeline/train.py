"""Train: the human's word becomes the next model. Reads, closes the store, computes, saves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from classifiers import artifact
from classifiers.training import train
from classifiers.types import Document, Example
from config.taxonomy import Taxonomy
from storage.store import OpenStore
from storage.types import PaperText, Verdict


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What the model was trained on and where it lies."""

    model_id: str
    path: Path
    approved: int
    rejected: int
    background: int


def train_model(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    *,
    models: Path,
    background: int,
    seed: int,
    clock: Callable[[], datetime],
) -> TrainReport:
    """Train on every standing approval and rejection, with undecided papers as background.

    Deferred papers teach nothing. With no decision at all the model rests on the taxonomy's cue
    words. Sections that the taxonomy no longer has are left out of an example; an approval that
    keeps none still says "in scope".
    """
    with open_store() as store:
        decided = store.decisions.training()
        undecided = store.papers.background(background)
    known = {section.id for section in taxonomy.sections}
    examples = [
        Example(
            document=_document(example.text),
            in_scope=example.verdict is Verdict.APPROVED,
            sections=tuple(s for s in example.sections if s in known),
        )
        for example in decided
    ]
    model = train(
        examples,
        [_document(text) for text in undecided],
        taxonomy,
        trained_at=clock(),
        seed=seed,
    )
    path = artifact.save(model, models)
    approved = sum(example.in_scope for example in examples)
    return TrainReport(
        model_id=model.model_id,
        path=path,
        approved=approved,
        rejected=len(examples) - approved,
        background=len(undecided),
    )


def _document(text: PaperText) -> Document:
    return Document(text.arxiv_id, text.title, text.abstract, text.categories)
