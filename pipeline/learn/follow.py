"""Let the order of likely papers follow decisions that the model in use has not learned from.

The scope of the model is fitted again on all standing decisions, over its own terms, and the most
likely waiting papers are ordered by it. The result depends on model, decisions and papers alone, so
taking a decision back gives the order from before it, and a training confirms it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from classifiers.errors import ModelError
from classifiers.kept.registry import Learned
from classifiers.linear.follow import ScopeFollower
from classifiers.types import Document, Example
from pipeline.learn.documents import document_of, known_at
from pipeline.learn.examples import labelled
from pipeline.learn.promotion import recipe_of
from pipeline.runtime.services import Services
from storage.followed import Candidate, FollowedOrder
from storage.store import OpenStore, Store
from storage.types import PaperText, TrainingExample

#: waiting papers that are ordered; those less likely keep their places
MOST_PAPERS = 5_000
#: papers asked for in one lease, first and at least, and the seconds it may take
_FIRST_PART, _LEAST_PART, _SHORT = 8, 4, 0.05

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FollowReport:
    """What the order follows."""

    #: decisions that the model has not learned from; 0: the order is that of the predictions
    decisions: int
    papers: int


class Follower:
    """Keeps a model and the term values of papers between orders."""

    def __init__(self, services: Services, read_store: OpenStore | None = None) -> None:
        """Prepare; `read_store` opens the database for reading (None: as for writing)."""
        self._services = services
        self._read = read_store or services.open_store
        self._scope: ScopeFollower | None = None
        self._learned: Learned | None = None
        self._background: tuple[Document, ...] = ()
        #: when each decided paper was submitted
        self._dates: dict[str, datetime] = {}
        #: the last order, and the decisions, model and predictions that it is of
        self._done: tuple[object, FollowReport] | None = None

    def follow(self) -> FollowReport:
        """Order the waiting papers by all standing decisions.

        Does nothing if no decision or prediction is new. If the model has learned from all
        decisions, what the next order needs is kept, so that it follows the first decision at
        once. The database is not held while the scope is fitted.
        """
        services = self._services
        try:
            model_id = services.models.current_id()
        except ModelError:
            return self._cleared()
        with self._read() as store:
            at = (model_id, store.queue.followed.moment())
        if self._done is not None and self._done[0] == at:
            return self._done[1]
        report = self._followed(model_id)
        self._done = at, report
        return report

    def _followed(self, model_id: str | None) -> FollowReport:
        services = self._services
        learned = services.models.learned_from(model_id) if model_id else None
        if learned is None:
            return self._cleared()
        with self._read() as store:
            decided, drawn_from = store.decisions.training(), store.audit.drawn_from()
        new = sum(one.text.arxiv_id not in learned.decided for one in decided)
        if not new:
            self._cleared()
        scope = self._current()
        if scope is None:
            return self._cleared()
        with self._read() as store:
            candidates = store.queue.followed.candidates(MOST_PAPERS)
        waiting = self._kept(scope, candidates)
        examples = self._examples(decided, drawn_from)
        keys = {example.document.key for example in examples}
        background = [document for document in self._background if document.key not in keys]
        if not new:
            scope.keep_new([example.document for example in examples])
            scope.keep_new(background)
            return FollowReport(0, 0)
        names = [(one.arxiv_id, one.predicted_at) for one in waiting]
        scores = (
            scope.scores(examples, background, scope.kept(names), scope.added(names))
            if names
            else None
        )
        if scores is None:
            return self._cleared()
        order = FollowedOrder(
            scope.model.model_id, new, services.clock(), min(one.in_scope for one in waiting)
        )
        with services.open_store() as store:
            store.queue.followed.replace([one.arxiv_id for one in waiting], scores, order)
        return FollowReport(new, len(waiting))

    def _current(self) -> ScopeFollower | None:
        """Return the follower of the model in use; None without one that can be followed."""
        services = self._services
        try:
            current = services.models.check_current(services.taxonomy)
            if not current.is_trained:
                return None
            if self._scope is None or self._scope.model.model_id != current.model_id:
                model = current.load_model()
                recipe = recipe_of(model)
                self._learned = services.models.learned_from(model.model_id)
                self._background = self._stream()
                self._scope = ScopeFollower(model, recipe) if recipe and recipe.weak else None
        except ModelError:
            return None
        return self._scope

    def _stream(self) -> tuple[Document, ...]:
        """Return the undecided papers that the model learned from."""
        if self._learned is None:
            return ()
        held = in_short_leases(
            self._read,
            sorted(self._learned.background),
            lambda store, ids: store.papers.get_many(ids),
        )
        return tuple(document_of(one.paper, known_at(key, one)) for key, one in held.items())

    def _examples(
        self, decided: Sequence[TrainingExample], drawn_from: Mapping[str, int]
    ) -> list[Example]:
        """Return the examples of all standing decisions; the dates of papers are asked for once."""
        asked = [one.text.arxiv_id for one in decided if one.text.arxiv_id not in self._dates]
        held = in_short_leases(self._read, asked, lambda store, ids: store.papers.get_many(ids))
        self._dates |= {key: known_at(key, held.get(key)) for key in asked}
        sections = {section.id for section in self._services.taxonomy.sections}
        reasons = self._services.settings.review.reasons
        return [
            labelled(
                one,
                sections,
                reasons,
                self._dates[one.text.arxiv_id],
                drawn_from.get(one.text.arxiv_id, 0),
            ).example
            for one in decided
        ]

    def _kept(self, scope: ScopeFollower, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Keep the term values of waiting papers; return those that are still there."""
        scope.forget()
        names = [(one.arxiv_id, one.predicted_at) for one in candidates]
        # Papers are stored in the order of their IDs, so that a part is read from few blocks.
        unknown = sorted(names[place] for place in scope.unknown(names))
        texts = in_short_leases(self._read, [key for key, _ in unknown], _texts)
        fresh = [name for name in unknown if name[0] in texts]
        scope.keep(fresh, [document_of(texts[key]) for key, _ in fresh])
        gone = {key for key, _ in unknown if key not in texts}
        return [one for one in candidates if one.arxiv_id not in gone]

    def _cleared(self) -> FollowReport:
        with self._read() as store:
            follows = store.queue.followed.state() is not None
        if follows:
            with self._services.open_store() as store:
                store.queue.followed.clear()
        return FollowReport(0, 0)


def in_short_leases(
    read: OpenStore,
    ids: Sequence[str],
    ask: Callable[[Store, Sequence[str]], Mapping[str, T]],
) -> dict[str, T]:
    """Ask for papers in parts, each in a lease of its own, so that no decision waits for long.

    Among millions of papers some dozens take seconds where a few take milliseconds, so the parts
    grow and shrink with the time they take.
    """
    found: dict[str, T] = {}
    place, size = 0, _FIRST_PART
    while place < len(ids):
        with read() as store:
            started = time.monotonic()
            found |= ask(store, ids[place : place + size])
            spent = time.monotonic() - started
        place += size
        size = max(_LEAST_PART, size // 2) if spent > _SHORT else size * 2
    return found


def _texts(store: Store, ids: Sequence[str]) -> dict[str, PaperText]:
    return {text.arxiv_id: text for text in store.papers.texts(ids)}
