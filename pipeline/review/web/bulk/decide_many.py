"""Decide many papers with one act: ask first, then record those that are as they were shown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from pipeline.review.bulk import (
    MOST_AT_ONCE,
    Plan,
    expected,
    plan,
    read_form,
    read_ids,
)
from pipeline.review.decide import Bulk, Recorded, decide_all
from pipeline.review.double.repeats import candidates
from pipeline.review.proposal import NOT_DECIDED, Proposal, propose
from pipeline.review.web.against_rulings import contradicted_together
from pipeline.review.web.card import grouped
from pipeline.review.web.context import (
    ReviewContext,
    context_of,
    person_of,
    preferences_of,
    reviewer_of,
)
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.desk.listing import filter_of
from pipeline.review.web.desk.repeat import old_papers_in
from pipeline.review.web.error_pages import refuse
from pipeline.review.web.flash import as_decision, looks_decided
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import QueueView, view_from_form
from storage.store import Store
from storage.types import Verdict

#: papers whose titles a page lists
_NAMED = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer marked, and what they entered on the page that asks."""

    ids: tuple[str, ...]
    #: number of papers in the view, if it has more than can be decided at once
    of: int = 0
    warning: str = ""
    section: str = ""
    reason: str = ""
    note: str = ""


async def decide_many(request: Request) -> Response:
    """Show what one act would decide; with a verdict, decide it."""
    return await act(request, _answer)


