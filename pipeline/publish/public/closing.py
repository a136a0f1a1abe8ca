"""Say that a survey that ended takes no more suggestions."""

from starlette.requests import Request
from starlette.responses import Response

from pipeline.publish.public.site import page, site_of, texts_for
from pipeline.runtime.ending import ended


def closed_page(request: Request, *, fresh: bool = False) -> Response | None:
    """Return the page that says so, or None: the survey goes on; `fresh` asks the database."""
    site = site_of(request)
    end = ended(site.end.standing(site.read_store, fresh=fresh), site.clock().date())
    if end is None:
        return None
    return page(
        request, "closed.html", texts_for(request), status=410, day=end.ends_on, notice=end.notice
    )
