"""Show the waiting papers about the same subject as one, to decide them together."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from pipeline.review.alike import alike, least_shared, subjects
from pipeline.review.web.context import context_of
from pipeline.review.web.error_pages import no_such_paper
from pipeline.review.web.render import render
from pipeline.review.web.texts import shown_title
from pipeline.review.web.view_state import LONGEST_ID, view_from_form
from storage.paper_key import parse_key

#: papers that are compared, those with the most shared terms
_COMPARED = 2_000
#: papers that the page lists
_MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A paper of the page and the subjects that it shares."""

    arxiv_id: str
    title: str
    shared: tuple[str, ...]


def alike_page(request: Request) -> Response:
    """Show the papers that share the strongest terms of a paper, all of them marked."""
    context = context_of(request)
    text = request.path_params["arxiv_id"]
    key = parse_key(text) if len(text) <= LONGEST_ID else None
    if key is None:
        return no_such_paper(request, text)
    with context.read_store() as store:
        own = store.papers.titles([key])
        if key not in own:
            return no_such_paper(request, key)
        prediction = store.predictions.latest([key]).get(key)
        wanted = subjects(prediction.terms if prediction else ())
        terms = {term for subject in wanted for term in subject.terms}
        candidates = store.alike.sharing(
            terms,
            section=prediction.sections[0].section if prediction and prediction.sections else None,
            least=least_shared(wanted),
            limit=_COMPARED,
        )
        found = alike(wanted, candidates)
        titles = store.papers.titles([paper.arxiv_id for paper in found[:_MOST]])
    return render(
        request,
        "bulk/alike.html",
        heading="Alike papers",
        view=view_from_form(request.query_params.get("from", ""), context.taxonomy).list,
        title=shown_title(own[key], key),
        arxiv_id=key,
        subjects=wanted,
        total=len(found),
        lines=[
            Line(one.arxiv_id, shown_title(titles.get(one.arxiv_id, ""), one.arxiv_id), one.shared)
            for one in found[:_MOST]
        ],
    )
