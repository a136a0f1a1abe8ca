"""Compare two models on the queue: which papers would move, and by which terms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from classifiers.linear.model import Model
from classifiers.types import Document, Scores
from pipeline.learn.documents import document_of
from storage.queue_filter import QueueFilter
from storage.store import OpenStore

#: papers per round of predictions, for the progress bar
_BATCH = 1_000
_IN_SCOPE = 0.5
#: terms named per paper
_TERMS = 5


@dataclass(frozen=True, slots=True)
class Said:
    """One model's prediction for a paper."""

    in_scope: float
    section: str
    probability: float


@dataclass(frozen=True, slots=True)
class ChangedPaper:
    """A paper of the queue that the new model places elsewhere."""

    arxiv_id: str
    title: str
    #: `in` or `out`: its probability crossed one half; `section`: its first suggestion changed
    change: str
    old: Said
    new: Said
    #: (term, difference of its share between the models), largest first
    terms: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """Two models on the same queue."""

    old: str
    new: str
    #: papers compared, the likeliest of those waiting
    examined: int
    waiting: int
    came_in: int
    went_out: int
    #: first suggestion changed, without those that crossed one half
    moved: int
    #: the largest changes
    papers: tuple[ChangedPaper, ...]


def diff_models(
    open_store: OpenStore,
    old: Model,
    new: Model,
    *,
    among: int,
    limit: int,
    today: date,
    advance: Callable[[int], None] = lambda _: None,
) -> ModelDiff:
    """Compare two models on the `among` likeliest papers of the queue; name `limit` of them."""
    with open_store() as store:
        waiting = store.queue.size()
        likeliest = store.queue.rows(QueueFilter(), limit=among, today=today)
        items = store.queue.items(row.arxiv_id for row in likeliest)
    documents = [document_of(item.paper.paper) for item in items]
    changes: list[tuple[float, Document, str, Scores, Scores]] = []
    for start in range(0, len(documents), _BATCH):
        part = documents[start : start + _BATCH]
        for document, was, now in zip(part, old.predict(part), new.predict(part), strict=True):
            change = _change(was, now)
            if change:
                changes.append((_size(change, was, now), document, change, was, now))
        advance(len(part))
    changes.sort(key=lambda one: (-one[0], one[1].key))
    kinds = [change for _, _, change, _, _ in changes]
    return ModelDiff(
        old=old.model_id,
        new=new.model_id,
        examined=len(documents),
        waiting=waiting,
        came_in=kinds.count("in"),
        went_out=kinds.count("out"),
        moved=kinds.count("section"),
        papers=tuple(
            ChangedPaper(
                arxiv_id=document.key,
                title=document.title,
                change=change,
                old=_said(was),
                new=_said(now),
                terms=_terms(old, new, document, change, (_first(was), _first(now))),
            )
            for _, document, change, was, now in changes[:limit]
        ),
    )


def _change(was: Scores, now: Scores) -> str:
    if (was.in_scope >= _IN_SCOPE) != (now.in_scope >= _IN_SCOPE):
        return "in" if now.in_scope >= _IN_SCOPE else "out"
    # The section of a paper out of scope does not matter.
    return "section" if now.in_scope >= _IN_SCOPE and _first(was) != _first(now) else ""


def _size(change: str, was: Scores, now: Scores) -> float:
    if change == "section":
        # Halved, so that crossings of one half are listed first.
        before = dict(was.sections)[_first(now)]
        return 0.5 * (now.sections[0][1] - before)
    return abs(now.in_scope - was.in_scope)


def _first(scores: Scores) -> str:
    return scores.sections[0][0]


def _said(scores: Scores) -> Said:
    return Said(scores.in_scope, *scores.sections[0])


def _terms(
    old: Model, new: Model, document: Document, change: str, sections: tuple[str, str]
) -> tuple[tuple[str, float], ...]:
    """Return the terms whose shares differ most between the models, towards the change."""
    before, after = (_shares(model, document, change, sections) for model in (old, new))
    differences = {
        term: after.get(term, 0.0) - before.get(term, 0.0) for term in before.keys() | after.keys()
    }
    largest = sorted(differences.items(), key=lambda term: (-abs(term[1]), term[0]))
    return tuple((term, value) for term, value in largest[:_TERMS] if value)


def _shares(
    model: Model, document: Document, change: str, sections: Sequence[str]
) -> dict[str, float]:
    """Return each term's share of the log-odds of scope, or of the new section over the old."""
    row = model.matrix([document])
    weights = model.weights[row.indices]
    if change == "section":
        left, taken = (model.label_columns(section) for section in sections)
        toward = weights[:, taken].sum(axis=1) - weights[:, left].sum(axis=1)
    else:
        toward = weights[:, 0] * model.calibration.scope[0]
    names = model.features.terms_
    return {
        names[index]: float(value * weight)
        for index, value, weight in zip(row.indices, row.data, toward, strict=True)
    }
