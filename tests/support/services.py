"""Services for steps under test, and progress that remembers what it showed."""

from datetime import datetime
from pathlib import Path
from typing import Any, cast

from classifiers.kept.current import CurrentModel
from classifiers.kept.registry import ModelRegistry
from classifiers.types import Classifier
from config.schema import Settings
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.runtime.services import Services
from storage.store import OpenStore


def make_services(
    open_store: OpenStore,
    now: datetime,
    *,
    in_use: Classifier | None = None,
    taxonomy: Taxonomy | None = None,
    **sections: Any,
) -> Services:
    """Return services on a store, with a fixed clock.

    Args:
        open_store: opens the store.
        now: what the clock says.
        in_use: the classifier in use instead of a kept model.
        taxonomy: instead of the built-in one.
        **sections: sections of the settings, as `arxiv=ArxivSettings(...)`.
    """
    settings = Settings(**sections)
    models = ModelRegistry(settings.classifier.models)
    return Services(
        settings,
        taxonomy or load_taxonomy(),
        open_store,
        lambda: now,
        models if in_use is None else OneModel(in_use),
    )


class OneModel(ModelRegistry):
    """A registry in which a given classifier is in use."""

    def __init__(self, classifier: Classifier) -> None:
        super().__init__(Path("none"))
        self._classifier = classifier

    def check_current(self, taxonomy: Taxonomy) -> CurrentModel:
        """Return the classifier as the one in use."""
        return cast("CurrentModel", _Loaded(self._classifier))


class _Loaded:
    is_trained = True

    def __init__(self, classifier: Classifier) -> None:
        self.model_id = classifier.model_id
        self._classifier = classifier

    def packed(self) -> "_Loaded":
        return self

    def load(self) -> Classifier:
        return self._classifier


class ShownProgress:
    """Remembers every description and, for each line, what was advanced and its last total."""

    def __init__(self) -> None:
        self.descriptions: list[str] = []
        self.done: list[float] = []
        self.totals: list[float | None] = []

    def add_task(self, description: str, *, total: float | None) -> int:
        """Add a line."""
        self.descriptions.append(description)
        self.done.append(0)
        self.totals.append(total)
        return len(self.done) - 1

    def update(
        self,
        task_id: int,
        *,
        total: float | None = None,
        advance: float | None = None,
        description: str | None = None,
    ) -> None:
        """Change a line."""
        self.done[task_id] += advance or 0
        if total is not None:
            self.totals[task_id] = total
        if description is not None:
            self.descriptions.append(description)
