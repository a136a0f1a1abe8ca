"""Ask to be subscribed: the form, and what is answered whatever the address is."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.publish.public.errors import refuse
from pipeline.publish.public.forms import (
    ChoiceError,
    choices_of,
    form_of,
    is_ours,
    send_origin,
    text_of,
)
from pipeline.publish.public.site import form_wait, groups, network, page, site_of, texts_for
from pipeline.publish.public.texts import Texts
from pipeline.publish.subscribers.address import Address, AddressError, parse_address
from pipeline.publish.subscribers.opt_in import Wish, ask
from storage.subscriber_types import Asked, Choices


async def show(request: Request) -> Response:
    """Show the form."""
    texts = texts_for(request)
    return _form(request, texts, "", Choices(texts.language))


async def send(request: Request) -> Response:
    """Queue a confirmation; the answer is the same for every well-formed address."""
    site, texts = site_of(request), texts_for(request)
    if not is_ours(request):
        return refuse(request, 403)
    wait = form_wait(request)
    if wait is not None:
        return refuse(request, 429, wait=wait)
    client = network(request)
    form = await form_of(request)
    given = text_of(form, "address")
    try:
        choices = choices_of(form, site.taxonomy)
        address = parse_address(given)
    except ChoiceError:
        return _form(request, texts, given, Choices(texts.language), fault="fault_choice")
    except AddressError as error:
        fault = f"fault_{error.fault.name.lower()}"
        return _form(request, texts, given[:300], choices, fault=fault)
    begun = site.seconds()
    wording = texts.say("consent", survey=site.survey)
    wish = Wish(address, choices, wording, client)
    asked = await run_in_threadpool(
        ask,
        wish,
        open_store=site.open_store,
        salt=site.keys.salt,
        settings=site.settings,
        clock=site.clock,
    )
    # A busy database would otherwise tell whether a row was added.
    await site.pause(max(site.answered_after - (site.seconds() - begun), 0.0))
    if asked in {Asked.NETWORK_LIMIT, Asked.TOTAL_LIMIT, Asked.DOMAIN_LIMIT}:
        return refuse(request, 429)
    if asked is Asked.QUEUED:
        site.queued()
    return _asked(request, texts, form, address)


def _form(
    request: Request, texts: Texts, address: str, choices: Choices, *, fault: str = ""
) -> Response:
    response = page(
        request,
        "subscribe.html",
        texts,
        status=400 if fault else 200,
        address=address,
        choices=choices,
        fault=fault and texts.say(fault),
        groups=groups(site_of(request).taxonomy, texts.language),
        unfolded=bool(choices.sections),
    )
    send_origin(response)
    return response


def _asked(request: Request, texts: Texts, form: FormData, address: Address) -> Response:
    fields = [
        (name, value)
        for name, value in form.multi_items()
        if name in {"address", "language", "rhythm", "section"} and isinstance(value, str)
    ]
    response = page(
        request,
        "asked.html",
        texts,
        address=address.readable,
        fields=fields,
        most=site_of(request).settings.mails_per_mailbox,
    )
    send_origin(response)
    return response


ROUTES = (
    Route("/", show, methods=["GET"]),
    Route("/subscribe", show, methods=["GET"]),
    Route("/subscribe", send, methods=["POST"]),
)
