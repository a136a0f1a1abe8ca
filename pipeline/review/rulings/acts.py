"""Make, revise and withdraw rulings; a decision can be recorded together with its ruling."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from config.errors import UsageError
from config.roles import Role
from config.taxonomy import Taxonomy
from config.visible import one_line
from pipeline.review.decide import Outcome, Recorded, record_in
from pipeline.review.double.rules import ALONE, TeamRules
from pipeline.review.judge import Unchanged
from pipeline.review.make_ruling import Ruled, make_ruling
from pipeline.review.proposal import NOTE_LIMIT, Proposal, reviewer_name
from pipeline.review.roles import check_role
from pipeline.runtime.clock import check_clock
from storage.rulings import RulingAct, RulingEvent
from storage.store import OpenStore
from storage.types import Verdict


class Recorder(Protocol):
    """Records one proposal."""

    def __call__(
        self,
        open_store: OpenStore,
        taxonomy: Taxonomy,
        proposal: Proposal,
        *,
        clock: Callable[[], datetime],
        team: TeamRules,
    ) -> Outcome:
        """Record it in one lease."""


def read_ruling_sentence(text: str) -> str:
    """Return a ruling's sentence on one line, or raise UsageError."""
    sentence = one_line(text)
    if not sentence:
        raise UsageError(
            "A ruling needs a sentence that says why, for later papers like this one.",
            hint="Write it as the note, or give it with `--because`.",
        )
    if len(sentence) > NOTE_LIMIT:
        raise UsageError(
            f"The ruling's sentence has {len(sentence):,} characters; the limit is {NOTE_LIMIT:,}.",
            hint="Shorten it.",
        )
    return sentence


def rule_on(
    open_store: OpenStore,
    *,
    arxiv_id: str,
    sentence: str,
    person: str,
    clock: Callable[[], datetime],
) -> Ruled:
    """Keep a paper's standing decision as precedent, or revise the ruling on it.

    Raises:
        UsageError: the paper has no approval or rejection, or the sentence breaks a rule.
    """
    said, name, now = read_ruling_sentence(sentence), reviewer_name(person), clock()
    with open_store() as store, store.transaction():
        check_clock(store, now)
        check_role(store, name, Role.PUBLISHER)
        standing = store.decisions.standing([arxiv_id]).get(arxiv_id)
        if standing is None or standing.verdict is Verdict.DEFERRED:
            raise UsageError(
                f"{arxiv_id} is {standing.verdict if standing else 'not decided'}, so there is"
                " nothing to keep as a ruling.",
                hint="Approve or reject it first.",
            )
        return make_ruling(store, standing, said, name, now)


def withdraw_ruling(
    open_store: OpenStore, *, arxiv_id: str, person: str, clock: Callable[[], datetime]
) -> Ruled:
    """Withdraw the ruling on a paper; it stays on record.

    Raises:
        UsageError: no ruling on the paper stands.
    """
    name, now = reviewer_name(person), clock()
    with open_store() as store, store.transaction():
        check_clock(store, now)
        check_role(store, name, Role.PUBLISHER)
        before = store.rulings.of([arxiv_id]).get(arxiv_id)
        if before is None or not before.stands:
            raise UsageError(
                f"No ruling on {arxiv_id} stands.", hint="`living-survey ruling list` shows all."
            )
        event = RulingEvent(
            kind=RulingAct.WITHDRAWN,
            arxiv_id=arxiv_id,
            title=before.title,
            verdict=before.verdict,
            sections=before.sections,
            sentence=before.sentence,
            person=name,
            happened_at=now,
        )
        store.rulings.add([event])
        return Ruled(store.rulings.of([arxiv_id])[arxiv_id], RulingAct.WITHDRAWN.value)


def record_as_ruling(
    open_store: OpenStore,
    taxonomy: Taxonomy,
    proposal: Proposal,
    *,
    clock: Callable[[], datetime],
    team: TeamRules = ALONE,
) -> Outcome:
    """Record a proposal and keep it as precedent with its note as the sentence, in one transaction.

    A word that decides nothing yet is no precedent; it is made one when it becomes a decision.

    Raises what `decide.record` raises, and UsageError for a deferral or without a note.
    """
    sentence = read_ruling_sentence(proposal.note or "")
    if proposal.verdict is Verdict.DEFERRED:
        raise UsageError("A deferral cannot be a ruling.", hint="Approve or reject the paper.")
    now = clock()
    with open_store() as store, store.transaction():
        check_role(store, proposal.reviewer, Role.PUBLISHER)
        [outcome] = record_in(store, taxonomy, [replace(proposal, ruling=True)], now, team=team)
        if isinstance(outcome, UsageError):
            raise outcome
        if isinstance(outcome, Recorded | Unchanged):
            make_ruling(store, outcome.decision, sentence, proposal.reviewer, now)
    return outcome
