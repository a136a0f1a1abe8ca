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
    #: from the outermost, as written in the list
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
        """Return the section under these headings (outermost first), if any."""
        wanted = tuple(heading_key(heading) for heading in headings)
        for section in self.sections:
            if tuple(heading_key(heading) for heading in section.headings) == wanted:
                return section
        return None

    def facet(self, name: str) -> Facet:
        """Return the facet of that name, or raise KeyError."""
        for facet in self.facets:
            if facet.name == name:
                return facet
        raise KeyError(name)


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
    sections = tuple(_section(row, content.list_title) for row in content.section)
    fingerprint = _fingerprint(content.title, facets, sections)
    return Taxonomy(content.title, facets, sections, fingerprint)


def _label(row: LabelRow) -> Label:
    carries = row.carries if isinstance(row, TaskRow) else ()
    return Label(row.name, row.definition, row.cues, _complete(row.names), carries)


def _section(row: SectionRow, list_title: str | None) -> Section:
    return Section(
        id=row.id,
        headings=row.headings,
        path=_path(row.headings, list_title),
        task=row.task,
        modality=row.modality,
        technique=row.technique,
        definition=row.definition,
        cues=row.cues,
        names=_complete(row.names),
    )


def _path(headings: tuple[str, ...], list_title: str | None) -> tuple[str, ...]:
    above_all = list_title is not None and heading_key(headings[0]) == heading_key(list_title)
    own = headings[1:] if above_all and len(headings) > 1 else headings
    return tuple(clean_heading(heading) for heading in own)


def _complete(names: Mapping[str, str]) -> Mapping[str, str]:
    first = next(iter(names.values()))
    return {**dict.fromkeys(LANGUAGES, first), **names}


def _fingerprint(title: str, facets: tuple[Facet, ...], sections: tuple[Section, ...]) -> str:
    content = {
        "title": title,
        "facets": [asdict(facet) for facet in facets],
        "sections": [asdict(section) for section in sections],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
