"""Record one verdict on several papers, and say what was recorded and what was left out."""

from collections.abc import Sequence
from dataclasses import asdict

from pipeline.cli.answer import Answer
from pipeline.cli.decide_one import told
from pipeline.review.decide import Bulk, decide_all
from pipeline.review.double.rules import rules_of
from pipeline.review.proposal import Proposal
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import Services


def decide_many(services: Services, proposals: Sequence[Proposal]) -> Answer:
    """Record the proposals as one act; papers decided otherwise are left out and named."""
    done = decide_all(
        services.open_store,
        services.taxonomy,
        proposals,
        clock=services.clock,
        team=rules_of(services.settings.team, services.taxonomy),
    )
    notes = (*_notes(done), *told(services, [one.decision for one in done.recorded]))
    return Answer(_report(done), _text(done, proposals[0]), notes, status=_status(done))


def _text(done: Bulk, proposal: Proposal) -> tuple[str, ...]:
    reason = f" ({proposal.reason})" if proposal.reason else ""
    already = f", {len(done.already)} unchanged" if done.already else ""
    left_out = f", {len(done.left_out)} left out" if done.left_out else ""
    kept = f", {len(done.kept)} kept until another person says the same" if done.kept else ""
    act = f"  (act {done.batch_id})" if done.batch_id else ""
    recorded = counted(len(done.recorded), "paper")
    done_by = f"{proposal.verdict} {recorded}{reason} by {proposal.reviewer}"
    return (f"{done_by}{kept}{already}{left_out}{act}",)


def _notes(done: Bulk) -> tuple[str, ...]:
    return tuple(f"left out: {one.arxiv_id}: {one.cause}" for one in done.left_out)


def _status(done: Bulk) -> int:
    return 1 if done.left_out else 0


def _report(done: Bulk) -> dict[str, object]:
    return {
        "outcome": "recorded" if done.recorded else "kept" if done.kept else "unchanged",
        "batch_id": done.batch_id,
        "recorded": [asdict(one.decision) for one in done.recorded],
        "kept": [asdict(one) for one in done.kept],
        "unchanged": [asdict(one) for one in done.already],
        "left_out": [asdict(one) for one in done.left_out],
    }
