"""A paper's own page: the paper, its verdict, all reasons and all its decisions."""

from starlette.requests import Request
from starlette.responses import Response

from config.roles import Role
from pipeline.review.rulings.precedents import by_section
from pipeline.review.web.card import FormDraft
from pipeline.review.web.context import context_of, person_of, wants_json
from pipeline.review.web.desk.asked import Asked
from pipeline.review.web.desk.listing import read_listing
from pipeline.review.web.desk.open_paper import card_of, read_open
from pipeline.review.web.error_pages import no_such_paper
from pipeline.review.web.flash import flash_of
from pipeline.review.web.readers import readers_for
from pipeline.review.web.reasons import card_reasons, read_news, with_marks
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import LONGEST_ID, QUEUE, QueueView, paper_view
from storage.paper_key import parse_key


def paper_page(request: Request) -> Response:
    """Show one paper with all its decisions."""
    text = request.path_params["arxiv_id"]
    key = parse_key(text) if len(text) <= LONGEST_ID else None
    if key is None:
        return no_such_paper(request, text)
    taxonomy = context_of(request).taxonomy
    return show_paper(request, paper_view(key, request.query_params, taxonomy))


def show_paper(
    request: Request,
    view: QueueView,
    *,
    draft: FormDraft | None = None,
    asked: Asked | None = None,
    status: int = 200,
) -> Response:
    """Return the page of the view's paper.

    `draft` is what was entered, `asked` why it was not recorded.
    """
    context, person = context_of(request), person_of(request)
    with context.read_store() as store:
        person.progress.read(store)
        person.preferences.own_in(store)
        context.reading.look(store)
        # all reasons of a paper are opened from the queue
        from_queue = request.query_params.get("from", "").startswith(QUEUE)
        found = read_open(store, request, view.paper, in_queue=from_queue)
        if found is None:
            return no_such_paper(request, view.paper)
        listing = read_listing(store, request, view, counted=False)
        history = [] if found.repeats else store.decisions.of_paper(view.paper)
        words = {one.decision_id: store.opinions.of_decision(one.decision_id) for one in history}
        news, precedents = read_news(context, store), context.precedents.read(store)
        ruling = store.rulings.of([view.paper]).get(view.paper)
        last_act = flash_of(store, request)
    card = card_of(context, found, draft)
    why = card_reasons(context, card, news, reviewer=person.name, precedents=precedents, wait=True)
    following = listing.following(view.paper)
    return render(
        request,
        "desk/part.html" if wants_json(request) else "desk/paper.html",
        status=status,
        heading=shown_title(found.stored.paper.title, view.paper),
        view=view.list,
        here=view,
        listing=listing,
        reasons=context.reasons,
        place=listing.place(view.paper),
        following=following,
        next_url=view.at_paper(following).url() if following else "",
        previous_url="",
        card=with_marks(card, why),
        why=why,
        section_rulings=by_section(precedents),
        may_rule=person.role.includes(Role.PUBLISHER),
        ruling=ruling,
        words=words,
        history=sorted(history, key=lambda decision: decision.decided_at, reverse=True),
        last_act=last_act,
        asked=asked or Asked(),
        readers=readers_for(request),
    )
