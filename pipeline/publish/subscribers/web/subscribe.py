"""Ask to be subscribed: the form, and what is answered whatever the address is."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.publish.subscribers.address import Address, AddressError, parse_address
from pipeline.publish.subscribers.opt_in import Wish, ask
from pipeline.publish.subscribers.web.errors import refuse
from pipeline.publish.subscribers.web.forms import ChoiceError, choices_of, form_of, text_of
from pipeline.publish.subscribers.web.site import groups, network, page, site_of, texts_for
from pipeline.publish.subscribers.web.texts import Texts
from storage.subscriber_types import Asked, Choices


async def show(request: Request) -> Response:
    """Show the form."""
    texts = texts_for(request)
    return _form(request, texts, "", Choices(texts.language))


async def send(request: Request) -> Response:
    """Queue a confirmation; the answer is the same for every well-formed address."""
    site, texts = site_of(request), texts_for(request)
    if not _is_ours(request):
        return refuse(request, 403)
    client = network(request)
    if not site.rates.allow(client):
        return refuse(request, 429)
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
    _send_origin(response)
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
    _send_origin(response)
    return response


def _send_origin(response: Response) -> None:
    """Let the browser say where the form is from; the address of this page holds no token."""
    response.headers["Referrer-Policy"] = "same-origin"


def _is_ours(request: Request) -> bool:
    """Return whether a form comes from a page of ours, as every browser tells."""
    origin = request.headers.get("origin", "").lower()
    return origin in site_of(request).own_origins


ROUTES = (
    Route("/", show, methods=["GET"]),
    Route("/subscribe", show, methods=["GET"]),
    Route("/subscribe", send, methods=["POST"]),
)
