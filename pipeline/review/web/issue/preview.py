"""Show the files of an issue as they would go out."""

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.web.context import context_of
from pipeline.review.web.error_pages import refuse
from pipeline.review.web.headers import policy

#: the name of the page in the language of `?language=`, else in the first
PREVIEW = "preview"
_TYPES = {"html": "text/html", "json": "application/json"}
#: Letters have inline styles, because mail clients read no others. Nothing runs, is sent or is
#: loaded; without `allow-same-origin` links between the editions would carry no session.
_HEADERS = {
    "Content-Security-Policy": policy(
        script_src="",
        connect_src="",
        style_src="'unsafe-inline'",
        img_src="data:",
        form_action="'none'",
        frame_ancestors="'self'",
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


def issue_file(request: Request) -> Response:
    """Return one file of an issue, or its page in a language, built from what is recorded."""
    context = context_of(request)
    draft = context.issues.draft(context.read_store, request.path_params["week"], context.clock())
    name = request.path_params["name"]
    if name == PREVIEW:
        language = request.query_params.get("language", "")
        name = draft.pages.get(language) or next(iter(draft.pages.values()))
    if name not in draft.files:
        return refuse(
            request, 404, f"The issue {draft.week} has no file {name[:60]!r}.", "Go back to it."
        )
    kind = _TYPES.get(name.rpartition(".")[2], "text/plain")
    return Response(draft.files[name], headers=_HEADERS, media_type=f"{kind}; charset=utf-8")
