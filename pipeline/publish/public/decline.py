"""Want no more mails that ask to confirm: the page that such a mail links, and its button."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.publish.public.errors import refuse
from pipeline.publish.public.site import own_id, page, site_of, texts_for
from pipeline.publish.subscribers.address import mailbox_key, parse_address
from pipeline.publish.subscribers.tokens import Purpose
from storage.subscriber_types import Confirmation, SubscriberState


def show(request: Request) -> Response:
    """Show the button; nothing changes, because mail scanners follow every link."""
    asked = _asked(request)
    if asked is None:
        return refuse(request, 404)
    if asked.address is None:
        return _over(request, asked)
    texts = texts_for(request, asked.choices.language)
    address = parse_address(asked.address).readable
    return page(request, "decline.html", texts, address=address)


def decline(request: Request) -> Response:
    """Record it; sent again it changes nothing."""
    site, asked = site_of(request), _asked(request)
    if asked is None:
        return refuse(request, 404)
    if asked.address is None:
        return _over(request, asked)
    key = mailbox_key(parse_address(asked.address), site.keys.salt)
    with site.open_store() as store:
        store.confirmations.decline(asked.confirmation_id, key, site.clock())
    return page(request, "declined.html", texts_for(request, asked.choices.language))


def _asked(request: Request) -> Confirmation | None:
    site = site_of(request)
    confirmation_id = own_id(request, Purpose.DECLINE)
    if confirmation_id is None:
        return None
    with site.read_store() as store:
        return store.confirmations.get(confirmation_id)


def _over(request: Request, asked: Confirmation) -> Response:
    """Say of an erased address that it is; if its owner had it erased here, that this is done."""
    with site_of(request).read_store() as store:
        person = store.subscribers.get(asked.subscriber_id)
    deleted = person is not None and person.state is SubscriberState.DELETED
    name = "declined.html" if deleted else "gone.html"
    return page(request, name, texts_for(request, asked.choices.language))


ROUTES = (
    Route("/decline/{token}", show, methods=["GET"]),
    Route("/decline/{token}", decline, methods=["POST"]),
)
