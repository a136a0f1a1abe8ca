"""Record the decision of a form, or show it again with what is missing.

A form carries the text's hash and the standing decision of its page. If either changed, nothing is
recorded and the reviewer sees the change with their choices kept.
"""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from config.errors import UsageError
from config.reasons import MissingReasonError
from config.roles import Role
from config.whole_number import whole_number
from pipeline.review import decide as decisions
from pipeline.review.double.keep import Opined
from pipeline.review.highlights import clear_highlight, set_highlight
from pipeline.review.judge import DoubleError, MissingSectionError, Stale
from pipeline.review.rulings.acts import Recorder, record_as_ruling
from pipeline.review.web.card import FormDraft
from pipeline.review.web.context import (
    context_of,
    preferences_of,
    require,
    reviewer_of,
    said_to,
    wants_json,
)
from pipeline.review.web.desk.answers import id_of, recorded
from pipeline.review.web.desk.asked import Asked
from pipeline.review.web.desk.forms import (
    act,
    draft_of,
    pressed_in,
    read_proposal,
    text_of,
    verdict_of,
)
from pipeline.review.web.desk.listing import PAGE_SIZE
from pipeline.review.web.desk.page import show_desk
from pipeline.review.web.desk.paper import show_paper
from pipeline.review.web.error_pages import no_such_paper
from pipeline.review.web.view_state import QueueView, view_from_form
from storage.errors import PaperNotFoundError
from storage.typed_ids import read_key


async def decide(request: Request) -> Response:
    """Record a decision, then show the next paper of its list."""
    return await act(request, _decide)


def _decide(request: Request, form: FormData) -> Response:
    context = context_of(request)
    view = view_from_form(text_of(form, "view"), context.taxonomy)
    key = read_key(text_of(form, "arxiv_id"))
    again = _Again(request, _at(view, key), draft_of(form))
    try:
        if text_of(form, "highlight"):
            return again.show(_highlight(request, form, key), 200)
        if not verdict_of(form):
            return again.show(Asked("Nothing is recorded yet: press a verdict."), 400)
        proposal = read_proposal(request, form, view)
        record = _recorder(request, form)
        outcome = record(
            context.open_store,
            context.taxonomy,
            proposal,
            clock=context.clock,
            team=context.rules,
        )
    except PaperNotFoundError:
        return no_such_paper(request, key, "Nothing was recorded.")
    except MissingReasonError:
        return again.show(Asked("Nothing is recorded yet: choose a reason.", "reason"), 400)
    except MissingSectionError:
        return again.show(
            Asked("Nothing is recorded yet: choose where this paper belongs.", "section"), 400
        )
    except DoubleError as error:
        warning = f"Nothing is recorded yet. {error.message}"
        return again.show(Asked(warning, mine=pressed_in(form), also=error.others), 409)
    except UsageError as error:
        return again.show(Asked(f"Nothing was recorded. {error}"), 400)
    if isinstance(outcome, Stale):
        warning, closed = f"Nothing was recorded. {outcome.cause}", outcome.closed
        mine = None if closed else pressed_in(form)
        return again.show(Asked(warning, mine=mine, closed=closed), 409)
    preferences_of(request).note_visit(context.clock())
    following = text_of(form, "following")
    # the script claims the next paper itself, because it knows which one it shows
    next_ = () if wants_json(request) or not following else (following,)
    context.reading.take(reviewer_of(request), next_, leave=(key,))
    said = outcome.word if isinstance(outcome, Opined) else outcome.decision
    after = view.after(following, _place(form), id_of(said))
    if wants_json(request):
        return JSONResponse(recorded(request, said, view, after))
    return RedirectResponse(after, 303)


def _recorder(request: Request, form: FormData) -> Recorder:
    """Return what records the decision: alone, or together with a ruling of the same sentence."""
    if not text_of(form, "ruling"):
        return decisions.record
    require(request, Role.PUBLISHER)
    return record_as_ruling


def _highlight(request: Request, form: FormData, key: str) -> Asked:
    """Set or clear the reviewer's highlight; the note is its sentence."""
    context = context_of(request)
    who = {"arxiv_id": key, "reviewer": reviewer_of(request)}
    if text_of(form, "highlight") == "clear":
        clear_highlight(context.open_store, **who, clock=context.clock)
        return Asked(said="No longer highlighted for the digest.")
    sentence = text_of(form, "note")
    set_highlight(context.open_store, **who, sentence=sentence, clock=context.clock)
    if sentence.strip():
        return Asked(said="Highlighted for the digest, with your note as its sentence.")
    return Asked(said="Highlighted for the digest. A note becomes its sentence.")


@dataclass(frozen=True, slots=True)
class _Again:
    """The page that shows a form again, where the reviewer was."""

    request: Request
    view: QueueView
    draft: FormDraft

    def show(self, asked: Asked, status: int) -> Response:
        """Return the page with the question, or its parts for the script."""
        show = show_desk if self.view.path == "/queue" else show_paper
        page = show(self.request, self.view, draft=self.draft, asked=asked, status=status)
        if not wants_json(self.request):
            return page
        html = bytes(page.body).decode()
        message = said_to(self.request, asked.warning or asked.said)
        body = {"recorded": not asked.warning, "message": message, "html": html}
        return JSONResponse(body, status)


def _at(view: QueueView, key: str) -> QueueView:
    return view if view.path.startswith("/paper/") else view.at_paper(key)


def _place(form: FormData) -> int:
    return whole_number(text_of(form, "place"), PAGE_SIZE) or 0
