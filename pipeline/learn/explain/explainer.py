"""Load the explainer of the current model on first use, and again when the model changes.

Loading takes seconds (scikit-learn, then the index of decisions), so imports are deferred. Callers
must not hold the store, because loading opens it.
"""

import logging
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from classifiers.kept.registry import ModelRegistry
from classifiers.types import Document
from config.errors import LivingSurveyError, TryAgainLaterError
from config.taxonomy import Taxonomy
from pipeline.learn.explain.breakdown import Reasons
from pipeline.learn.explain.certainty import Certainty, Origin, origin_of, read_certainty
from pipeline.learn.explain.decided import LiveDecisions, caught_up, decided_paper
from storage.store import OpenStore, Store

_log = logging.getLogger(__name__)

#: decisions in the index of neighbours, newest first: about 60 MB
_INDEXED = 20_000
#: seconds that the end of a service waits for the loading
_LONGEST_LOADING = 30.0

#: names and modification times of the model files
_Stamp = tuple[tuple[str, int], ...]


class Explainer(Protocol):
    """Explains scores, from a model or from the cue words."""

    model_id: str
    #: the last decision event it includes
    seen: int

    def reasons(
        self,
        document: Document,
        *,
        sections: Sequence[str] | None = None,
        live: LiveDecisions | None = None,
        reviewer: str = "",
    ) -> Reasons:
        """Return the explanation of a paper's scores."""

    def nearness(self, document: Document, others: Sequence[Document]) -> tuple[float, ...]:
        """Return how many times as similar each other text is as two texts usually are."""


@dataclass(frozen=True, slots=True)
class News:
    """What happened since the explainer was loaded, and how far its probabilities are known."""

    live: LiveDecisions
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class _Followed:
    """The last news, the model files they are of, and the event they start from."""

    stamp: _Stamp
    start: int
    origin: Origin
    news: News


class ExplainerCache:
    """The current explainer and the decisions since, shared by all threads."""

    def __init__(
        self,
        models: Path,
        taxonomy: Taxonomy,
        open_store: OpenStore,
        *,
        in_scope_reasons: Collection[str] = (),
    ) -> None:
        """`in_scope_reasons` are the codes of rejections that train as in scope."""
        self._models = models
        self._taxonomy = taxonomy
        self._open_store = open_store
        self._in_scope_reasons = frozenset(in_scope_reasons)
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self._explainer: Explainer | None = None
        self._fault: LivingSurveyError | None = None
        self._loading: threading.Thread | None = None
        self._followed: _Followed | None = None

    @property
    def ready(self) -> bool:
        """Whether an explainer is loaded."""
        return self._stamp is not None

    def warm(self) -> None:
        """Start loading in the background, unless it is loaded or runs.

        Errors are raised on first use.
        """
        if self._present_stamp() == self._stamp:
            return
        if self._loading is None or not self._loading.is_alive():
            self._loading = threading.Thread(target=self._load_quietly, name="reasons", daemon=True)
            self._loading.start()

    def settle(self) -> None:
        """Wait for the loading; a process that ends while libraries are loaded may crash."""
        if self._loading is not None:
            self._loading.join(_LONGEST_LOADING)

    def at_hand(self) -> Explainer | None:
        """Return the explainer without waiting; None until the first is loaded by `warm`.

        After a training, the explainer before is returned until the new one is loaded.

        Raises:
            LivingSurveyError: the model is damaged or was made for another taxonomy.
        """
        if self._fault is not None and self._present_stamp() == self._stamp:
            raise self._fault
        return self._explainer

    def current(self) -> Explainer:
        """Return the current explainer, loading it if the model changed.

        Raises:
            LivingSurveyError: the model is damaged or was made for another taxonomy.
        """
        with self._lock:
            stamp = self._present_stamp()
            if stamp != self._stamp:
                explainer, fault = None, None
                try:
                    explainer = load_explainer(self._models, self._taxonomy, self._open_store)
                except TryAgainLaterError:
                    raise  # the store was busy; try loading again next time
                except LivingSurveyError as error:
                    fault = error
                self._explainer, self._fault, self._stamp = explainer, fault, stamp
            if self._explainer is None:
                assert self._fault is not None
                raise self._fault
            return self._explainer

    def news(self, store: Store) -> News:
        """Return what happened since; call it while the store is held, it takes two queries."""
        stamp, known, explainer = self._present_stamp(), self._followed, self._explainer
        last = store.decisions.last_event()
        start = explainer.seen if explainer else last
        if known and known.stamp == stamp and known.start == start:
            # The order follows a decision after the page that is shown next.
            followed = store.queue.followed.decisions()
            if known.news.live.seen == last and known.news.certainty.followed == followed:
                return known.news
            origin, live = known.origin, known.news.live
        else:
            origin, live = origin_of(ModelRegistry(self._models)), LiveDecisions(start)
        news = News(
            caught_up(live, store, last), read_certainty(store, origin, self._in_scope_reasons)
        )
        self._followed = _Followed(stamp, start, origin, news)
        return news

    @property
    def certainty(self) -> Certainty:
        """The certainty at the last news; read now if there were none."""
        known = self._followed
        if known is None or known.stamp != self._present_stamp():
            with self._open_store() as store:
                return self.news(store).certainty
        return known.news.certainty

    def _present_stamp(self) -> _Stamp:
        try:
            kept = sorted(self._models.iterdir())
            return tuple(
                (path.name, path.stat().st_mtime_ns)
                for path in kept
                if path.name == "current" or path.suffix in {".json", ".npz"}
            )
        except OSError:
            return ()

    def _load_quietly(self) -> None:
        import classifiers.measure.audit  # noqa: F401, PLC0415  preload scipy.stats for the audit panel

        with suppress(LivingSurveyError):
            self.current()
        _log.debug("the explainer is loaded")


def load_explainer(models: Path, taxonomy: Taxonomy, open_store: OpenStore) -> Explainer:
    """Return the explainer of the current model, or of the cue words before the first training."""
    from classifiers.linear.model import Model  # noqa: PLC0415  two seconds of scikit-learn

    classifier = ModelRegistry(models).current(taxonomy)
    if not isinstance(classifier, Model):
        from pipeline.learn.explain.by_cues import CueExplainer  # noqa: PLC0415  as above

        return CueExplainer(taxonomy)
    from pipeline.learn.explain.by_model import ModelExplainer  # noqa: PLC0415  as above

    with open_store() as store:
        seen = store.decisions.last_event()
        decided = store.decisions.training()[-_INDEXED:]
    return ModelExplainer(classifier, [decided_paper(one) for one in decided], seen=seen)
