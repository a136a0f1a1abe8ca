"""Read the editor's form, and give it the values it shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from pipeline.review.issues.desk import IssueDraft
from pipeline.review.issues.edits import Typed, read_lead, read_note, read_order
from storage.issue_types import IssueEdits

_LEAD, _NOTE, _PLACE = "lead-", "note-", "place-"


@dataclass(frozen=True, slots=True)
class Fields:
    """What the fields of the form hold."""

    #: language -> lead
    lead: Mapping[str, str]
    #: arXiv ID -> note
    notes: Mapping[str, str]
    #: arXiv ID -> place among the highlights
    places: Mapping[str, str]
    #: `edition` of the edits that the editor saw
    seen: int
    #: the highlights that the editor saw
    shown: tuple[str, ...]


def fields_of(edits: IssueEdits, highlights: tuple[str, ...]) -> Fields:
    """Return the fields for edits; `highlights` are shown where the editor ordered none."""
    shown = highlights if edits.highlights is None else edits.highlights
    return Fields(
        edits.lead,
        edits.notes,
        {arxiv_id: str(place) for place, arxiv_id in enumerate(shown, start=1)},
        edits.edition,
        shown,
    )


def fields_in(form: FormData) -> Fields:
    """Return what was sent."""
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    seen = texts.get("seen", "")
    return Fields(
        _with_prefix(texts, _LEAD),
        _with_prefix(texts, _NOTE),
        _with_prefix(texts, _PLACE),
        int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else 0,
        tuple(texts.get("shown", "").split()),
    )


def typed_in(fields: Fields, before: IssueEdits) -> Typed:
    """Return what the editor wants, or raise UsageError.

    Highlights that are as they were shown stay those of the reviewers.
    """
    order = read_order(fields.places)
    return Typed(
        lead={key: read_lead(text) for key, text in fields.lead.items()},
        notes={key: read_note(key, text) for key, text in fields.notes.items()},
        highlights=None if before.highlights is None and order == fields.shown else order,
    )


def in_order(draft: IssueDraft, fields: Fields, elsewhere: tuple[str, ...]) -> list[str]:
    """Return the papers of the form: highlights, then those of the issue, then others edited."""
    listed = dict.fromkeys(paper.arxiv_id for paper in draft.papers)
    return list(dict.fromkeys((*(i for i in fields.shown if i in listed), *listed, *elsewhere)))


def _with_prefix(texts: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): text for name, text in texts.items() if name.startswith(prefix)
    }
