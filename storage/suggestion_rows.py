"""Read the columns of the view `suggestions` into records."""

from dataclasses import fields
from typing import Any

from storage.engine.instants import from_utc
from storage.engine.session import Row
from storage.suggestion_types import (
    Channel,
    Relation,
    Suggestion,
    SuggestionKind,
    SuggestionState,
)

_FIELDS = tuple(one.name for one in fields(Suggestion))
_ENUMS = {
    "kind": SuggestionKind,
    "relation": Relation,
    "channel": Channel,
    "state": SuggestionState,
}
READ = f"SELECT {', '.join(_FIELDS)} FROM suggestions"  # noqa: S608  made of constants


def suggestion_of(row: Row) -> Suggestion:
    """Return a row, whose columns have the order of the fields."""
    read: dict[str, Any] = {"received_at": from_utc, "settled_at": from_utc, **_ENUMS}
    values = dict(zip(_FIELDS, row, strict=True))
    return Suggestion(**{name: read.get(name, _same)(value) for name, value in values.items()})


def _same(value: object) -> object:
    return value
