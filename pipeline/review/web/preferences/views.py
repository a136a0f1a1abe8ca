"""Save, rename and delete a reviewer's named views."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from pipeline.review import saved_views
from pipeline.review.own import Own
from pipeline.review.saved_views import views_text
from pipeline.review.selection import read_selection
from pipeline.review.web.context import ReviewContext, context_of, preferences_of
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.error_pages import refuse


async def change_views(request: Request) -> Response:
    """Do what the pressed button of the form says with one view."""
    return await act(request, _change)


def _change(request: Request, form: FormData) -> Response:
    context = context_of(request)
    name, new_name = text_of(form, "name"), text_of(form, "new_name")
    query = _query(context, text_of(form, "view"))
    changes: dict[str, Callable[[Own], str]] = {
        "save": lambda own: views_text(saved_views.with_view(own.views, name, query)),
        "rename": lambda own: views_text(saved_views.renamed(own.views, name, new_name)),
        "delete": lambda own: views_text(saved_views.without(own.views, name)),
    }
    change = text_of(form, "act")
    if change not in changes:
        return refuse(request, 400, "This form does not say what to do.", "Press a button on it.")
    try:
        preferences_of(request).change(saved_views.PREFERENCE, changes[change], context.clock())
    except UsageError as error:
        return refuse(request, 400, error.message, error.hint)
    if change == "save":
        said = "said=view-saved"
        return RedirectResponse(f"/queue?{query}&{said}" if query else f"/queue?{said}", 303)
    return RedirectResponse("/preferences?saved=1#views", 303)


def _query(context: ReviewContext, address: str) -> str:
    """Return the selection of an address in its own words, so that nothing else is stored."""
    try:
        texts = dict(parse_qsl(urlsplit(address).query))
        return urlencode(read_selection(texts, context.taxonomy).to_query())
    except (UsageError, ValueError):
        return ""
