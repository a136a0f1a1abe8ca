"""End a subscription: by the form of a page, or by one click of a mail program (RFC 8058)."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.publish.public.errors import refuse
from pipeline.publish.public.site import own_id, page, shown_address, site_of, texts_for
from pipeline.publish.subscribers.tokens import Purpose
from storage.subscriber_types import How, Subscriber

#: the body that a mail program sends (RFC 8058, section 3.2), as either kind of form
_ONE_CLICK = (b"List-Unsubscribe=One-Click", b'name="List-Unsubscribe"')


def show(request: Request) -> Response:
    """Show the button; nothing changes, because mail scanners follow every link."""
    subscriber_id = _subscriber(request)
    if subscriber_id is None:
        return refuse(request, 404)
    with site_of(request).read_store() as store:
        person = store.subscribers.get(subscriber_id)
    if person is None or not person.is_subscribed:
        return _left(request, person)
    return page(
        request,
        "unsubscribe.html",
        texts_for(request, person.choices.language),
        address=shown_address(person),
    )


async def leave(request: Request) -> Response:
    """End the subscription at once, whatever the body says and however often it is sent."""
    subscriber_id = _subscriber(request)
    if subscriber_id is None:
        return refuse(request, 404)
    body = await request.body()
    how = How.ONE_CLICK if any(one in body for one in _ONE_CLICK) else How.PAGE
    return await run_in_threadpool(_leave, request, subscriber_id, how)


def _leave(request: Request, subscriber_id: str, how: How) -> Response:
    site = site_of(request)
    with site.open_store() as store:
        store.subscribers.leave(subscriber_id, how, site.clock())
        person = store.subscribers.get(subscriber_id)
    return _left(request, person)


def _left(request: Request, person: Subscriber | None) -> Response:
    texts = texts_for(request, None if person is None else person.choices.language)
    return page(request, "unsubscribed.html", texts)


def _subscriber(request: Request) -> str | None:
    return own_id(request, Purpose.UNSUBSCRIBE)


ROUTES = (
    Route("/unsubscribe/{token}", show, methods=["GET"]),
    Route("/unsubscribe/{token}", leave, methods=["POST"]),
)
