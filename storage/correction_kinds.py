"""Say what differs between two records of a paper, apart from how the same text is written."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from config.tex.text import plain_text

#: what brings a paper back, the gravest first
KINDS = (
    "withdrawn",
    "restored",
    "returned",
    "title",
    "categories",
    "abstract",
    "journal_ref",
    "doi",
    "new_version",
)
#: of a paper that was published
PUBLISHED = frozenset({"journal_ref", "doi"})

_SPELLINGS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
#: what TeX may leave out or write twice
_NEEDLESS = re.compile(r"[\s{}$~]+|\\(?=[,;:! ]|$)|\\[,;:!]")
_REPEATED = re.compile(r"-{2,}|''")


@dataclass(frozen=True, slots=True)
class RecordState:
    """A paper's record as it was at one moment."""

    version: int
    source: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    #: the primary one first
    categories: tuple[str, ...]
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    withdrawn: bool = False


def changed_kinds(old: RecordState, new: RecordState) -> tuple[str, ...]:
    """Return the members of `KINDS` that differ, the gravest first.

    Spaces, quotes, dashes and TeX for the same text do not count, nor does the order of categories
    after the first. Sources write the same text differently, so between two sources texts differ
    only if the version does.
    """
    found = set(_changed(old, new))
    return tuple(kind for kind in KINDS if kind in found)


def same_text(one: str | None, other: str | None) -> bool:
    """Say whether two texts read the same: spaces and the spelling in TeX do not count."""
    return one == other or text_key(one or "") == text_key(other or "")


def text_key(text: str) -> str:
    """Return the letters and signs of a text in one spelling; linear in its length."""
    plain = unicodedata.normalize("NFKC", plain_text(text)).translate(_SPELLINGS)
    return _REPEATED.sub(
        lambda found: found[0][0] if found[0][0] == "-" else '"', _NEEDLESS.sub("", plain)
    )


def _changed(old: RecordState, new: RecordState) -> Iterator[str]:
    if new.withdrawn and not old.withdrawn:
        yield "withdrawn"
    if old.withdrawn and not new.withdrawn:
        yield "restored"
    if new.source == old.source or new.version != old.version:
        if not same_text(old.title, new.title):
            yield "title"
        if not same_text(old.abstract, new.abstract):
            yield "abstract"
    if old.categories[:1] != new.categories[:1] or {*old.categories} != {*new.categories}:
        yield "categories"
    if new.journal_ref and not same_text(old.journal_ref, new.journal_ref):
        yield "journal_ref"
    if new.doi and (new.doi or "").lower() != (old.doi or "").lower():
        yield "doi"
    if new.version > old.version:
        yield "new_version"


def shown_fields(state: RecordState) -> Iterator[tuple[str, str]]:
    """Yield what a reviewer compares of a record, by name."""
    yield "withdrawn", "withdrawn" if state.withdrawn else "not withdrawn"
    yield "title", state.title
    yield "categories", " ".join(state.categories)
    yield "abstract", state.abstract
    yield "authors", ", ".join(state.authors)
    yield "comment", state.comment or ""
    yield "journal_ref", state.journal_ref or ""
    yield "doi", state.doi or ""
    yield "new_version", f"v{state.version}"
