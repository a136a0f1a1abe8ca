"""Show papers on which two people differ, with both words, and record the third."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import LivingSurveyError, UsageError
from config.roles import Role
from pipeline.review.conflicts import Conflict, Present, conflicts, give_third, may_give, present
from pipeline.review.lone_words import lone_words
from pipeline.review.proposal import Expected, Proposal, propose
from pipeline.review.web.card import grouped
from pipeline.review.web.context import context_of, preferences_of, reviewer_of, role_of
from pipeline.review.web.desk.forms import act, text_of, ticked_in
from pipeline.review.web.render import render
from pipeline.review.web.texts import marked_text, shown_title
from pipeline.review.web.view_state import QueueView
from storage.errors import StoreBusyError
from storage.opinion_types import Opinion
from storage.store import Store
from storage.typed_ids import read_key
from storage.types import StoredPaper, Verdict

#: papers on the page; the others follow when these are decided
_MOST = 20


@dataclass(frozen=True, slots=True)
class Case:
    """A paper of the page."""

    conflict: Conflict
    stored: StoredPaper
    title: str
    abstract: str
    #: the reader may give the third word
    mine: bool
    #: who may
    asked: tuple[str, ...]


def conflicts_page(request: Request) -> Response:
    """Show the papers that wait for a third word, the longest waiting first."""
    return show(request)


async def third_word(request: Request) -> Response:
    """Record the third word on one paper, then show the others."""
    return await act(request, _decide)


def _decide(request: Request, form: FormData) -> Response:
    context = context_of(request)
    key = read_key(text_of(form, "arxiv_id"))
    try:
        with context.read_store() as store:
            words = store.opinions.open_on([key]).get(key, ())
        done = give_third(
            context.open_store,
            context.taxonomy,
            _proposal(request, form, key, words),
            rules=context.rules,
            is_admin=role_of(request).includes(Role.ADMIN),
            clock=context.clock,
        )
    except StoreBusyError:
        raise
    except UsageError as error:
        return show(request, f"Nothing was recorded. {error}", key, status=400)
    except LivingSurveyError as error:
        return show(request, error.message, key, status=409)
    preferences_of(request).note_visit(context.clock())
    return RedirectResponse(f"/conflicts?done={done.decision.decision_id}", 303)


def _proposal(request: Request, form: FormData, key: str, words: tuple[Opinion, ...]) -> Proposal:
    """Return the third word: as one of the two says, or another one."""
    context = context_of(request)
    adopted = next((one for one in words if one.opinion_id == text_of(form, "as")), None)
    if text_of(form, "as") and adopted is None:
        raise UsageError(
            "This word does not stand any more.", hint="Look at the page of conflicts again."
        )
    verdict = adopted.verdict if adopted else text_of(form, "verdict")
    reason = adopted.reason if adopted else text_of(form, "reason")
    content_hash = text_of(form, "state")
    return propose(
        context.taxonomy,
        arxiv_id=key,
        verdict=verdict,
        reviewer=reviewer_of(request),
        sections=_sections(form, adopted, verdict),
        note=text_of(form, "note") or (adopted.note if adopted else None),
        reason=reason if verdict == Verdict.REJECTED else None,
        reasons=context.reasons,
        unexplained=adopted is not None,
        expected=Expected(content_hash=content_hash or None),
    )


def _sections(form: FormData, adopted: Opinion | None, verdict: str) -> list[str]:
    if verdict != Verdict.APPROVED:
        return []
    return list(adopted.sections) if adopted else sorted(one for one in ticked_in(form) if one)


def show(request: Request, warning: str = "", key: str = "", *, status: int = 200) -> Response:
    """Return the page; `warning` is about the paper `key`, or about none."""
    context = context_of(request)
    with context.read_store() as store:
        found = conflicts(store)
        others = present(store, context.clock().date())
        cases = [_case(request, store, one, others) for one in found[:_MOST]]
        lone = lone_words(store, context.taxonomy, context.rules)
    is_admin = role_of(request).includes(Role.ADMIN)
    return render(
        request,
        "conflicts/page.html",
        status=status,
        heading="Conflicts",
        total=len(found),
        cases=cases,
        lone=len(lone) if is_admin else 0,
        warning=warning,
        warned=key,
        view=QueueView("/conflicts"),
        section_groups=grouped(context.taxonomy.sections),
        reasons=context.reasons,
    )


def _case(request: Request, store: Store, one: Conflict, others: Present) -> Case:
    stored = store.papers.current(one.arxiv_id)
    assert stored is not None  # words are given on papers that are held
    mine = may_give(
        one.words,
        reviewer_of(request),
        rules=context_of(request).rules,
        is_admin=role_of(request).includes(Role.ADMIN),
        others=others,
    )
    title = shown_title(one.title, one.arxiv_id)
    return Case(
        one, stored, title, marked_text(stored.paper.abstract, ()), mine, others.to_ask(one.words)
    )
