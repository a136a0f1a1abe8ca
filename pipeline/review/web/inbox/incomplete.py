"""Show the papers whose record has no text to judge."""

from starlette.requests import Request
from starlette.responses import Response

from config.tex.text import plain_text
from config.visible import shortened
from pipeline.review.web.context import context_of
from pipeline.review.web.inbox.view import PAGE_SIZE, read_view
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title

#: characters of an abstract
_SHOWN = 200


def incomplete_page(request: Request) -> Response:
    """Show incomplete records, newest first."""
    view = read_view("/incomplete", request.query_params)
    with context_of(request).read_store() as store:
        total = store.incomplete.count()
        pages = max(1, -(-total // PAGE_SIZE))
        view = view if view.page <= pages else view.at_page(pages)
        papers = store.incomplete.rows(limit=PAGE_SIZE, offset=view.offset)
        cases, doubles = store.corrections.count(), store.same_work.count()
        suggested = store.suggestions.count().cases
    return render(
        request,
        "inbox/incomplete.html",
        heading="Incomplete",
        view=view,
        rows=[
            (
                paper,
                shown_title(paper.title, paper.arxiv_id),
                shortened(plain_text(paper.abstract), _SHOWN),
            )
            for paper in papers
        ],
        total=total,
        pages=pages,
        cases=cases,
        doubles=doubles,
        suggested=suggested,
    )
