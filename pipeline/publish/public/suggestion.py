"""Show how a suggestion stands under an address that cannot be guessed."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.tex.text import plain_text
from config.visible import one_line, shortened
from pipeline.publish.public.errors import refuse
from pipeline.publish.public.forms import form_of, text_of
from pipeline.publish.public.site import own_id, page, site_of, texts_for
from pipeline.publish.public.texts import Texts
from pipeline.publish.subscribers.tokens import Purpose
from pipeline.suggestions.answer import SuggestionAnswer, answer_of
from storage.paper_key import key_address, key_label
from storage.suggestion_types import SuggestionKind, SuggestionState

_RECORDS = frozenset({SuggestionKind.WRONG_RECORD, SuggestionKind.WITHDRAWN})


def show(request: Request) -> Response:
    """Show how it stands; nothing changes."""
    answer = _answer(request)
    return refuse(request, 404) if answer is None else _page(request, answer)


async def forget(request: Request) -> Response:
    """Erase name and address of the person."""
    form = await form_of(request)
    if text_of(form, "act") != "forget":
        return refuse(request, 400)
    return await run_in_threadpool(_forget, request)


def _forget(request: Request) -> Response:
    site, answer = site_of(request), _answer(request)
    if answer is None:
        return refuse(request, 404)
    with site.open_store() as store:
        store.suggestions.forget(answer.suggestion.suggestion_id, site.clock())
    erased = _answer(request)
    assert erased is not None
    return _page(request, erased, said="forgotten")


def _answer(request: Request) -> SuggestionAnswer | None:
    site = site_of(request)
    suggestion_id = own_id(request, Purpose.SUGGESTION)
    if suggestion_id is None:
        return None
    with site.read_store() as store:
        return answer_of(store, suggestion_id, site.taxonomy, site.reasons)


def _page(request: Request, answer: SuggestionAnswer, *, said: str = "") -> Response:
    suggestion = answer.suggestion
    texts = texts_for(request, suggestion.language)
    with site_of(request).read_store() as store:
        address = store.suggestions.address_of(suggestion.suggestion_id)
    title = shortened(one_line(plain_text(answer.title[:1000])))
    return page(
        request,
        "suggestion.html",
        texts,
        said=said and texts.say(said),
        state=_state(answer, texts),
        settled=suggestion.state
        in {SuggestionState.LISTED, SuggestionState.APPLIED, SuggestionState.NOT_LISTED},
        one=suggestion,
        record=key_address(suggestion.arxiv_id),
        label=key_label(suggestion.arxiv_id),
        title_of_paper=title,
        names=[section.names[texts.language] for section in answer.sections],
        reason=_reason(answer, texts),
        withdrawn=answer.withdrawn,
        askers=answer.askers,
        value=_value(request, answer, texts),
        sent_on=suggestion.received_at.date(),
        erasable=bool(suggestion.name or address),
    )


def _state(answer: SuggestionAnswer, texts: Texts) -> str:
    suggestion = answer.suggestion
    key = f"stands_{suggestion.state.value}"
    if suggestion.state is SuggestionState.APPLIED and suggestion.kind in _RECORDS:
        key = "stands_applied_record"
    return texts.say(key, paper=key_label(suggestion.arxiv_id), day=answer.day)


def _reason(answer: SuggestionAnswer, texts: Texts) -> str:
    """Return why it was not taken up, or the paper was not before; empty: there is nothing."""
    suggestion = answer.suggestion
    if suggestion.state in {SuggestionState.REFUSED, SuggestionState.CLOSED}:
        return suggestion.detail
    before = answer.rejected and suggestion.state is SuggestionState.WAITING
    if suggestion.state is not SuggestionState.NOT_LISTED and not before:
        return ""
    reason = answer.reason
    because = (
        texts.say("said_no_reason")
        if reason is None
        else texts.say("said_because", reason=reason.name_in(texts.language))
    )
    if not before:
        return because
    return f"{texts.say('said_rejected', paper=key_label(suggestion.arxiv_id))} {because}"


def _value(request: Request, answer: SuggestionAnswer, texts: Texts) -> str:
    """Return what was suggested; sections by their names."""
    suggestion = answer.suggestion
    if suggestion.kind not in {SuggestionKind.MISSING_PAPER, SuggestionKind.WRONG_SECTION}:
        return suggestion.new_value
    named = {one.id: one.names[texts.language] for one in site_of(request).taxonomy.sections}
    return "; ".join(named.get(one, one) for one in suggestion.new_value.split())


ROUTES = (
    Route("/suggestions/{token}", show, methods=["GET"]),
    Route("/suggestions/{token}", forget, methods=["POST"]),
)
