"""Offer decisions for a second look: those that rules made and that were drawn, and old ones."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from pipeline.review.second_look import BATCH, confirm, offers
from pipeline.review.web.context import context_of, progress_of, reviewer_of
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.flash import with_title
from pipeline.review.web.render import render
from storage.typed_ids import read_key

PATH = "/second-look"


def second_look_page(request: Request) -> Response:
    """Show a batch; a decision is kept here, or changed on its paper's page."""
    return _show(request)


async def keep(request: Request) -> Response:
    """Keep a decision that was read again."""
    return await act(request, _keep)


def _keep(request: Request, form: FormData) -> Response:
    context = context_of(request)
    try:
        confirm(
            context.open_store,
            [read_key(text_of(form, "arxiv_id"))],
            person=reviewer_of(request),
            clock=context.clock,
            seen=text_of(form, "decision_id"),
        )
    except UsageError as error:
        return _show(request, f"Nothing was recorded. {error}", status=409)
    return RedirectResponse(f"{PATH}?said=kept", 303)


def _show(request: Request, warning: str = "", *, status: int = 200) -> Response:
    context = context_of(request)
    with context.read_store() as store:
        progress_of(request).read(store)
        found = offers(store, reasons=context.reasons, taxonomy=context.taxonomy.fingerprint)
        open_ = [one for one in store.rules.sample() if one.outcome == "open"]
        drawn = store.decisions.get_many(one.decision_id for one in open_[:BATCH])
        titles = store.papers.titles(one.arxiv_id for one in drawn)
    return render(
        request,
        "second_look/page.html",
        status=status,
        heading="Second look",
        warning=warning,
        found=found,
        drawn=[with_title(titles, one) for one in drawn],
        drawn_total=len(open_),
        offered=[
            (one, with_title({one.decision.arxiv_id: one.title}, one.decision))
            for one in found.offers
        ],
    )
