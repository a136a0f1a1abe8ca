"""What the fields of forms are called in each language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from storage.suggestion_types import Relation, SuggestionKind

LANGUAGES = ("en", "zh")
#: in the order of the form
FIELDS = ("kind", "paper", "section", "value", "note", "who", "relation", "credit")
#: around a label, also as wide as Chinese characters
_AROUND = " :?\uff1a\uff1f"
_FILE = Path(__file__).parent / "labels.toml"


@cache
def labels(language: str) -> Mapping[str, str]:
    """Return the labels of a language."""
    found: Mapping[str, str] = _tables()[language]
    return found


def field_of(label: str) -> str | None:
    """Return the field that a heading or the beginning of a line names, or None."""
    return _fields().get(_key(label))


def kind_of(text: str) -> SuggestionKind | None:
    """Return the kind that an answer names in any language, or None."""
    return _kinds().get(_key(text))


def relation_of(text: str) -> Relation:
    """Return the relation that an answer names in any language."""
    key = _key(text)
    for relation in (Relation.AUTHOR, Relation.READER):
        names = (relation.value, *(labels(one)[relation.value] for one in LANGUAGES))
        if key in {_key(name) for name in names}:
            return relation
    return Relation.UNKNOWN


def _key(text: str) -> str:
    return " ".join(text[:200].split()).strip(_AROUND).casefold()


@cache
def _fields() -> Mapping[str, str]:
    found = {_key(labels(language)[name]): name for language in LANGUAGES for name in FIELDS}
    others = _tables()["others"]
    return found | {_key(label): name for name, several in others.items() for label in several}


@cache
def _kinds() -> Mapping[str, SuggestionKind]:
    found = {kind.value: kind for kind in SuggestionKind}
    for language in LANGUAGES:
        found |= {_key(labels(language)[kind.value]): kind for kind in SuggestionKind}
    return found


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
