"""Show the open cases of suggestions, and one of them with who asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from config.roles import Role
from config.taxonomy import Taxonomy
from pipeline.review.corrections import Difference
from pipeline.review.double.weigh import open_words
from pipeline.review.suggested.find import of_case, read_case, standing_id
from pipeline.review.web.card import grouped
from pipeline.review.web.context import context_of, reviewer_of, role_of
from pipeline.review.web.inbox.view import PAGE_SIZE, InboxView, read_view
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from pipeline.review.word_diff import word_diff
from storage.opinion_types import Opinion
from storage.paper_key import key_label
from storage.store import Store
from storage.suggestion_types import (
    OPEN,
    Suggestion,
    SuggestionCase,
    SuggestionKind,
    SuggestionState,
)
from storage.types import Decision, StoredPaper

PATH = "/suggestions"
_PLACED = frozenset({SuggestionKind.MISSING_PAPER, SuggestionKind.WRONG_SECTION})
#: people of a case that are shown
_MOST_ASKERS = 50


@dataclass(frozen=True, slots=True)
class Draft:
    """What was entered and not recorded."""

    warning: str = ""
    text: str = ""
    sections: tuple[str, ...] = ()

    def warned(self, warning: str) -> "Draft":
        """Return it with the reason why nothing was recorded."""
        return replace(self, warning=warning)


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that was suggested, beside what is published, with those who suggest it."""

    suggestion_id: str
    #: section IDs, venue and so on; empty: none was given
    value: str
    #: in words
    shown: str
    difference: Difference
    people: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case with everything that a reviewer needs."""

    kind: SuggestionKind
    arxiv_id: str
    case: str
    stored: StoredPaper | None
    standing: Decision | None
    #: what `take_up` compares with
    seen: str
    values: tuple[Value, ...]
    askers: int
    is_open: bool
    #: the reader's own word on the paper, which waits for another person's
    word: Opinion | None


def suggestions_page(request: Request) -> Response:
    """Show the list of cases and one of them."""
    return show(request, read_view(PATH, request.query_params))


def show(
    request: Request, view: InboxView, draft: Draft | None = None, *, status: int = 200
) -> Response:
    """Return the page."""
    context = context_of(request)
    with context.read_store() as store:
        count = store.suggestions.count()
        pages = max(1, -(-count.cases // PAGE_SIZE))
        view = view if view.page <= pages else view.at_page(pages)
        cases = store.suggestions.cases(limit=PAGE_SIZE, offset=view.offset)
        case = read_case(view.paper) or (cases[0].case if cases else "")
        opened = _opened(store, case, context.taxonomy, reviewer_of(request))
        flash = _flash(store, request.query_params.get("done", ""))
        titles = store.papers.titles(one.arxiv_id for one in cases)
        corrections, doubles = store.corrections.count(), store.same_work.count()
        incomplete = store.incomplete.count()
    keys = [one.case for one in cases]
    place = keys.index(case) if case in keys else -1
    stored = opened.stored if opened else None
    return render(
        request,
        "suggestions/page.html",
        status=status,
        heading="Suggestions",
        view=view,
        rows=[(one, _row_title(one, titles.get(one.arxiv_id, ""))) for one in cases],
        opened=opened,
        case=case,
        title=shown_title(stored.paper.title, stored.paper.arxiv_id) if stored else "",
        draft=draft or Draft(),
        flash=flash,
        answered=request.query_params.get("answered", "")[:1] == "1",
        may_answer=role_of(request).includes(Role.PUBLISHER),
        following=keys[place + 1] if 0 <= place + 1 < len(keys) and place >= 0 else "",
        previous=keys[place - 1] if place > 0 else "",
        groups=grouped(context.taxonomy.sections),
        ticked=_ticked(opened, draft),
        total=count.cases,
        pages=pages,
        cases=corrections,
        doubles=doubles,
        incomplete=incomplete,
        most_askers=_MOST_ASKERS,
    )


def _opened(store: Store, case: str, taxonomy: Taxonomy, reviewer: str) -> OpenedCase | None:
    found = of_case(store, case)
    if not found:
        return None
    still = [one for one in found if one.state in OPEN]
    shown = still or found
    key = shown[0].arxiv_id
    standing = store.decisions.standing([key]).get(key)
    words = open_words(store.opinions.open_on([key]).get(key, ()), standing)
    return OpenedCase(
        kind=shown[0].kind,
        arxiv_id=key,
        case=case,
        stored=store.papers.get_many([key]).get(key),
        standing=standing,
        seen=standing_id(store, key),
        values=_values(shown, taxonomy),
        askers=len(shown),
        is_open=bool(still),
        word=next((one for one in words if one.reviewer == reviewer), None),
    )


def _values(found: Sequence[Suggestion], taxonomy: Taxonomy) -> tuple[Value, ...]:
    """Return each thing that was suggested once, what most suggest first."""
    by_value: dict[str, list[Suggestion]] = {}
    for one in found:
        by_value.setdefault(one.new_value, []).append(one)
    ordered = sorted(by_value.items(), key=lambda each: (-len(each[1]), each[0]))
    return tuple(_value(value, people, taxonomy) for value, people in ordered)


def _value(value: str, people: Sequence[Suggestion], taxonomy: Taxonomy) -> Value:
    first = people[0]
    old, new = _words(first, first.old_value, taxonomy), _words(first, value, taxonomy)
    return Value(
        first.suggestion_id,
        value,
        new,
        Difference(first.kind.value, old, new, word_diff(old, new)),
        tuple(people),
    )


def _words(one: Suggestion, text: str, taxonomy: Taxonomy) -> str:
    """Return a value in words; sections by their headings."""
    if one.kind not in _PLACED:
        return text
    headings = {section.id: " > ".join(section.path) for section in taxonomy.sections}
    return "; ".join(headings.get(part, part) for part in text.split())


def _ticked(opened: OpenedCase | None, draft: Draft | None) -> frozenset[str]:
    if draft is not None and draft.sections:
        return frozenset(draft.sections)
    if opened is None or not opened.values:
        return frozenset()
    return frozenset(opened.values[0].value.split())


def _row_title(case: SuggestionCase, title: str) -> str:
    return shown_title(title, case.arxiv_id) if title else key_label(case.arxiv_id)


def _flash(store: Store, suggestion_id: str) -> Suggestion | None:
    """Return what `?done=` names, looked up, so that a link cannot forge a message."""
    found = store.suggestions.get(suggestion_id[:64])
    settled = {SuggestionState.APPLIED, SuggestionState.REFUSED, SuggestionState.CLOSED}
    return found if found is not None and found.state in settled else None
