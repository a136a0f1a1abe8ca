"""Read what an editor typed, and join it with what others recorded meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.errors import UsageError
from config.visible import one_line
from storage.issue_types import IssueEdits

#: characters
LEAD_LIMIT = 600
NOTE_LIMIT = 500
#: a highlight's place in the order
_LAST_PLACE = 999


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of an editor's form; a field that is not in it is not changed."""

    #: language -> lead
    lead: Mapping[str, str]
    #: arXiv ID -> note
    notes: Mapping[str, str]
    #: arXiv IDs in order; None: those that reviewers highlighted
    highlights: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that someone else changed meanwhile, and what it says now."""

    #: `lead`, `note` or `order`
    field: str
    #: language or arXiv ID; empty for the order
    key: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merge:
    """The edits of two people: where both changed a field, those of the later one."""

    edits: IssueEdits
    conflicts: tuple[Conflict, ...]


def read_lead(text: str) -> str:
    """Return a lead on one line, or raise UsageError."""
    return _read(text, LEAD_LIMIT, "The lead")


def read_note(arxiv_id: str, text: str) -> str:
    """Return the editor's note on a paper on one line, or raise UsageError."""
    return _read(text, NOTE_LIMIT, f"The note on {arxiv_id}")


def read_order(places: Mapping[str, str]) -> tuple[str, ...]:
    """Return arXiv IDs in the order of their places; an empty place leaves a paper out.

    Equal places keep the order of the papers.

    Raises:
        UsageError: a place is not a number.
    """
    found = []
    for arxiv_id, text in places.items():
        place = text.strip()
        if not place:
            continue
        if not (place.isascii() and place.isdigit()) or len(place) > len(str(_LAST_PLACE)):
            raise UsageError(
                f"{place[:20]!r} is no place for {arxiv_id}.",
                hint="Write 1 for the first highlight; an empty field is no highlight.",
            )
        found.append((int(place), arxiv_id))
    return tuple(arxiv_id for _, arxiv_id in sorted(found, key=lambda pair: pair[0]))


def apply(before: IssueEdits, typed: Typed) -> IssueEdits:
    """Return the edits with the fields of a form in place of those before."""
    return replace(
        before,
        lead=_stated({**before.lead, **typed.lead}),
        notes=_stated({**before.notes, **typed.notes}),
        highlights=typed.highlights,
    )


def merge(before: IssueEdits, mine: IssueEdits, theirs: IssueEdits) -> Merge:
    """Join two changes of the same edits field by field.

    Args:
        before: what the later editor saw.
        mine: what the later editor made of it.
        theirs: what is recorded now.
    """
    lead, lead_conflicts = _merged("lead", before.lead, mine.lead, theirs.lead)
    notes, note_conflicts = _merged("note", before.notes, mine.notes, theirs.notes)
    changed = mine.highlights != before.highlights
    clash = changed and theirs.highlights not in (before.highlights, mine.highlights)
    order = [Conflict("order", "", ", ".join(theirs.highlights or ()))] if clash else []
    highlights = mine.highlights if changed else theirs.highlights
    return Merge(
        replace(theirs, lead=lead, notes=notes, highlights=highlights),
        (*lead_conflicts, *order, *note_conflicts),
    )


def _merged(
    field: str, before: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[dict[str, str], list[Conflict]]:
    merged = dict(theirs)
    conflicts = []
    for key in dict.fromkeys((*before, *mine)):
        text = mine.get(key, "")
        if text == before.get(key, ""):
            continue
        if theirs.get(key, "") not in (before.get(key, ""), text):
            conflicts.append(Conflict(field, key, theirs.get(key, "")))
        merged[key] = text
    return _stated(merged), conflicts


def _stated(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if text}


def _read(text: str, limit: int, what: str) -> str:
    line = one_line(text)
    if len(line) > limit:
        raise UsageError(
            f"{what} has {len(line):,} characters; the limit is {limit:,}.", hint="Shorten it."
        )
    return line
