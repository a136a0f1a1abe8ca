"""Show and change a reviewer's keys and language."""

import json
from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.desk_keys import ACTIONS, PLACES, KeyMap, read_keys
from config.errors import UsageError
from pipeline.review.own import KEYS, LANGUAGE, LANGUAGES, keys_text
from pipeline.review.web.context import context_of, preferences_of
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.render import render


def preferences_page(request: Request) -> Response:
    """Show what this reviewer prefers."""
    own = preferences_of(request).own()
    return _page(request, own.keys.keys, own.keys.on, own.language)


async def change_preferences(request: Request) -> Response:
    """Store the keys and the language of the form."""
    return await act(request, _change)


def _change(request: Request, form: FormData) -> Response:
    context = context_of(request)
    keep = preferences_of(request)
    if text_of(form, "reset"):
        keep.change(KEYS, lambda _own: "{}", context.clock())
        return RedirectResponse("/preferences?saved=1", 303)
    entered = {action.name: text_of(form, f"key-{action.name}") for action in ACTIONS}
    acts, language = bool(text_of(form, "on")), text_of(form, "language")
    try:
        keys = KeyMap(read_keys(f"{name}={key}" for name, key in entered.items()).keys, on=acts)
    except UsageError as error:
        return _page(request, entered, acts, language, warning=str(error), status=400)
    keep.change(KEYS, lambda _own: keys_text(keys), context.clock())
    if language in LANGUAGES:
        keep.change(LANGUAGE, lambda _own: json.dumps(language), context.clock())
    return RedirectResponse("/preferences?saved=1", 303)


def _page(
    request: Request,
    keys: Mapping[str, str],
    acts: bool,  # noqa: FBT001 - one field of the form
    language: str,
    *,
    warning: str = "",
    status: int = 200,
) -> Response:
    """Return the page; with a warning it shows what was entered and not stored."""
    return render(
        request,
        "preferences/page.html",
        status=status,
        heading="Preferences",
        actions=ACTIONS,
        places=PLACES,
        keys=keys,
        acts=acts,
        chosen_language=language,
        views=preferences_of(request).own().views,
        warning=warning,
        saved=not warning and "saved" in request.query_params,
    )
