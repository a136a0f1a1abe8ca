"""Read the fields in a text: the headings of an issue form as GitHub renders it, or `Label: value`.

GitHub renders a field as `### Label`, a blank line and the answer; one without an answer as
`_No response_`, a box as `- [X] text`. People edit the text afterwards, so other headings, fields
that are missing and fields in another order are read too.
"""

from collections.abc import Iterator, Mapping

from config.visible import visible
from pipeline.suggestions.clean import LONGEST_FIELD
from pipeline.suggestions.labels import field_of, kind_of, relation_of
from pipeline.suggestions.read import Filled, ids_in
from storage.suggestion_types import SuggestionKind

_NO_ANSWER = {"_no response_", "*no response*", "no response", "none", "n/a", "-"}
#: characters of a body that are read; GitHub allows 65,536
LONGEST_BODY = 70_000
#: before a value that stands in one line with its label
_BETWEEN = (":", "\uff1a")
_LONGEST_LABEL = 60
#: titles that links to a form without fields fill in
_TITLES: Mapping[str, SuggestionKind] = {
    "wrong section": SuggestionKind.WRONG_SECTION,
    "missing paper": SuggestionKind.MISSING_PAPER,
    "now accepted at": SuggestionKind.ACCEPTED_AT,
}


def read_form_text(title: str, body: str, *, name: str = "") -> Filled | None:
    """Return what a title and a body fill in, or None if they have no field and no arXiv ID.

    Args:
        title: of an issue or mail.
        body: its text.
        name: of who wrote it, if no field names another.
    """
    text = visible(body[:LONGEST_BODY])
    fields = fields_in(text)
    paper = fields.get("paper", "")
    if not ids_in(paper):
        paper = _first_with_id(paper, title, text, named=bool(fields)) or paper
    kind = kind_of(fields.get("kind", "")) or _kind_of_title(title)
    if not paper or (not fields and not ids_in(paper)):
        return None
    section = fields.get("section", "")
    return Filled(
        kind=(kind or SuggestionKind.MISSING_PAPER).value,
        paper=paper,
        value=fields.get("value", ""),
        sections=tuple(part.strip() for part in section.replace("\n", ",").split(",")),
        note=fields.get("note", "") if fields else text[:LONGEST_FIELD],
        name=fields.get("who", "") or name,
        relation=relation_of(fields.get("relation", "")).value,
        credited="[x]" in fields.get("credit", "").lower(),
    )


def fields_in(text: str) -> dict[str, str]:
    """Return the answers by field; of a field that stands twice the last one with an answer."""
    found: dict[str, str] = {}
    for field, lines in _parts(text):
        answer = "\n".join(lines).strip()
        if answer.casefold() not in _NO_ANSWER and answer:
            found[field] = answer
    return found


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each field with the lines of its answer; headings that are no field belong to it."""
    field, lines = "", list[str]()
    for line in text.split("\n"):
        heading = field_of(line.lstrip("#").strip()) if line.startswith("#") else None
        stated = None if heading else _stated(line)
        if heading is None and stated is None:
            lines.append(line)
            continue
        if field:
            yield field, lines
        field, lines = stated if stated is not None else (heading or "", [])
    if field:
        yield field, lines


def _stated(line: str) -> tuple[str, list[str]] | None:
    """Return field and answer of a line such as `arXiv ID: 2405.19334`."""
    for mark in _BETWEEN:
        label, found, answer = line.partition(mark)
        if found and len(label) <= _LONGEST_LABEL:
            field = field_of(label.strip("*_ ->"))
            if field is not None:
                return field, [answer.strip("*_ ")]
    return None


def _first_with_id(paper: str, title: str, text: str, *, named: bool) -> str:
    """Return the first text that names a paper; the body only if it has no fields."""
    places = (paper, title) if named else (title, text)
    return next((place for place in places if ids_in(place)), "")


def _kind_of_title(title: str) -> SuggestionKind | None:
    return next(
        (kind for start, kind in _TITLES.items() if title.casefold().startswith(start)), None
    )
