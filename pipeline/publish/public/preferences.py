"""See and change what is held of a person: choices, pause, leaving, download, deletion."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.publish.public.errors import refuse
from pipeline.publish.public.forms import ChoiceError, choices_of, form_of, text_of
from pipeline.publish.public.site import (
    described,
    groups,
    own_id,
    page,
    shown_address,
    site_of,
    texts_for,
)
from pipeline.publish.subscribers.held import all_held
from pipeline.publish.subscribers.tokens import Purpose
from storage.subscriber_types import How, Subscriber, SubscriberState

#: weeks that a pause can last
_WEEKS = ("4", "8", "13", "26")


def show(request: Request) -> Response:
    """Show how a person stands, with the forms that change it."""
    subscriber_id = _subscriber(request)
    if subscriber_id is None:
        return refuse(request, 404)
    return _page(request, _person(request, subscriber_id))


def download(request: Request) -> Response:
    """Send everything that is held of a person as a file."""
    site, subscriber_id = site_of(request), _subscriber(request)
    if subscriber_id is None:
        return refuse(request, 404)
    with site.read_store() as store:
        person = store.subscribers.get(subscriber_id)
        erased = person is None or person.address is None
        held = None if erased or person is None else all_held(store, person)
    if held is None:
        return _page(request, None)
    return Response(
        json.dumps(held, ensure_ascii=False, indent=2) + "\n",
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="subscription.json"'},
    )


async def change(request: Request) -> Response:
    """Do what a button says."""
    subscriber_id = _subscriber(request)
    if subscriber_id is None:
        return refuse(request, 404)
    form = await form_of(request)
    return await run_in_threadpool(_change, request, subscriber_id, form)


def _change(request: Request, subscriber_id: str, form: FormData) -> Response:
    person = _person(request, subscriber_id)
    act = text_of(form, "act")
    if person is None or person.address is None:
        return _page(request, person)
    if act == "delete" and text_of(form, "sure") != "yes":
        return _page(request, person, name="delete.html")
    if act in {"leave", "delete"}:
        return _depart(request, person, act)
    if act not in {"save", "pause", "resume"}:
        return refuse(request, 400)
    if not person.is_subscribed:
        return _page(request, person)
    try:
        done = _apply(request, person, act, form)
    except ChoiceError:
        return _page(request, person, said="fault_choice", status=400)
    # read again, because another tab may have changed it meanwhile
    return _page(request, _person(request, subscriber_id), said=done)


def _apply(request: Request, person: Subscriber, act: str, form: FormData) -> str:
    """Record a change; return the key of what is said of it."""
    site = site_of(request)
    choices = choices_of(form, site.taxonomy) if act == "save" else person.choices
    with site.open_store() as store:
        now, subscribers = site.clock(), store.subscribers
        before = subscribers.get(person.subscriber_id)
        if before is None or not before.is_subscribed:
            return "unchanged"
        if act == "save":
            changed = subscribers.choose(person.subscriber_id, choices, How.PAGE, now)
            return "saved" if changed else "unchanged"
        if act == "pause":
            until = _end_of_pause(form, now)
            changed = subscribers.pause(person.subscriber_id, How.PAGE, now, until=until)
            return ("paused_until" if until else "paused") if changed else "unchanged"
        return "resumed" if subscribers.resume(person.subscriber_id, How.PAGE, now) else "unchanged"


def _end_of_pause(form: FormData, now: datetime) -> date | None:
    """Return the day on which mail comes again; None: when the person resumes."""
    chosen = text_of(form, "weeks")
    if not chosen:
        return None
    if chosen not in _WEEKS:
        raise ChoiceError
    return now.astimezone(UTC).date() + timedelta(weeks=int(chosen))


def _depart(request: Request, person: Subscriber, act: str) -> Response:
    site = site_of(request)
    with site.open_store() as store:
        if act == "leave":
            store.subscribers.leave(person.subscriber_id, How.PAGE, site.clock())
        else:
            store.subscribers.delete(person.subscriber_id, How.PAGE, site.clock())
    if act == "leave":
        return _page(request, _person(request, person.subscriber_id), said="left")
    return page(request, "deleted.html", texts_for(request, person.choices.language))


def _page(
    request: Request,
    person: Subscriber | None,
    *,
    name: str = "preferences.html",
    said: str = "",
    status: int = 200,
) -> Response:
    texts = texts_for(request, None if person is None else person.choices.language)
    if person is None or person.address is None:
        return page(request, "gone.html", texts)
    site = site_of(request)
    values: dict[str, Any] = {
        "address": shown_address(person),
        "state": person.state.value,
        "subscribed": person.is_subscribed,
        "paused": person.state is SubscriberState.PAUSED,
        "choices": person.choices,
        "described": described(person.choices, site.taxonomy, texts),
        "groups": groups(site.taxonomy, texts.language),
        "unfolded": False,
        "said": said and texts.say(said, until=person.paused_until),
        "until": person.paused_until,
        "weeks": [(weeks, texts.say("weeks", n=weeks)) for weeks in _WEEKS],
        "wrong": status != 200,
    }
    return page(request, name, texts, status=status, **values)


def _person(request: Request, subscriber_id: str) -> Subscriber | None:
    with site_of(request).read_store() as store:
        return store.subscribers.get(subscriber_id)


def _subscriber(request: Request) -> str | None:
    return own_id(request, Purpose.PREFERENCES)


ROUTES = (
    Route("/preferences/{token}", show, methods=["GET"]),
    Route("/preferences/{token}/data", download, methods=["GET"]),
    Route("/preferences/{token}", change, methods=["POST"]),
)
