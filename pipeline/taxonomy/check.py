"""Check a taxonomy against its file and the decisions. Read-only."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from classifiers.text import tokens
from config.nearest import nearest
from config.taxonomy import Taxonomy
from storage.store import OpenStore

_ANY_TOKEN = re.compile(r"\w+")

#: approved papers, below which a section depends on what its labels learn elsewhere
THIN = 10


@dataclass(frozen=True, slots=True)
class ThinSection:
    """A section with few approved papers."""

    section: str
    papers: int


@dataclass(frozen=True, slots=True)
class SharedCue:
    """A cue of several labels of a facet, or of several sections."""

    cue: str
    of: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeakCue:
    """A cue that is searched as other words than its text."""

    cue: str
    of: str
    name: str
    #: the words compared; tokens have at least two characters
    seen_as: str


@dataclass(frozen=True, slots=True)
class LostSection:
    """A section of approved papers that the taxonomy lacks."""

    section: str
    papers: int
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Findings about a taxonomy whose file is valid."""

    title: str
    fingerprint: str
    sections: int
    shared_cues: tuple[SharedCue, ...]
    weak_cues: tuple[WeakCue, ...]
    database: bool
    thin: tuple[ThinSection, ...] = ()
    lost: tuple[LostSection, ...] = ()
    #: approved papers that a reviewer must place again
    unplaced: int = 0
    #: the last recorded change led here, if different
    migrated_to: str | None = None


def check_taxonomy(taxonomy: Taxonomy, open_store: OpenStore | None) -> CheckReport:
    """Return the findings; without a store only those about the file."""
    cues = _cues(taxonomy)
    shared, weak = _shared(cues), _weak(cues)
    size = len(taxonomy.sections)
    if open_store is None:
        return CheckReport(taxonomy.title, taxonomy.fingerprint, size, shared, weak, database=False)
    with open_store() as store:
        papers = store.taxonomy.placed()
        unplaced = store.taxonomy.unplaced()
        changes = store.taxonomy.changes()
    known = [section.id for section in taxonomy.sections]
    last = changes[-1].to_fingerprint if changes else taxonomy.fingerprint
    return CheckReport(
        taxonomy.title,
        taxonomy.fingerprint,
        size,
        shared,
        weak,
        database=True,
        thin=tuple(
            ThinSection(id_, papers.get(id_, 0)) for id_ in known if papers.get(id_, 0) < THIN
        ),
        lost=tuple(
            LostSection(section, count, tuple(nearest(section, known, most=3)))
            for section, count in papers.items()
            if section not in known
        ),
        unplaced=unplaced,
        migrated_to=None if last == taxonomy.fingerprint else last,
    )


def _cues(taxonomy: Taxonomy) -> dict[str, dict[str, tuple[str, ...]]]:
    found = {
        facet.name: {label.name: label.cues for label in facet.labels} for facet in taxonomy.facets
    }
    return {**found, "section": {section.id: section.cues for section in taxonomy.sections}}


def _shared(cues: Mapping[str, Mapping[str, Iterable[str]]]) -> tuple[SharedCue, ...]:
    found = []
    for facet, named in cues.items():
        owners: defaultdict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
        for name, phrases in named.items():
            for phrase in phrases:
                owners[_singular(tokens(phrase))][name] = phrase
        found += [
            SharedCue(next(iter(names.values())), facet, tuple(names))
            for words, names in owners.items()
            if words and len(names) > 1
        ]
    return tuple(found)


def _weak(cues: Mapping[str, Mapping[str, Iterable[str]]]) -> tuple[WeakCue, ...]:
    return tuple(
        WeakCue(phrase, facet, name, " ".join(tokens(phrase)))
        for facet, named in cues.items()
        for name, phrases in named.items()
        for phrase in phrases
        if len(tokens(phrase)) < len(_ANY_TOKEN.findall(phrase))
    )


def _singular(words: list[str]) -> tuple[str, ...]:
    """The last word becomes singular, because a cue also matches its plural."""
    return tuple([*words[:-1], words[-1].removesuffix("s")] if words else [])
