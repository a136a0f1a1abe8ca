"""Make links by which a reader says what is wrong: they open a form that is filled in already.

The form is at `[publish] suggest_url`. `title` and `body` are what issue trackers read; a form of
one's own finds the same in `kind`, `arxiv_id` and `section`.
"""

from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlencode

from config.tex.text import plain_text
from config.visible import shortened

#: characters of a title, so that the address stays below what servers take
_LONGEST = 200


class Suggestion(StrEnum):
    """What a reader may want to say."""

    WRONG_SECTION = "wrong-section"
    MISSING_PAPER = "missing-paper"
    ACCEPTED_AT = "accepted-at"


_TITLES = {
    Suggestion.WRONG_SECTION: "Wrong section: {paper}",
    Suggestion.MISSING_PAPER: "Missing paper",
    Suggestion.ACCEPTED_AT: "Now accepted at: {paper}",
}
_BODIES = {
    Suggestion.WRONG_SECTION: "{paper}\nListed in: {section}\n\nIt belongs in: \nBecause: ",
    Suggestion.MISSING_PAPER: "Section: {section}\n\narXiv ID: \nWhy it belongs in the list: ",
    Suggestion.ACCEPTED_AT: "{paper}\n\nAccepted at: \nWhere that is announced: ",
}


@lru_cache(maxsize=256)  # because every page has the same links for what is missing
def suggest_link(
    suggest_url: str,
    kind: Suggestion,
    *,
    arxiv_id: str = "",
    title: str = "",
    section: str = "",
) -> str:
    """Return the address of a form filled in with what is known; empty without `suggest_url`.

    Args:
        suggest_url: of the settings; it has no query.
        kind: what the reader wants to say.
        arxiv_id: of the paper it is about.
        title: of that paper, as stored.
        section: name of the section in which the paper is, or should be looked for.
    """
    if not suggest_url:
        return ""
    named = shortened(plain_text(title), _LONGEST)
    paper = " ".join(part for part in (f"arXiv:{arxiv_id}" if arxiv_id else "", named) if part)
    fields = {
        "title": _TITLES[kind].format(paper=paper).removesuffix(": "),
        "body": _BODIES[kind].format(paper=paper or "arXiv ID: ", section=section),
        "kind": kind.value,
        "arxiv_id": arxiv_id,
        "section": section,
    }
    return f"{suggest_url}?{urlencode({name: text for name, text in fields.items() if text})}"


def answers(suggest_url: str) -> list[tuple[str, str]]:
    """Return what readers can say of no paper in particular: key of the text, address of the form.

    There is nothing without `suggest_url`.
    """
    kinds = (Suggestion.MISSING_PAPER, Suggestion.WRONG_SECTION, Suggestion.ACCEPTED_AT)
    found = [(kind.value.replace("-", "_"), suggest_link(suggest_url, kind)) for kind in kinds]
    return found if suggest_url else []
