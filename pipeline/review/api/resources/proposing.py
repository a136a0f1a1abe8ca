"""Read decisions that a client sent into proposals."""

from dataclasses import replace

from pipeline.review.api.context import Call
from pipeline.review.api.documents.decisions import DecisionRequest
from pipeline.review.api.reading import refused
from pipeline.review.judge import suggested_section
from pipeline.review.proposal import Expected, Proposal, propose
from storage.store import OpenStore
from storage.types import Verdict


def proposal_of(
    call: Call, request: DecisionRequest, open_store: OpenStore, at: str = ""
) -> Proposal:
    """Return the proposal of a request; `at` points to it in the body.

    Raises:
        UsageError: a member breaks a rule.
        ProblemError: it both names sections and accepts the suggestion.
    """
    context = call.context
    proposal = propose(
        context.taxonomy,
        arxiv_id=request.arxiv_id,
        verdict=request.verdict.value,
        reviewer=call.person,
        sections=request.sections,
        note=request.note,
        expected=Expected(request.seen.standing, request.seen.content_hash),
        drawn=request.drawn,
        also=request.also,
        reason=request.reason,
        reasons=tuple(context.review.reasons),
        return_on=request.return_on,
        until_new_version=request.until_new_version,
    )
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
