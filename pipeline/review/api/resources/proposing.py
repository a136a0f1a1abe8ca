"""Read decisions that a client sent into proposals, by the rules of the page."""

from dataclasses import replace

from pipeline.review.api.context import Call
from pipeline.review.api.documents.decisions import DecisionRequest
from pipeline.review.api.documents.problems import FieldProblem, ProblemError
from pipeline.review.api.reading import refused
from pipeline.review.audit import DRAWN, is_drawn
from pipeline.review.judge import suggested_section
from pipeline.review.proposal import Expected, Proposal, propose
from storage.calendar import announcement_day
from storage.store import OpenStore
from storage.types import Verdict


def proposal_of(
    call: Call, request: DecisionRequest, open_store: OpenStore, at: str = ""
) -> Proposal:
    """Return the proposal of a request; `at` points to it in the body.

    Raises:
        UsageError: a member breaks a rule.
        ProblemError: it both names sections and accepts the suggestion, rejects without a reason,
            or states a draw that did not happen.
    """
    context = call.context
    check_reason(call, request.verdict, request.reason, at)
    proposal = propose(
        context.taxonomy,
        arxiv_id=request.arxiv_id,
        verdict=request.verdict.value,
        reviewer=call.person,
        sections=request.sections,
        note=request.note,
        expected=Expected(request.seen.standing, request.seen.content_hash),
        also=request.also,
        reason=request.reason,
        reasons=tuple(context.review.reasons),
        return_on=request.return_on,
        until_new_version=request.until_new_version,
    )
    if request.drawn:
        proposal = replace(proposal, drawn=_is_drawn(call, request, open_store, at))
    if not request.accept_suggestion:
        return proposal
    if request.sections or request.verdict is not Verdict.APPROVED:
        raise refused(
            "Only an approval without sections accepts the model's suggestion.",
            "Name sections or accept the suggestion.",
            f"{at}/accept_suggestion",
        )
    with open_store() as store:
        prediction = store.predictions.latest([request.arxiv_id]).get(request.arxiv_id)
    suggested = suggested_section(prediction, context.taxonomy)
    return replace(proposal, accepted=suggested.section if suggested else None)


def check_reason(call: Call, verdict: Verdict, reason: str | None, at: str = "") -> None:
    """Raise ProblemError for a rejection without a reason, if the survey has reasons."""
    known = [one.code for one in call.context.review.reasons]
    if verdict is Verdict.REJECTED and known and not (reason or "").strip():
        detail = "A rejection needs a reason."
        raise ProblemError(
            422,
            "missing-reason",
            detail,
            hint=f"The reasons are {', '.join(known)}.",
            errors=[FieldProblem(pointer=f"{at}/reason", detail=detail)],
        )


def _is_drawn(call: Call, request: DecisionRequest, open_store: OpenStore, at: str) -> bool:
    """Return whether the decision belongs to the audit's sample.

    A paper that is decided already does not wait, so nothing draws it.
    """
    context, key = call.context, request.arxiv_id
    with open_store() as store:
        if key in store.decisions.standing([key]):
            return False
        drawn = is_drawn(store, key, call.person, announcement_day(context.clock()))
    if not drawn:
        raise refused(
            f"{key} is not among the first {DRAWN} papers of the queue in the random order, so it"
            " was not drawn.",
            "Leave `drawn` out, or decide the papers of `/queue?order=random` from its beginning.",
            f"{at}/drawn",
        )
    return True
