"""The two things a reviewer can do: decide and undo. The only part of the pages that writes.

A form carries the state it was made on: the text's hash and the decision that stood. If either
changed meanwhile (another tab, a colleague, a revision from arXiv) nothing is recorded and the
reviewer is shown what changed, with their own choices kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from config.errors import UsageError
from config.taxonomy import Taxonomy
from pipeline.review.decide import says_the_same
from pipeline.review.web.cards import FormDraft
from pipeline.review.web.context import VERDICT_NAMES, ReviewContext, context_of
from pipeline.review.web.error_pages import no_such_paper, refuse
from pipeline.review.web.pages import show_paper
from pipeline.review.web.view_state import QueueView, view_from_form
from storage.arxiv_id import parse_arxiv_id
from storage.types import Decision, NewDecision, StoredPaper, Verdict

#: characters; a note is a remark, not a review
NOTE_LIMIT = 2000
_MOST_FIELDS = 500


@dataclass(frozen=True, slots=True)
class DecideForm:
    """A decision as the form states it."""

    arxiv_id: str
    verdict: Verdict
    sections: tuple[str, ...]
    note: str
    #: `Card.state` of the page it was made on
    state: str
    place: QueueView
    #: the card that follows on the page
    following: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: the decision, or why there is none."""

    decision: Decision | None = None
    warning: str = ""
    missing: bool = False


async def decide(request: Request) -> Response:
    """Record a decision, then go back to the same place in the queue."""
    return await _act(request, _decide)


async def undo(request: Request) -> Response:
    """Take a decision back: the named one, or this reviewer's last."""
    return await _act(request, _undo)


async def _act(request: Request, act: Callable[[Request, FormData], Response]) -> Response:
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        sessions = context_of(request).sessions
        if not sessions.fits(sessions.current(request), _text(form, "token")):
            return refuse(
                request,
                403,
                "Nothing was recorded: this form belongs to an earlier session.",
                "Go back, load the page again and decide there.",
            )
        return await run_in_threadpool(act, request, form)


def _decide(request: Request, form: FormData) -> Response:
    desk = context_of(request)
    wanted = read_decision(form, desk.taxonomy)
    wish = FormDraft(wanted.sections, wanted.note)
    if wanted.verdict is Verdict.APPROVED and not wanted.sections:
        return show_paper(
            request,
            wanted.arxiv_id,
            warning="Nothing was recorded: an approval needs at least one section. Tick one.",
            wish=wish,
            back=wanted.place,
            status=400,
        )
    outcome = record(desk, wanted)
    if outcome.missing:
        return no_such_paper(request, wanted.arxiv_id)
    if outcome.decision is None:
        return show_paper(
            request,
            wanted.arxiv_id,
            warning=outcome.warning,
            wish=wish,
            back=wanted.place,
            status=409,
        )
    there = wanted.place.url(anchor=wanted.following, done=outcome.decision.decision_id)
    return RedirectResponse(there, 303)


def record(desk: ReviewContext, wanted: DecideForm) -> Outcome:
    """Record what the form wants if it was made on the present state, in one lease."""
    with desk.open_store() as store, store.transaction():
        stored = store.papers.get(wanted.arxiv_id)
        if stored is None:
            return Outcome(missing=True)
        standing = store.decisions.standing([wanted.arxiv_id]).get(wanted.arxiv_id)
        decision = NewDecision(
            arxiv_id=wanted.arxiv_id,
            verdict=wanted.verdict,
            sections=wanted.sections if wanted.verdict is Verdict.APPROVED else (),
            reviewer=desk.reviewer,
            decided_at=store.decisions.next_moment(wanted.arxiv_id, desk.clock()),
            note=wanted.note or None,
        )
        if says_the_same(standing, decision):
            return Outcome(standing)  # sent twice: recorded once
        if warning := _what_changed(wanted.state, stored, standing):
            return Outcome(warning=warning)
        [made] = store.decisions.add([decision])
        if wanted.place.is_audit:
            store.audit.draw(made)
        return Outcome(made)


def _undo(request: Request, form: FormData) -> Response:
    desk = context_of(request)
    decision_id = _text(form, "decision_id") or None
    place = view_from_form(_text(form, "place"), desk.taxonomy)
    taken_back = take_back(desk, decision_id)
    there = place.url(anchor=f"paper-{taken_back.arxiv_id}", done=taken_back.decision_id)
    return RedirectResponse(there, 303)


def take_back(desk: ReviewContext, decision_id: str | None) -> Decision:
    """Undo the named decision, or this reviewer's last.

    Raises:
        DecisionNotFoundError: there is none of that id.
        NothingToUndoError: the reviewer has none left.
    """
    with desk.open_store() as store, store.transaction():
        if decision_id is not None:
            named = store.decisions.get(decision_id)
            if named.undone_at is not None:
                return named  # undone twice is undone once
        return store.decisions.undo(
            reviewer=desk.reviewer, undone_at=desk.clock(), decision_id=decision_id
        )


def read_decision(form: FormData, taxonomy: Taxonomy) -> DecideForm:
    """Return what a form says; UsageError names what in it does not exist."""
    arxiv_id = parse_arxiv_id(_text(form, "arxiv_id"))
    if arxiv_id is None:
        raise UsageError("This form names no paper.", hint="Go back and load the page again.")
    try:
        verdict = Verdict(_text(form, "verdict"))
    except ValueError as error:
        raise UsageError(
            f"There is no verdict {_text(form, 'verdict')[:40]!r}.",
            hint=f"Use one of: {', '.join(Verdict)}.",
        ) from error
    ticked = {value for value in form.getlist("section") if isinstance(value, str)}
    for name in sorted(ticked):
        taxonomy.section(name)
    note = _text(form, "note").replace("\r\n", "\n").strip()
    if len(note) > NOTE_LIMIT:
        raise UsageError(
            f"The note has {len(note)} characters and only {NOTE_LIMIT} are kept.",
            hint="Go back and shorten it.",
        )
    return DecideForm(
        arxiv_id=arxiv_id.base,
        verdict=verdict,
        sections=tuple(section.id for section in taxonomy.sections if section.id in ticked),
        note=note,
        state=_text(form, "state"),
        place=view_from_form(_text(form, "place"), taxonomy),
        following=_text(form, "following"),
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    # a NUL is no character of any text, and databases stumble over it
    return value.replace("\0", "") if isinstance(value, str) else ""


def _what_changed(seen: str, stored: StoredPaper, standing: Decision | None) -> str:
    """Return the sentence that says why a form is out of date, empty if it is not."""
    content_hash, _, decision_id = seen.partition(":")
    if (standing.decision_id if standing else "") != decision_id:
        if standing is None:
            return (
                "Nothing was recorded: the decision you saw was taken back meanwhile. "
                "Your choices are kept below."
            )
        return (
            f"Nothing was recorded: {standing.reviewer} decided this paper meanwhile "
            f"({VERDICT_NAMES[standing.verdict].lower()}, {standing.decided_at:%Y-%m-%d %H:%M} "
            "UTC). Your choices are kept below; deciding again replaces that decision."
        )
    if stored.content_hash != content_hash:
        return (
            "Nothing was recorded: the text of this paper changed since you opened it "
            f"(now version {stored.paper.version}). Read it again; your choices are kept below."
        )
    return ""
