"""Claim the paper that is read, renew the claim, or take one over.

The script of the desk sends this form; without it the browser does, by the buttons of the notice.
"""

from collections.abc import Mapping, Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from config.errors import UsageError
from pipeline.review.team.reading import Held
from pipeline.review.web.context import context_of, reviewer_of, wants_json
from pipeline.review.web.desk.forms import act, text_of
from pipeline.review.web.render import fragment
from pipeline.review.web.view_state import read_id, view_from_form

#: papers that one form names in a field: those of a page of the list
_MOST = 40


async def claim(request: Request) -> Response:
    """Claim the first of the form's papers that no one else reads."""
    return await act(request, _claim)


def _claim(request: Request, form: FormData) -> Response:
    context = context_of(request)
    wanted = _ids(form, "paper")
    over, is_given = text_of(form, "over") == "1", text_of(form, "given") == "1"
    if context.reading.is_look_due():
        with context.read_store() as store:
            context.reading.look(store)
    held = context.reading.take(
        reviewer_of(request),
        wanted,
        ahead=_ids(form, "ahead"),
        leave=_ids(form, "leave"),
        over=over,
    )
    gone: Mapping[str, str] = {}
    if is_given:
        held, gone = _waiting_one(request, wanted, held)
    view = view_from_form(text_of(form, "view"), context.taxonomy)
    if not wants_json(request):
        here = view.at_paper(held.paper or wanted[0]) if wanted else view
        return RedirectResponse(here.url(), 303)
    theirs = held.others.get(wanted[0]) if wanted else None
    return JSONResponse(
        {
            "paper": held.paper,
            "held": {
                key: {"by": one.reviewer, "ahead": one.ahead} for key, one in held.others.items()
            },
            "decided": gone,
            "notice": fragment(request, "claims/notice.html", claim=theirs, here=view)
            if theirs
            else "",
        }
    )


def _waiting_one(
    request: Request, wanted: Sequence[str], held: Held
) -> tuple[Held, Mapping[str, str]]:
    """Return the first of these papers that waits, and the verdict of each that does not.

    They are read after the claim: a decision ends its reader's claim, so whoever gets a claim then
    sees the decision.
    """
    context = context_of(request)
    left, gone = list(wanted), dict[str, str]()
    while held.paper is not None:
        with context.read_store() as store:
            waiting = store.assignments.waiting(left, context.today)
            decided = [key for key in left if key not in waiting]
            standing = store.decisions.standing(decided) if decided else {}
        gone |= {key: standing[key].verdict.value if key in standing else "" for key in decided}
        left = [key for key in left if key in waiting]
        if held.paper in waiting:
            break
        held = context.reading.take(reviewer_of(request), left, leave=[held.paper])
    return held, gone


def _ids(form: FormData, name: str) -> list[str]:
    texts = [text for text in form.getlist(name) if isinstance(text, str)]
    if len(texts) > _MOST:
        raise UsageError(
            f"A claim names at most {_MOST} papers.", hint="Claim the paper that you read."
        )
    return list(dict.fromkeys(filter(None, map(read_id, texts))))
