"""Load the survey's taxonomy."""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path

from config.errors import UsageError
from config.headings import clean_heading, heading_key
from config.nearest import nearest
from config.taxonomy_file import FACETS, LabelRow, SectionRow, TaskRow, read_taxonomy, read_text
from config.when import When, says_when

#: of every name; a missing one is that of the taxonomy's first language
LANGUAGES = ("en", "zh")


class UnknownSectionError(UsageError):
    """The taxonomy has no section of that ID, name or heading."""

    def __init__(
        self, section_id: str, known: Sequence[str], likely: Sequence[str] | None = None
    ) -> None:
        likely = nearest(section_id, known, most=3) if likely is None else likely
        meant = f"Did you mean {' or '.join(likely)}? " if likely else ""
        super().__init__(
            f"The taxonomy has no section {section_id!r}.",
            hint=f"{meant}`living-survey sections` lists all {len(known)}.",
        )
        self.section_id = section_id
        self.nearest = tuple(likely)


@dataclass(frozen=True, slots=True)
class Label:
    """A value of a facet."""

    name: str
    definition: str
    #: compared token by token
    cues: tuple[str, ...]
    #: by language, always including `en` and `zh`
    names: Mapping[str, str] = field(hash=False)
    #: for a task: the other facets its sections carry
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facet:
    """A dimension of the taxonomy: task, modality or technique."""

    name: str
    labels: tuple[Label, ...]

    def label(self, name: str) -> Label:
        """Return the label of that name, or raise KeyError."""
        for label in self.labels:
            if label.name == name:
                return label
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Section:
    """A leaf of the survey, in which papers are listed."""

    id: str
    #: from the outermost, as written in the list; none: the whole list
    headings: tuple[str, ...]
    #: the headings without emoji and the list's title
    path: tuple[str, ...]
    task: str
    modality: str | None
    technique: str | None
    definition: str
    cues: tuple[str, ...]
    #: by language, always including `en` and `zh`
    names: Mapping[str, str] = field(hash=False)
    #: the finest of the headings that say when, below or above `headings`, if any
    by_date: When | None = None

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """Its (facet, label) pairs."""
        every = zip(FACETS, (self.task, self.modality, self.technique), strict=True)
        return tuple((facet, label) for facet, label in every if label is not None)


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All facets and sections, in the order of the file."""

    title: str
    facets: tuple[Facet, ...]
    sections: tuple[Section, ...]
    #: sha256 of the content as canonical JSON, in hex
    fingerprint: str
    #: headings above all others in the list, one a file
    list_titles: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Return the hash of the fingerprint, because names are mappings without a hash."""
        return hash(self.fingerprint)

    def section(self, section_id: str) -> Section:
        """Return the section of that ID, or raise UnknownSectionError."""
        for section in self.sections:
            if section.id == section_id:
                return section
        known = [section.id for section in self.sections]
        raise UnknownSectionError(section_id, known)

    def section_at(self, headings: Sequence[str]) -> Section | None:
        """Return the section under these headings (outermost first), if any.

        The list's title need not be among them, and headings that say when are passed over unless a
        section stands under them.
        """
        places = _places(self)
        dateless = [heading for heading in headings if says_when(heading) is None]
        for path in (headings, dateless):
            key = tuple(map(heading_key, path))
            for wanted in (key, _below_title(key, self.list_titles)):
                if wanted in places:
                    return places[wanted]
        return None

    def facet(self, name: str) -> Facet:
        """Return the facet of that name, or raise KeyError."""
        for facet in self.facets:
            if facet.name == name:
                return facet
        raise KeyError(name)


@functools.lru_cache(maxsize=4)  # because a list asks for every one of its entries
def _places(taxonomy: Taxonomy) -> Mapping[tuple[str, ...], Section]:
    """Return the sections by the keys of their headings, with and without the list's title."""
    keys = [tuple(map(heading_key, section.headings)) for section in taxonomy.sections]
    places = dict(zip(keys, taxonomy.sections, strict=True))
    for key, section in zip(keys, taxonomy.sections, strict=True):
        below = _below_title(key, taxonomy.list_titles)
        if below or section.by_date:  # a whole list ordered by date takes what has no other heading
            places.setdefault(below, section)
    return places


def _below_title(key: tuple[str, ...], titles: Sequence[str]) -> tuple[str, ...]:
    return key[1:] if key and key[0] in map(heading_key, titles) else key


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """Return the taxonomy of a TOML file (None: the built-in one).

    Raises:
        ConfigError: it cannot be read or breaks a rule of docs/guides/another-survey.md.
    """
    return parse_taxonomy(taxonomy_text(path), str(path) if path else "taxonomy.toml")


def taxonomy_text(path: Path | None = None) -> str:
    """Return the text of a taxonomy file (None: the built-in one), or raise ConfigError."""
    if path is None:
        return files("config").joinpath("taxonomy.toml").read_text("utf-8")
    return read_text(path)


@functools.lru_cache(maxsize=4)  # because a service loads the same text for every cycle
def parse_taxonomy(text: str, where: str) -> Taxonomy:
    """Return the taxonomy written in `text`; `where` names it in ConfigErrors."""
    content = read_taxonomy(text, where)
    facets = tuple(
        Facet(name, tuple(_label(row) for row in content.labels(name)))
        for name in FACETS
        if content.labels(name)
    )
    titles = content.list_titles
    sections = tuple(_section(row, content.title, titles) for row in content.section)
    fingerprint = _fingerprint(content.title, facets, sections)
    return Taxonomy(content.title, facets, sections, fingerprint, titles)


def _label(row: LabelRow) -> Label:
    carries = row.carries if isinstance(row, TaskRow) else ()
    return Label(row.name, row.definition, row.cues, _complete(row.names), carries)


def _section(row: SectionRow, title: str, list_titles: Sequence[str]) -> Section:
    return Section(
        id=row.id,
        headings=row.headings,
        path=_path(row.headings, list_titles) or (title,),
        task=row.task,
        modality=row.modality,
        technique=row.technique,
        definition=row.definition,
        cues=row.cues,
        names=_complete(row.names),
        by_date=When(row.by_date) if row.by_date else None,
    )


def _path(headings: tuple[str, ...], list_titles: Sequence[str]) -> tuple[str, ...]:
    keys = tuple(map(heading_key, headings[:1]))
    own = headings[1:] if len(headings) > 1 and not _below_title(keys, list_titles) else headings
    return tuple(clean_heading(heading) for heading in own)


def _complete(names: Mapping[str, str]) -> Mapping[str, str]:
    first = next(iter(names.values()))
    return {**dict.fromkeys(LANGUAGES, first), **names}


def _fingerprint(title: str, facets: tuple[Facet, ...], sections: tuple[Section, ...]) -> str:
    content = {
        "title": title,
        "facets": [asdict(facet) for facet in facets],
        "sections": [_content(section) for section in sections],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _content(section: Section) -> Mapping[str, object]:
    # Without an absent `by_date`, so that fingerprints from before that key hold.
    return {key: value for key, value in asdict(section).items() if value or key != "by_date"}
