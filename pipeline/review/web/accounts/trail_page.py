"""The trail of administration, for admins."""

from starlette.requests import Request
from starlette.responses import Response

from config.roles import Role
from config.whole_number import whole_number
from pipeline.review.web.context import context_of, progress_of, require
from pipeline.review.web.render import render

#: acts of a page
_LISTED = 100
_LAST = 2**62


def trail_page(request: Request) -> Response:
    """Show the newest acts, or those before one."""
    require(request, Role.ADMIN)
    review, query = context_of(request), request.query_params
    before = whole_number(query.get("before", ""), _LAST) or _LAST
    about = query.get("about", "").strip()[:200]
    with review.read_store() as store:
        progress_of(request).read(store)
        rows = store.trail.recent(_LISTED + 1, before=before, about=about or None)
    shown = rows[:_LISTED]
    return render(
        request,
        "accounts/trail.html",
        heading="Trail",
        rows=shown,
        about=about,
        older=shown[-1].seq if len(rows) > _LISTED else 0,
        keep_days=review.settings.keep_networks_days,
    )
