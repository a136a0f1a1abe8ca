"""Suggest a paper or a correction: the form, and what is known at once of what was sent."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from config.errors import UsageError
from config.section_names import find_section
from pipeline.publish.public.closing import closed_page
from pipeline.publish.public.errors import refuse
from pipeline.publish.public.forms import form_of, is_ours, send_origin, text_of
from pipeline.publish.public.site import form_wait, groups, network, page, site_of, texts_for
from pipeline.publish.subscribers.address import AddressError, network_key, parse_address
from pipeline.publish.subscribers.form_token import FormAge, make_form_token, read_form_token
from pipeline.publish.subscribers.tokens import Purpose
from pipeline.suggestions.answer import placed, why_rejected
from pipeline.suggestions.clean import LONGEST_NOTE, LONGEST_VALUE, clean_line
from pipeline.suggestions.read import Filled, Read, SuggestionError, ids_in, read_filled
from pipeline.suggestions.receive import (
    Known,
    Limited,
    NotPublished,
    RejectedBefore,
    Sent,
    Taken,
    day_of,
    receive,
)
from storage.paper_key import key_address, key_label
from storage.suggestion_types import Channel, Received, Relation, SuggestionKind

#: a field that people do not see
_TRAP = "homepage"
_KINDS = tuple(kind.value for kind in SuggestionKind)
_PLACED = frozenset({SuggestionKind.MISSING_PAPER.value, SuggestionKind.WRONG_SECTION.value})


@dataclass(frozen=True, slots=True)
class _Draft:
    """What stands in the form."""

    filled: Filled
    address: str = ""
    token: str = ""
    #: key of what is wrong, and the field it is in
    fault: str = ""
    field: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class _Said:
    """What is known at once of a paper, in sentences; `missing` names one to suggest."""

    sentences: tuple[str, ...]
    missing: str = ""


def show(request: Request) -> Response:
    """Show the form, filled in with what the link to it says; nothing changes."""
    return _form(request, _Draft(_of_link(request.query_params)))


async def send(request: Request) -> Response:
    """Store a suggestion and lead to its page, or say what is wrong or known already."""
    site = site_of(request)
    if not is_ours(request):
        return refuse(request, 403)
    wait = form_wait(request)
    if wait is not None:
        return refuse(request, 429, wait=wait)
    client = network(request)
    form = await form_of(request)
    draft = _of_form(form)
    made = read_form_token(site.keys.tokens, draft.token, site.clock())
    if text_of(form, _TRAP):
        return _form(request, replace(draft, fault="fault_form_trap", status=400))
    if made.age is not FormAge.GOOD:
        token = draft.token if made.age is FormAge.FAST else ""
        return _form(request, replace(draft, token=token, fault=made.age.value, status=400))
    try:
        read = read_filled(draft.filled, site.taxonomy, site.clock().date())
        address = str(parse_address(draft.address)) if draft.address else None
    except SuggestionError as error:
        return _form(request, replace(draft, fault=error.fault, field=error.field, status=400))
    except AddressError as error:
        fault = f"fault_{error.fault.name.lower()}"
        return _form(request, replace(draft, fault=fault, field="address", status=400))
    sent = Sent(
        Channel.PAGE,
        made.number,
        language=texts_for(request).language,
        address=address if site.mails else None,
        network_key=network_key(client, site.keys.salt),
    )
    return await run_in_threadpool(_receive, request, draft, read, sent)


def _receive(request: Request, draft: _Draft, read: Read, sent: Sent) -> Response:
    site = site_of(request)
    closed = closed_page(request, fresh=True)
    if closed is not None:
        return closed
    outcome = receive(site.open_store, read, sent, settings=site.suggestions, clock=site.clock)
    match outcome:
        case Taken():
            token = site.keys.tokens.make(Purpose.SUGGESTION, outcome.suggestion_id)
            lang = f"?lang={sent.language}" if request.query_params.get("lang") else ""
            return RedirectResponse(f"{site.root}/suggestions/{token}{lang}", 303)
        case Limited(limit=Received.FULL):
            response = page(request, "full.html", texts_for(request), status=503)
            response.headers["Retry-After"] = str(24 * 3600)
            return response
        case Limited():
            return refuse(request, 429)
        case Known() | RejectedBefore() | NotPublished():
            return _form(request, draft, said=_said(request, read, outcome))


def _said(request: Request, read: Read, known: Known | RejectedBefore | NotPublished) -> _Said:
    site, texts = site_of(request), texts_for(request)
    paper = key_label(read.arxiv_id)
    if isinstance(known, NotPublished):
        return _Said((texts.say("said_not_listed", paper=paper),), missing=read.arxiv_id)
    if isinstance(known, Known):
        names = [one.names[texts.language] for one in placed(known.decision, site.taxonomy)]
        key = "said_listed_in" if names else "said_listed"
        day = day_of(known.decision)
        return _Said((texts.say(key, paper=paper, day=day, sections="; ".join(names)),))
    reason = why_rejected(known.decision, site.reasons)
    because = (
        texts.say("said_no_reason")
        if reason is None
        else texts.say("said_because", reason=reason.name_in(texts.language))
    )
    return _Said((texts.say("said_rejected", paper=paper), because, texts.say("said_new")))


def _of_link(query: QueryParams) -> Filled:
    """Return what a link fills in; of a paper in a wrong section it names the wrong one."""
    kind = query.get("kind", "")
    section = query.get("section", "") if kind == SuggestionKind.MISSING_PAPER.value else ""
    return Filled(
        kind=kind if kind in _KINDS else "",
        paper=clean_line(query.get("arxiv_id", ""))[:LONGEST_VALUE],
        sections=(section[:LONGEST_VALUE],),
    )


def _of_form(form: FormData) -> _Draft:
    return _Draft(
        Filled(
            kind=text_of(form, "kind"),
            paper=text_of(form, "paper"),
            value=text_of(form, "value"),
            sections=(text_of(form, "section"),),
            note=text_of(form, "note"),
            name=text_of(form, "name"),
            relation=text_of(form, "relation"),
            credited=text_of(form, "credit") == "yes",
        ),
        address=text_of(form, "address").strip(),
        token=text_of(form, "form"),
    )


def _form(request: Request, draft: _Draft, *, said: _Said | None = None) -> Response:
    closed = closed_page(request)
    if closed is not None:
        return closed
    site, texts = site_of(request), texts_for(request)
    filled = draft.filled
    kind = filled.kind if filled.kind in _KINDS else ""
    keys = ids_in(filled.paper)
    response = page(
        request,
        "suggest.html",
        texts,
        status=draft.status,
        kind=kind,
        kinds=_KINDS,
        filled=filled,
        section=_section(request, filled),
        placed=kind in _PLACED,
        groups=groups(site.taxonomy, texts.language),
        relations=[one.value for one in Relation],
        address=draft.address,
        fault=draft.fault and texts.say(draft.fault),
        field=draft.field,
        said=said,
        record=key_address(keys[0]) if len(keys) == 1 else "",
        form=draft.token or make_form_token(site.keys.tokens, site.clock()),
        trap=_TRAP,
        mails=site.mails,
        kept=site.suggestions.keep_address_days,
        most=LONGEST_NOTE,
        keep=_kept(kind, filled.paper),
    )
    send_origin(response)
    return response


def _kept(kind: str, paper: str) -> str:
    """Return what a link to the same form in another language keeps."""
    named = {"kind": kind, "arxiv_id": paper[:LONGEST_VALUE]}
    stated = {name: text for name, text in named.items() if text}
    return f"&{urlencode(stated)}" if stated else ""


def _section(request: Request, filled: Filled) -> str:
    """Return the ID of the section that is chosen; empty: none is."""
    named = filled.sections[0] if filled.sections else ""
    if not named:
        return ""
    try:
        return find_section(site_of(request).taxonomy, named).id
    except UsageError:
        return ""


ROUTES = (
    Route("/suggestions", show, methods=["GET"]),
    Route("/suggestions", send, methods=["POST"]),
)
