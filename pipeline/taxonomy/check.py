"""Check a taxonomy against its file and the decisions. Read-only."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from classifiers.text import tokens
from config.headings import clean_heading
from config.nearest import nearest
from config.taxonomy import Taxonomy
from config.when import When, says_when
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
class DatedSection:
    """A section whose papers stand under headings that say when."""

    section: str
    by_date: When


@dataclass(frozen=True, slots=True)
class TimeSection:
    """A section that is itself a heading that says when."""

    section: str
    headings: tuple[str, ...]
    says: When


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Findings about a taxonomy whose file is valid."""

    title: str
    fingerprint: str
    sections: int
    shared_cues: tuple[SharedCue, ...]
    weak_cues: tuple[WeakCue, ...]
    dated: tuple[DatedSection, ...]
    #: the model places papers in them by topic, although they are ordered by date
    times: tuple[TimeSection, ...]
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
    of_file = CheckReport(
        title=taxonomy.title,
        fingerprint=taxonomy.fingerprint,
        sections=len(taxonomy.sections),
        shared_cues=_shared(cues),
        weak_cues=_weak(cues),
        dated=tuple(DatedSection(s.id, s.by_date) for s in taxonomy.sections if s.by_date),
        times=tuple(_times(taxonomy)),
        database=False,
    )
    if open_store is None:
        return of_file
    with open_store() as store:
        papers = store.taxonomy.placed()
        unplaced = store.taxonomy.unplaced()
        changes = store.taxonomy.changes()
    known = [section.id for section in taxonomy.sections]
    last = changes[-1].to_fingerprint if changes else taxonomy.fingerprint
    return replace(
        of_file,
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


def _times(taxonomy: Taxonomy) -> Iterator[TimeSection]:
    for section in taxonomy.sections:
        said = [when for heading in section.headings if (when := says_when(heading)) is not None]
        if said:
            yield TimeSection(section.id, tuple(map(clean_heading, section.headings)), said[-1])


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
