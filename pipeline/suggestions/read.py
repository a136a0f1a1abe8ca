"""Read what somebody filled in, on a page, in an issue or in a mail, or say what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from config.errors import UsageError
from config.section_names import find_section
from config.taxonomy import Taxonomy
from pipeline.enrich.links import LinkKind, find_links
from pipeline.suggestions.clean import (
    LONGEST_FIELD,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_VALUE,
    clean_line,
    clean_note,
)
from storage.arxiv_id import find_arxiv_ids
from storage.paper_key import parse_key
from storage.suggestion_types import Relation, SuggestionKind
from storage.typed_ids import explain_id, explain_number

#: sections that one suggestion may name
_MOST_SECTIONS = 5


class Fault(StrEnum):
    """Why a suggestion cannot be taken."""

    KIND = "fault_kind"
    NO_ID = "fault_no_id"
    ODD_ID = "fault_odd_id"
    SEVERAL = "fault_several"
    SECTION = "fault_section"
    NO_SECTION = "fault_no_section"
    NO_VENUE = "fault_no_venue"
    NO_CODE = "fault_no_code"
    NO_DOUBLE = "fault_no_double"
    SAME = "fault_same"
    NO_NOTE = "fault_no_note"
    TOO_LONG = "fault_too_long_text"


class SuggestionError(Exception):
    """A suggestion cannot be taken; `field` is where the fault is."""

    def __init__(self, fault: Fault, field: str) -> None:
        super().__init__(f"{fault.value} in {field}")
        self.fault = fault
        self.field = field


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields of a form, as somebody filled them in."""

    kind: str = ""
    #: an arXiv ID in any notation, with text around
    paper: str = ""
    #: venue, address of code or the other arXiv ID
    value: str = ""
    #: IDs, names or headings
    sections: tuple[str, ...] = ()
    note: str = ""
    name: str = ""
    relation: str = ""
    credited: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What was filled in, clean and complete."""

    kind: SuggestionKind
    arxiv_id: str
    #: section IDs with blanks between, venue, address, or arXiv ID; empty: none is needed
    value: str
    note: str
    name: str
    relation: Relation
    credited: bool


def read_filled(filled: Filled, taxonomy: Taxonomy, today: date) -> Read:
    """Return what a form says, or raise SuggestionError. No address in it is ever opened."""
    kind = read_kind(filled.kind)
    arxiv_id = read_id(filled.paper, "paper", today)
    value = _value(kind, filled, arxiv_id, taxonomy, today)
    note, name = clean_note(filled.note), clean_line(filled.name)
    if len(note) > LONGEST_NOTE or len(filled.note) > LONGEST_FIELD:
        raise SuggestionError(Fault.TOO_LONG, "note")
    if len(name) > LONGEST_NAME:
        raise SuggestionError(Fault.TOO_LONG, "name")
    if kind in {SuggestionKind.WRONG_RECORD, SuggestionKind.WITHDRAWN} and not note:
        raise SuggestionError(Fault.NO_NOTE, "note")
    return Read(
        kind=kind,
        arxiv_id=arxiv_id,
        value=value,
        note=note,
        name=name,
        relation=read_relation(filled.relation),
        credited=filled.credited and bool(name),
    )


def read_kind(text: str) -> SuggestionKind:
    """Return the kind that a form names, or raise SuggestionError."""
    try:
        return SuggestionKind(text)
    except ValueError:
        raise SuggestionError(Fault.KIND, "") from None


def read_relation(text: str) -> Relation:
    """Return who a person says to be."""
    return Relation(text) if text in set(Relation) else Relation.UNKNOWN


def read_id(text: str, field: str, today: date) -> str:
    """Return the one arXiv ID in a text, or raise SuggestionError."""
    keys = ids_in(text)
    if not keys:
        odd = explain_number(text) is not None
        raise SuggestionError(Fault.ODD_ID if odd else Fault.NO_ID, field)
    if len(keys) > 1:
        raise SuggestionError(Fault.SEVERAL, field)
    if explain_id(keys[0], today) is not None:
        raise SuggestionError(Fault.ODD_ID, field)
    return keys[0]


def ids_in(text: str) -> list[str]:
    """Return the arXiv IDs in a text, each once; of a text that is a DOI, its key."""
    whole = parse_key(text[:LONGEST_FIELD])
    if whole is not None:
        return [whole]
    found = find_arxiv_ids(text[:LONGEST_FIELD], bare=True)
    return list(dict.fromkeys(one.id.base for one in found))


def _value(
    kind: SuggestionKind, filled: Filled, arxiv_id: str, taxonomy: Taxonomy, today: date
) -> str:
    if kind in {SuggestionKind.MISSING_PAPER, SuggestionKind.WRONG_SECTION}:
        sections = _sections(filled.sections, taxonomy)
        if kind is SuggestionKind.WRONG_SECTION and not sections:
            raise SuggestionError(Fault.NO_SECTION, "section")
        return " ".join(sections)
    value = clean_line(filled.value)
    if len(value) > LONGEST_VALUE:
        raise SuggestionError(Fault.TOO_LONG, "value")
    if kind is SuggestionKind.ACCEPTED_AT and not value:
        raise SuggestionError(Fault.NO_VENUE, "value")
    if kind is SuggestionKind.MISSING_CODE:
        code = [one.url for one in find_links(value) if one.kind is LinkKind.CODE]
        if len(code) != 1:
            raise SuggestionError(Fault.NO_CODE, "value")
        return code[0]
    if kind is SuggestionKind.DUPLICATE_OF:
        if not value:
            raise SuggestionError(Fault.NO_DOUBLE, "value")
        other = read_id(value, "value", today)
        if other == arxiv_id:
            raise SuggestionError(Fault.SAME, "value")
        return other
    return "" if kind is SuggestionKind.WITHDRAWN else value


def _sections(named: Iterable[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return section IDs in the order of the taxonomy."""
    found = set()
    for text in list(named)[: _MOST_SECTIONS + 1]:
        if not text.strip():
            continue
        try:
            found.add(find_section(taxonomy, text[:LONGEST_VALUE]).id)
        except UsageError:
            raise SuggestionError(Fault.SECTION, "section") from None
    if len(found) > _MOST_SECTIONS:
        raise SuggestionError(Fault.SECTION, "section")
    return tuple(section.id for section in taxonomy.sections if section.id in found)
