"""Load the explainer of the current model on first use, and again when the model changes.

Loading takes seconds (scikit-learn, then the index of decisions), so imports are deferred. Callers
must not hold the store, because loading opens it.
"""

import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from classifiers.kept.registry import ModelRegistry
from classifiers.types import Document, Example
from config.errors import LivingSurveyError, TryAgainLaterError
from config.taxonomy import Taxonomy
from pipeline.learn.documents import document_of
from pipeline.learn.explain.breakdown import Reasons
from storage.store import OpenStore
from storage.types import TrainingExample, Verdict

_log = logging.getLogger(__name__)

#: decisions in the index of neighbours, newest first: about 60 MB
_INDEXED = 20_000

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
        changed: frozenset[str] = frozenset(),
    ) -> Reasons:
        """Return the explanation of a paper's scores."""


class ExplainerCache:
    """The current explainer, shared by all threads."""

    def __init__(self, models: Path, taxonomy: Taxonomy, open_store: OpenStore) -> None:
        self._models = models
        self._taxonomy = taxonomy
        self._open_store = open_store
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self._explainer: Explainer | None = None
        self._fault: LivingSurveyError | None = None
        self._warming = False

    @property
    def ready(self) -> bool:
        """Whether the explainer is loaded."""
        return self._stamp is not None

    def warm(self) -> None:
        """Start loading in the background, once. Errors are raised on first use."""
        if self._warming:
            return
        self._warming = True
        threading.Thread(target=self._load_quietly, name="reasons", daemon=True).start()

    def current(self) -> Explainer:
        """Return the current explainer, loading it if the model changed.

        Raises:
            LivingSurveyError: the model is damaged or was made for another taxonomy.
        """
        with self._lock:
            stamp = self._present_stamp()
            if stamp != self._stamp:
                self._explainer, self._fault = None, None
                try:
                    self._explainer = load_explainer(self._models, self._taxonomy, self._open_store)
                except TryAgainLaterError:
                    raise  # the store was busy; try loading again next time
                except LivingSurveyError as error:
                    self._fault = error
                self._stamp = stamp
            if self._explainer is None:
                assert self._fault is not None
                raise self._fault
            return self._explainer

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
    return ModelExplainer(classifier, [_example(one) for one in decided], seen=seen)


def _example(one: TrainingExample) -> Example:
    return Example(
        document_of(one.text),
        in_scope=one.verdict is Verdict.APPROVED,
        sections=one.sections,
    )
