"""Confirm a subscription: the page that a mail links, and its button."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.publish.public.errors import refuse
from pipeline.publish.public.site import (
    described,
    own_id,
    page,
    shown_address,
    site_of,
    texts_for,
)
from pipeline.publish.subscribers.opt_in import valid_for
from pipeline.publish.subscribers.tokens import Purpose
from storage.subscriber_types import Confirmation, Confirmed


def show(request: Request) -> Response:
    """Show what would be subscribed; nothing changes."""
    site = site_of(request)
    confirmation_id = own_id(request, Purpose.CONFIRM)
    if confirmation_id is None:
        return refuse(request, 404)
    with site.read_store() as store:
        asked = store.confirmations.get(confirmation_id)
        person = None if asked is None else store.subscribers.get(asked.subscriber_id)
        used = store.confirmations.is_used(confirmation_id)
    if asked is None or person is None or person.address is None:
        return _over(request, asked)
    if person.is_subscribed:
        return _end(request, Confirmed.ALREADY, person.subscriber_id)
    if used or site.clock() - asked.asked_at > valid_for(site.settings):
        return _over(request, asked)
    texts = texts_for(request, asked.choices.language)
    return page(
        request,
        "confirm.html",
        texts,
        address=shown_address(person),
        choices=described(asked.choices, site.taxonomy, texts),
        wording=asked.wording,
    )


def confirm(request: Request) -> Response:
    """Record the consent."""
    site = site_of(request)
    confirmation_id = own_id(request, Purpose.CONFIRM)
    if confirmation_id is None:
        return refuse(request, 404)
    with site.open_store() as store:
        asked = store.confirmations.get(confirmation_id)
        done = store.confirmations.confirm(
            confirmation_id, site.clock(), valid_for=valid_for(site.settings)
        )
    if asked is None or done is Confirmed.OVER:
        return _over(request, asked)
    return _end(request, done, asked.subscriber_id)


def _over(request: Request, asked: Confirmation | None) -> Response:
    texts = texts_for(request, None if asked is None else asked.choices.language)
    return page(request, "over.html", texts, status=410)


def _end(request: Request, done: Confirmed, subscriber_id: str) -> Response:
    site = site_of(request)
    with site.read_store() as store:
        person = store.subscribers.get(subscriber_id)
    assert person is not None
    return page(
        request,
        "confirmed.html",
        texts_for(request, person.choices.language),
        already=done is Confirmed.ALREADY,
        address=shown_address(person),
        token=site.keys.tokens.make(Purpose.PREFERENCES, subscriber_id),
    )


ROUTES = (
    Route("/confirm/{token}", show, methods=["GET"]),
    Route("/confirm/{token}", confirm, methods=["POST"]),
)
