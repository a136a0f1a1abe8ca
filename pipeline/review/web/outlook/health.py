"""The page of queue health, with the limit that a reviewer can try and keep."""

import json

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.review.outlook.health import LARGEST, PREFERENCE, chosen_limit, queue_health
from pipeline.review.web.context import (
    context_of,
    preferences_of,
    progress_of,
    reviewer_of,
)
from pipeline.review.web.desk.forms import act
from pipeline.review.web.outlook.numbers import number_in
from pipeline.review.web.render import render


def health_page(request: Request) -> Response:
    """Show how the queue develops under the limit of the address, or the reviewer's."""
    context = context_of(request)
    with context.read_store() as store:
        preferences = store.preferences.of(reviewer_of(request))
        progress_of(request).read(store)
    usual = chosen_limit(preferences, context.settings.likely_from)
    limit = number_in(request.query_params, "limit", least=0, most=LARGEST, default=usual)
    return render(
        request,
        "outlook/health.html",
        heading="Queue health",
        health=queue_health(
            context.read_store, reviewer=reviewer_of(request), limit=limit, now=context.clock()
        ),
        own_limit=usual if PREFERENCE in preferences else None,
        saved="saved" in request.query_params and PREFERENCE in preferences and usual == limit,
    )


async def save_limit(request: Request) -> Response:
    """Keep a limit as the reviewer's own."""
    return await act(request, _save_limit)


def _save_limit(request: Request, form: FormData) -> Response:
    context = context_of(request)
    limit = number_in(form, "limit", least=0, most=LARGEST, default=0)
    preferences_of(request).change(PREFERENCE, lambda _own: json.dumps(limit), context.clock())
    return RedirectResponse(f"/queue-health?limit={limit}&saved=1", 303)
