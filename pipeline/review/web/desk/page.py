"""The desk: the list, the open paper and its verdict.

A page reads in a short lease and renders after it.
"""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config.roles import Role
from config.visible import one_line
from config.whole_number import whole_number
from pipeline.review.audit import AuditReport, count, estimated
from pipeline.review.rulings.precedents import by_section
from pipeline.review.web.card import Card, FormDraft, grouped
from pipeline.review.web.context import ReviewContext, context_of, person_of, wants_json
from pipeline.review.web.desk.asked import Asked
from pipeline.review.web.desk.choices import chosen, counts, orders
from pipeline.review.web.desk.free import with_free_paper
from pipeline.review.web.desk.listing import PAGE_SIZE, Listing, read_listing, told_listing
from pipeline.review.web.desk.open_paper import card_of, read_open
from pipeline.review.web.flash import flash_of
from pipeline.review.web.readers import Readers, readers_for
from pipeline.review.web.reasons import CardReasons, card_reasons, read_news
from pipeline.review.web.render import fragment, render
from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import ORDER_LABELS, QueueView, read_view
from storage.paper_key import key_label
from storage.store import Store

#: characters of an address that a message quotes
_QUOTED = 60


def queue_page(request: Request) -> Response:
    """Show the desk of a view."""
    view = read_view("/queue", request.query_params, context_of(request).taxonomy)
    named = one_line(request.query_params.get("paper", ""))[:_QUOTED]
    no_id = Asked(f"{named!r} is no arXiv ID.") if named and not view.paper else None
    return show_desk(request, view, asked=no_id)


def show_desk(
    request: Request,
    view: QueueView,
    *,
    draft: FormDraft | None = None,
    asked: Asked | None = None,
    status: int = 200,
) -> Response:
    """Return the desk at the paper of the view, or at the first of the list.

    `draft` is what was entered, `asked` why it was not recorded.
    """
    context, person = context_of(request), person_of(request)
    with context.read_store() as store:
        person.preferences.own_in(store)
        context.reading.look(store)
        readers = readers_for(request)
        if is_part(
            request
        ):  # the script changes the paper only, not what the page says of the list
            told = told_listing(view, request.query_params)
            listing = told or read_listing(store, request, view, counted=False)
        else:
            person.progress.read(store)
            listing = read_listing(store, request, view)
            if not view.paper:
                listing = with_free_paper(store, request, listing, readers)
        named = _named(request, view, listing, readers)
        stored = read_open(store, request, named, in_queue=True) if named else None
        if stored is None and named:  # the address names a paper that is not held
            asked = asked or Asked(f"{key_label(named)} is not in the database.")
        if stored is None and listing.ids:
            stored = read_open(store, request, listing.ids[0], in_queue=True)
        last_act = flash_of(store, request)
        audit = _audit(context, store, listing) if view.is_audit else None
        news, precedents = read_news(context, store), context.precedents.read(store)
    card = card_of(context, stored, draft) if stored else None
    section = listing.selection.section
    values = {
        "reasons": context.reasons,
        "view": listing.view,
        "listing": listing,
        "card": card,
        "last_act": last_act,
        "asked": asked or Asked(),
        "why": card_reasons(context, card, news, reviewer=person.name, precedents=precedents)
        if card
        else CardReasons(),
        "section_rulings": by_section(precedents),
        "may_rule": person.role.includes(Role.PUBLISHER),
        "readers": readers,
        **_place(listing, card, readers),
    }
    if is_part(request):
        return HTMLResponse(fragment(request, "desk/part.html", **values), status)
    page = render(
        request,
        "desk/queue.html",
        status=status,
        heading=f"{shown_title(card.paper.title, card.paper.arxiv_id)} - Queue"
        if card
        else "Queue",
        section=context.taxonomy.section(section) if section else None,
        counts=counts(listing, person.limits),
        chosen=chosen(listing),
        impossible=listing.selection.contradiction(person.limits),
        section_groups=grouped(context.taxonomy.sections),
        facets=context.taxonomy.facets,
        orders=orders(listing),
        order_labels=ORDER_LABELS,
        audit=_with_estimate(context, audit) if audit else None,
        **values,
    )
    if context.explainers is not None:
        # loads scikit-learn for the next page
        page.background = BackgroundTask(context.explainers.warm)
    return page


def is_part(request: Request) -> bool:
    """Return whether the script asks for the paper and its form only."""
    return wants_json(request) or request.query_params.get("part") == "paper"


def _named(request: Request, view: QueueView, listing: Listing, readers: Readers) -> str:
    """Return the paper to open; after a decision the one that stands in its place.

    Whoever did not choose a paper is given the next one that no one else reads.
    """
    ids = listing.ids
    place = listing.place(view.paper) if view.paper else None
    is_chosen = "at" not in request.query_params or is_part(request)
    if view.paper and (is_chosen or (place is not None and view.paper not in readers.others)):
        return view.paper
    if place is None:
        place = whole_number(request.query_params.get("at", ""), PAGE_SIZE) or 0
    place = min(place, len(ids) - 1)
    return readers.free_of((*ids[place:], *ids[:place])) or (ids[place] if ids else "")


def _place(listing: Listing, card: Card | None, readers: Readers) -> dict[str, object]:
    key = card.paper.arxiv_id if card else ""
    place = listing.place(key)
    following, before = listing.following(key), listing.preceding(key)
    after = listing.ids[listing.ids.index(key) + 1 :] if key in listing.ids else ()
    return {
        "here": listing.view.at_paper(key) if key else listing.view,
        "place": place,
        # after a verdict: what others read is passed over
        "following": readers.free_of(after) or following,
        "next_url": listing.view.at_paper(following).url() if following else "",
        "previous_url": listing.view.at_paper(before).url() if before else "",
    }


def _audit(context: ReviewContext, store: Store, listing: Listing) -> AuditReport:
    # the tally leaves out papers that wait for others, and has repeated ones
    all_wait = not (store.opinions.exist() or context.rules.repeats)
    return count(store, queued=listing.tally.whole if all_wait else None)


def _with_estimate(context: ReviewContext, audit: AuditReport) -> AuditReport:
    """Add the estimate if its library is loaded, to keep the first page fast."""
    ready = context.explainers is not None and context.explainers.ready
    return estimated(audit) if ready else audit
