"""Holds the current model for those who ask why: loaded late, once, and again when it changes.

Loading costs seconds (scikit-learn, then the comparison with every decision), so nothing is
imported before somebody asks. Never to be asked while the asking thread holds the store.
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

#: the newest decisions a paper is compared with: about 60 MB, a few milliseconds a page
_COMPARED = 20_000

#: names and times of the files that say which model is in use
_Stamp = tuple[tuple[str, int], ...]


class Explainer(Protocol):
    """A model, or the cue words, that can say why."""

    model_id: str
    #: the last event among the decisions it knows
    seen: int

    def reasons(
        self,
        document: Document,
        *,
        sections: Sequence[str] | None = None,
        changed: frozenset[str] = frozenset(),
    ) -> Reasons:
        """Return why a paper is scored as it is."""


class ExplainerCache:
    """The mind in use, shared by all threads."""

    def __init__(self, models: Path, taxonomy: Taxonomy, open_store: OpenStore) -> None:
        self._models = models
        self._taxonomy = taxonomy
        self._open_store = open_store
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self._mind: Explainer | None = None
        self._fault: LivingSurveyError | None = None
        self._warming = False

    @property
    def ready(self) -> bool:
        """Return whether asking costs no loading, unless the model changed this moment."""
        return self._stamp is not None

    def warm(self) -> None:
        """Begin to load in a thread of its own, once; what goes wrong is told to who asks."""
        if self._warming:
            return
        self._warming = True
        threading.Thread(target=self._load_quietly, name="reasons", daemon=True).start()

    def mind(self) -> Explainer:
        """Return the mind in use, loading it if it is not the one we hold.

        Raises:
            LivingSurveyError: the model is damaged or was made for another taxonomy.
        """
        with self._lock:
            stamp = self._present_stamp()
            if stamp != self._stamp:
                self._mind, self._fault = None, None
                try:
                    self._mind = load_mind(self._models, self._taxonomy, self._open_store)
                except TryAgainLaterError:
                    raise  # the store was busy, the model is not to blame
                except LivingSurveyError as error:
                    self._fault = error
                self._stamp = stamp
            if self._mind is None:
                assert self._fault is not None
                raise self._fault
            return self._mind

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
        import classifiers.measure.audit  # noqa: F401, PLC0415  its statistics, for the audit's panel

        with suppress(LivingSurveyError):
            self.mind()
        _log.debug("reasons are ready")


def load_mind(models: Path, taxonomy: Taxonomy, open_store: OpenStore) -> Explainer:
    """Return the mind in use: the current model, or the cue words before the first training."""
    from classifiers.linear.model import Model  # noqa: PLC0415  two seconds of scikit-learn

    classifier = ModelRegistry(models).current(taxonomy)
    if not isinstance(classifier, Model):
        from pipeline.learn.explain.by_cues import CueMind  # noqa: PLC0415  as above

        return CueMind(taxonomy)
    from pipeline.learn.explain.by_model import ModelMind  # noqa: PLC0415  as above

    with open_store() as store:
        seen = store.decisions.last_event()
        decided = store.decisions.training()[-_COMPARED:]
    return ModelMind(classifier, [_example(one) for one in decided], seen=seen)


def _example(one: TrainingExample) -> Example:
    return Example(
        document_of(one.text),
        in_scope=one.verdict is Verdict.APPROVED,
        sections=one.sections,
    )
