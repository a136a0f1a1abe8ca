"""Show cases of the inbox, one a screen, and record what a reviewer does with them."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from config.whole_number import UBIGINT, whole_number
from pipeline.ingest.corrections import said
from pipeline.review.corrections import Act, CaseView, case_view, keep_all, resolve, undo_resolution
from pipeline.review.judge import Stale
from pipeline.review.web.card import grouped
from pipeline.review.web.context import context_of, reviewer_of
from pipeline.review.web.desk.forms import act, text_of, ticked_in
from pipeline.review.web.inbox.view import PAGE_SIZE, InboxView, read_view
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from storage.correction_kinds import KINDS
from storage.correction_types import CorrectionCase, RecordedResolution, Resolution
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Row:
    """A case of the list."""

    case: CorrectionCase
    title: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What was entered and not recorded."""

    warning: str = ""
    sections: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""


def inbox_page(request: Request) -> Response:
    """Show the list of cases and one of them."""
    return _show(request, read_view("/inbox", request.query_params))


async def answer(request: Request) -> Response:
    """Record what a reviewer does with a case, then show the next one."""
    return await act(request, _answer)


async def undo(request: Request) -> Response:
    """Take back a resolution, then show its case again."""
    return await act(request, _undo)


async def keep_alike(request: Request) -> Response:
    """Keep all papers whose only change is of one kind."""
    return await act(request, _keep_alike)


def _answer(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = _view_of(form)
    decision_id, _, key = text_of(form, "seen").partition(":")
    draft = Draft(
        sections=tuple(sorted(ticked_in(form))),
        reason=text_of(form, "reason"),
        note=text_of(form, "note"),
    )
    try:
        resolution = _resolution(text_of(form, "act"))
        placed = resolution in (Resolution.MOVED, Resolution.APPROVED)
        outcome = resolve(
            context.open_store,
            context.taxonomy,
            Act(
                arxiv_id=text_of(form, "arxiv_id"),
                resolution=resolution,
                reviewer=reviewer_of(request),
                sections=draft.sections if placed else (),
                reason=draft.reason if resolution is Resolution.TAKEN_BACK else None,
                note=draft.note or None,
                seen=(decision_id, whole_number(key, UBIGINT) or 0),
            ),
            reasons=context.reasons,
            clock=context.clock,
            team=context.rules,
        )
    except UsageError as error:
        warned = Draft(f"Nothing was recorded. {error}", draft.sections, draft.reason, draft.note)
        return _show(request, view, warned, status=400)
    if isinstance(outcome, Stale):
        warned = Draft(
            f"Nothing was recorded. {outcome.cause}", draft.sections, draft.reason, draft.note
        )
        return _show(request, view, warned, status=409)
    done = str(outcome.resolution.resolution_id)
    return RedirectResponse(view.at(text_of(form, "following")).url(done=done), 303)


def _undo(request: Request, form: FormData) -> Response:
    context = context_of(request)
    number = text_of(form, "resolution_id")
    try:
        taken = undo_resolution(
            context.open_store,
            context.taxonomy,
            reviewer=reviewer_of(request),
            resolution_id=whole_number(number) or 0,
            clock=context.clock,
        )
    except UsageError as error:
        return _show(request, _view_of(form), Draft(str(error)), status=409)
    view = _view_of(form).at(taken.arxiv_id)
    return RedirectResponse(view.url(done=str(taken.resolution_id)), 303)


def _keep_alike(request: Request, form: FormData) -> Response:
    context = context_of(request)
    kind = text_of(form, "only")
    if kind not in KINDS:
        raise UsageError(f"{kind[:40]!r} is no kind of change.", hint=f"Use {', '.join(KINDS)}.")
    kept = keep_all(context.open_store, (kind,), reviewer=reviewer_of(request), clock=context.clock)
    return RedirectResponse(InboxView().url(kept=str(len(kept))), 303)


def _view_of(form: FormData) -> InboxView:
    values = {name: text_of(form, name) for name in ("page", "only")}
    return read_view("/inbox", values).at(text_of(form, "arxiv_id"))


def _resolution(text: str) -> Resolution:
    try:
        return Resolution(text)
    except ValueError:
        raise UsageError(
            f"{text[:40]!r} is no answer to a case.", hint="Press one of the buttons."
        ) from None


def _show(
    request: Request, view: InboxView, draft: Draft | None = None, *, status: int = 200
) -> Response:
    context = context_of(request)
    kinds = (view.only,) if view.only else ()
    with context.read_store() as store:
        counts = store.corrections.counts()
        alike = len(store.corrections.open(kinds=kinds)) if kinds else 0
        total = alike if kinds else sum(counts.values())
        pages = max(1, -(-total // PAGE_SIZE))
        view = view if view.page <= pages else view.at_page(pages)
        cases = store.corrections.open(limit=PAGE_SIZE, offset=view.offset, kinds=kinds)
        titles = store.papers.titles(case.arxiv_id for case in cases)
        opened = _opened(store, view.paper, cases)
        past = store.corrections.resolutions_of(view.paper) if view.paper and not opened else []
        flash = _flash(store, request.query_params.get("done", ""))
        flash_title = store.papers.titles([flash.arxiv_id]) if flash else {}
        doubles, incomplete = store.same_work.count(), store.incomplete.count()
        suggested = store.suggestions.count().cases
    ids = [case.arxiv_id for case in cases]
    place = ids.index(opened.case.arxiv_id) if opened and opened.case.arxiv_id in ids else -1
    return render(
        request,
        "inbox/cases.html",
        status=status,
        heading="Inbox",
        view=view,
        rows=[
            Row(case, shown_title(titles.get(case.arxiv_id, ""), case.arxiv_id)) for case in cases
        ],
        opened=opened,
        title=shown_title(opened.stored.paper.title, opened.case.arxiv_id) if opened else "",
        past=past,
        draft=draft or Draft(),
        flash=flash,
        flash_title=shown_title(flash_title.get(flash.arxiv_id, ""), flash.arxiv_id)
        if flash
        else "",
        kept=request.query_params.get("kept", "")[:9],
        following=ids[place + 1] if 0 <= place + 1 < len(ids) and opened else "",
        previous=ids[place - 1] if place > 0 else "",
        counts=[(kind, counts[kind]) for kind in KINDS if counts.get(kind)],
        total=total,
        alike=alike,
        pages=pages,
        doubles=doubles,
        incomplete=incomplete,
        suggested=suggested,
        said_kind=lambda kind: said((kind,)),
        reasons=context.reasons,
        groups=grouped(context.taxonomy.sections),
    )


def _opened(store: Store, paper: str, cases: list[CorrectionCase]) -> CaseView | None:
    if paper:
        return case_view(store, paper)
    return case_view(store, cases[0].arxiv_id) if cases else None


def _flash(store: Store, number: str) -> RecordedResolution | None:
    """Return the resolution in `?done=`, looked up, so that a link cannot forge a message."""
    resolution_id = whole_number(number)
    return None if resolution_id is None else store.corrections.resolution(resolution_id)
