"""Say that a rejection has no reason: the terminal records it, because scripts rely on that."""

from collections.abc import Sequence

from config.reasons import Reason
from pipeline.review.proposal import Proposal
from storage.types import Verdict


def notes_of(proposals: Sequence[Proposal], reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Return a line for stderr if the settings have reasons and a rejection gives no account."""
    rejected = [one for one in proposals if one.verdict is Verdict.REJECTED]
    if not reasons or all(one.reason or one.note for one in rejected):
        return ()
    return (
        "Rejected without a reason: `--reason CODE` says why, `living-survey reasons` lists them.",
    )
