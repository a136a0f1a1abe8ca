"""Find a page of the list with a paper that no one else reads."""

from starlette.requests import Request

from pipeline.review.web.desk.listing import Listing, read_listing
from pipeline.review.web.readers import Readers
from storage.store import Store


def with_free_paper(store: Store, request: Request, listing: Listing, readers: Readers) -> Listing:
    """Return this page of a list, or the next one with a paper that no one else claims.

    If there is none, it is this page.
    """
    page = listing
    while page.ids and not readers.leaves_one_of(page.ids):
        if page.view.page >= page.pages:
            return listing
        page = read_listing(store, request, page.view.at_page(page.view.page + 1))
    return page