def _answer(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = view_from_form(text_of(form, "view"), context.taxonomy).list
    verdict = text_of(form, "verdict")
    try:
        if not verdict:
            return _ask(request, view, _marked(request, form, view))
        seen = read_form(text_of(form, "papers"))
    except UsageError as error:
        return refuse(request, 400, f"Nothing was recorded. {error.message}", error.hint)
    section, reason, note = (text_of(form, name) for name in ("section", "reason", "note"))
    missing = _missing(context, verdict, section, reason)
    if missing:
        entered = Asked(tuple(seen), 0, missing, section, reason, note)
        return _ask(request, view, entered, status=400)
    try:
        proposals = _proposals(request, form, seen, verdict)
    except UsageError as error:
        entered = Asked(tuple(seen), 0, f"Nothing was recorded. {error}", section, reason, note)
        return _ask(request, view, entered, status=400)
    done = decide_all(
        context.open_store,
        context.taxonomy,
        proposals,
        clock=context.clock,
        team=context.rules,
    )
    with context.read_store() as store:
        done = _without_repeats(store, request, done)
    preferences_of(request).note_visit(context.clock())
    if done.recorded and not (done.left_out or done.kept or done.already):
        return RedirectResponse(view.url(done=done.recorded[0].decision.decision_id), 303)
    return _result(request, view, done)


def _marked(request: Request, form: FormData, view: QueueView) -> Asked:
    """Return the marked papers, or the first of the whole view."""
    if not text_of(form, "whole"):
        return Asked(read_ids(one for one in form.getlist("paper") if isinstance(one, str)))
    with context_of(request).read_store() as store:
        found = _ids_of(store, request, view, MOST_AT_ONCE)
        total = _size_of(store, request, view) if len(found) == MOST_AT_ONCE else len(found)
    return Asked(read_ids(found), total)


def _missing(context: ReviewContext, verdict: str, section: str, reason: str) -> str:
    if verdict == Verdict.APPROVED and not section:
        return "Nothing is recorded yet: choose the section that these papers go to."
    if verdict == Verdict.REJECTED and context.reasons and not reason:
        return "Nothing is recorded yet: choose the reason for rejecting these papers."
    return ""


def _proposals(
    request: Request, form: FormData, seen: dict[str, tuple[str, str]], verdict: str
) -> list[Proposal]:
    context = context_of(request)
    with context.read_store() as store:
        marks = store.papers.marks(seen)
        waiting = [key for key, (_, decision) in seen.items() if decision == NOT_DECIDED]
        repeats = _repeats(store, request, waiting)
    approves = verdict == Verdict.APPROVED
    proposals = (
        propose(
            context.taxonomy,
            arxiv_id=key,
            verdict=verdict,
            reviewer=reviewer_of(request),
            sections=[text_of(form, "section")] if approves else [],
            note=text_of(form, "note"),
            reason=None if approves else text_of(form, "reason"),
            reasons=context.reasons,
            expected=expected(digits, decision, marks.get(key)),
        )
        for key, (digits, decision) in seen.items()
    )
    return [replace(one, repeats=repeats.get(one.arxiv_id)) for one in proposals]


def _ask(request: Request, view: QueueView, asked: Asked, *, status: int = 200) -> Response:
    """Show how many papers in which state are decided, which are not, and both verdicts."""
    context = context_of(request)
    with context.read_store() as store:
        planned = _plan(store, request, asked.ids)
        named = [one.arxiv_id for one in (*planned.papers[:_NAMED], *planned.others[:_NAMED])]
        titles = store.papers.titles(named)
    if not planned.papers:
        return refuse(
            request, 400, "None of the marked papers is in the database.", "Mark them again."
        )
    count = len(planned.papers)
    return render(
        request,
        "bulk/ask.html",
        status=status,
        heading=f"Decide {count:,} {'paper' if count == 1 else 'papers'}",
        view=view,
        plan=planned,
        named=_NAMED,
        titles={key: shown_title(titles.get(key, ""), key) for key in named},
        asked=asked,
        section_groups=grouped(context.taxonomy.sections),
        reasons=context.reasons,
    )


def _plan(store: Store, request: Request, ids: tuple[str, ...]) -> Plan:
    repeats = _repeats(store, request, ids)
    standing = {
        key: one for key, one in store.decisions.standing(ids).items() if key not in repeats
    }
    return plan(ids, store.papers.marks(ids), standing, context_of(request).today)


def _repeats(store: Store, request: Request, ids: Iterable[str]) -> dict[str, str]:
    """Return the decisions that verdicts on these papers would repeat, by paper."""
    context = context_of(request)
    if not context.rules.repeats:
        return {}
    offered = candidates(store, reviewer_of(request), context.rules, context.clock())
    wanted = set(ids)
    return {one.arxiv_id: one.decision_id for one in offered if one.arxiv_id in wanted}


def _without_repeats(store: Store, request: Request, done: Bulk) -> Bulk:
    """Return the outcome in which words on repeated papers are told as any other decision."""
    again = [one for one in done.kept if looks_decided(store, request, one.word)]
    return replace(
        done,
        recorded=(*done.recorded, *(Recorded(as_decision(one.word)) for one in again)),
        kept=tuple(one for one in done.kept if one not in again),
    )


def _result(request: Request, view: QueueView, done: Bulk) -> Response:
    """Name the papers that were left out."""
    context = context_of(request)
    named = [one.arxiv_id for one in done.left_out[:_NAMED]]
    with context.read_store() as store:
        titles = store.papers.titles(named)
        recorded = [one.decision for one in done.recorded]
        contradicts = contradicted_together(store, request, recorded)
    return render(
        request,
        "bulk/result.html",
        contradicts=contradicts[:_NAMED],
        status=200 if done.recorded or done.kept or done.already else 409,
        heading="Decided together",
        view=view,
        done=done,
        named=_NAMED,
        titles={key: shown_title(titles.get(key, ""), key) for key in named},
    )


def _ids_of(store: Store, request: Request, view: QueueView, most: int) -> list[str]:
    wanted = filter_of(store, request, view)
    ids = store.queue.ids(wanted, limit=most, today=context_of(request).today)
    old = old_papers_in(store, request, wanted).placed
    if old is None or old.listed:
        return list(ids)
    return [*ids[: old.place], old.row.arxiv_id, *ids[old.place :]][:most]


def _size_of(store: Store, request: Request, view: QueueView) -> int:
    wanted, limits = filter_of(store, request, view), person_of(request).limits
    return store.queue.tally(wanted, today=context_of(request).today, limits=limits).size
