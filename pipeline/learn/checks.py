"""Check representations, the model in use and the newest drift report."""

from collections.abc import Iterator

from classifiers.errors import ModelError, RepresentationError
from classifiers.representations.installed import make
from config.errors import ConfigError, LivingSurveyError
from pipeline.learn.drift_report import newest_drift
from pipeline.runtime.executors import check_installed
from pipeline.runtime.findings import Finding
from pipeline.runtime.services import Services


def checks(services: Services) -> Iterator[Finding]:
    """Yield what is wrong or worth knowing."""
    yield from _representations(services)
    yield from _executor(services)
    yield from _model(services)
    newest = newest_drift(services.settings.classifier.reports)
    for sentence in newest.notable if newest else ():
        yield Finding(
            "drift",
            f"{newest.week if newest else ''}: {sentence}.",
            "`living-survey drift` shows terms and papers, `living-survey train` learns from the "
            "newest decisions, `living-survey taxonomy --help` explains how to change sections.",
            wrong=False,
        )


def refusals(services: Services) -> Iterator[Finding]:
    """Yield for what `train` and `classify` will refuse to work, without loading the model."""
    yield from _representations(services)
    yield from _executor(services)
    try:
        services.models.check_current(services.taxonomy)
    except ModelError as error:
        yield Finding("model", error.message, error.hint)


def _representations(services: Services) -> Iterator[Finding]:
    """Yield those of the settings that cannot be made here."""
    for name in services.settings.classifier.representations[1:]:  # the first is TF-IDF
        try:
            make(name)
        except RepresentationError as error:
            yield Finding("settings", error.message, error.hint)


def _executor(services: Services) -> Iterator[Finding]:
    try:
        check_installed(services.settings.runtime)
    except ConfigError as error:
        yield Finding("settings", error.message, error.hint)


def _model(services: Services) -> Iterator[Finding]:
    try:
        current = services.models.check_current(services.taxonomy)
        current.load()
    except LivingSurveyError as error:
        yield Finding("model", error.message, error.hint or "`living-survey train` makes another.")
        return
    if not current.is_trained:
        yield Finding(
            "model",
            "no model was trained; papers are scored by cue words.",
            "`living-survey train` makes one from the decisions.",
            wrong=_has_decisions(services),
        )


def _has_decisions(services: Services) -> bool:
    try:
        with services.open_store() as store:
            return bool(store.decisions.count())
    except LivingSurveyError:  # reported by the check of the database
        return False
