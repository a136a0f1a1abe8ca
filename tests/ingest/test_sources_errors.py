"""Remedies and exit statuses of the errors of the sources."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest

import pipeline.ingest.sources
from config.errors import TryAgainLaterError
from pipeline.ingest.sources.errors import (
    BadResponseError,
    BadResumptionTokenError,
    MalformedRecordError,
    OaiError,
    SourceError,
    ThrottledError,
)


def kinds(kind: type[SourceError] = SourceError) -> Iterator[type[SourceError]]:
    """Yield an error and all its subclasses."""
    yield kind
    for derived in kind.__subclasses__():
        yield from kinds(derived)


#: constructors of errors with further arguments
MADE: dict[type[SourceError], Callable[[str], SourceError]] = {
    ThrottledError: partial(ThrottledError, retry_after=0.0),
    OaiError: partial(OaiError, code="badArgument"),
    BadResumptionTokenError: partial(BadResumptionTokenError, code="badResumptionToken"),
}

for module in pkgutil.walk_packages(pipeline.ingest.sources.__path__, "pipeline.ingest.sources."):
    importlib.import_module(module.name)


@pytest.mark.parametrize(
    "kind", set(kinds()) - {MalformedRecordError}, ids=lambda kind: kind.__name__
)
def test_remedy_of_each_error_fits_its_exit_status(
    kind: type[SourceError],
) -> None:
    assert kind.remedy.endswith(".")
    if issubclass(kind, TryAgainLaterError):
        assert "later" in kind.remedy
    said = MADE.get(kind, kind)("It went wrong.")
    assert str(said) == f"It went wrong. {kind.remedy}"


def test_hint_replaces_the_default_remedy() -> None:
    assert str(BadResponseError("It is no list.", hint="Do this.")) == "It is no list. Do this."


def test_quarantine_reason_has_no_hint() -> None:
    assert str(MalformedRecordError("the record has no title")) == "the record has no title"
