"""Make links by which a reader says what is wrong: they open a form that is filled in already.

The form is the page of `serve --public` if `[suggestions] enabled`, else at `[publish]
suggest_url`. `title` and `body` are what issue trackers read; a form of one's own finds the same in
`kind`, `arxiv_id` and `section`, which are also fields of the form that `suggestions form` prints.
"""

from functools import lru_cache
from urllib.parse import quote, urlencode

from config.schema import Settings
from config.tex.text import plain_text
from config.visible import shortened
from pipeline.suggestions.labels import labels
from storage.paper_key import key_label
from storage.suggestion_types import SuggestionKind

Suggestion = SuggestionKind

#: characters of a title, so that the address stays below what servers take
_LONGEST = 200
#: the end of our own page, which needs no title and body
OWN_PAGE = "/suggestions"
#: in the address of an issue form of GitHub
_FORM = "?template="

#: of the others the label is the title
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
_BODY = "{paper}\n\nWhat it should be: \nBecause: "


def suggest_address(settings: Settings) -> str:
    """Return the address of the form that links open; empty: there is none."""
    url, stated = settings.subscribers.url, settings.publish.suggest_url
    own = f"{url}{OWN_PAGE}" if url and settings.suggestions.enabled else ""
    form = settings.publish.suggest_form
    return own or (f"{stated}{_FORM}{quote(form)}" if stated and form else stated)


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
        suggest_url: as `suggest_address` returns it.
        kind: what the reader wants to say.
        arxiv_id: of the paper it is about.
        title: of that paper, as stored.
        section: name of the section in which the paper is, or should be looked for.
    """
    if not suggest_url:
        return ""
    named = shortened(plain_text(title), _LONGEST)
    paper = " ".join(part for part in (key_label(arxiv_id) if arxiv_id else "", named) if part)
    fields = {"kind": kind.value, "arxiv_id": arxiv_id, "section": section}
    if not suggest_url.endswith(OWN_PAGE):
        heading = _TITLES.get(kind, labels("en")[kind.value] + ": {paper}")
        body = _BODIES.get(kind, _BODY)
        fields = {
            "title": heading.format(paper=paper).removesuffix(": "),
            "body": body.format(paper=paper or "arXiv ID: ", section=section),
            **fields,
        }
    if _FORM in suggest_url:
        # A dropdown is chosen by the text of its option. The section is where the paper is now.
        wanted = section if kind is Suggestion.MISSING_PAPER else ""
        fields |= {"kind": labels("en")[kind.value], "section": wanted}
    between = "&" if "?" in suggest_url else "?"
    return (
        f"{suggest_url}{between}{urlencode({name: text for name, text in fields.items() if text})}"
    )


def fix_link(suggest_url: str, arxiv_id: str) -> str:
    """Return where anything of a paper can be corrected; only a form with fields asks what."""
    if _FORM in suggest_url:
        title = f"{labels('en')['title']}{key_label(arxiv_id)}"
        return f"{suggest_url}&{urlencode({'title': title, 'arxiv_id': arxiv_id})}"
    if not suggest_url.endswith(OWN_PAGE):
        return ""
    return f"{suggest_url}?{urlencode({'arxiv_id': arxiv_id})}"


def answers(suggest_url: str) -> list[tuple[str, str]]:
    """Return what readers can say of no paper in particular: key of the text, address of the form.

    There is nothing without `suggest_url`.
    """
    kinds = (Suggestion.MISSING_PAPER, Suggestion.WRONG_SECTION, Suggestion.ACCEPTED_AT)
    found = [(kind.value.replace("-", "_"), suggest_link(suggest_url, kind)) for kind in kinds]
    return found if suggest_url else []
