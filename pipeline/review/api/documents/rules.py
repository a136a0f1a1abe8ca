"""Define rules that act, and their replays, as the API answers them."""

from datetime import datetime

from pydantic import Field

from pipeline.review.api.documents.base import Document
from pipeline.review.rules.fitness import unfit
from pipeline.review.rules.state import RuleState
from storage.rule_types import RuleReplay


class PairDocument(Document):
    """How the errors of two signals go together, on papers that people approved."""

    first: str
    second: str
    papers: int = Field(description="Approved papers for which both signals are known.")
    first_wrong: int
    second_wrong: int
    both_wrong: int
    phi: float | None = Field(description="Correlation of the errors; null: one never errs.")


class ReplayDocument(Document):
    """What a rule would have decided of what people decided."""

    decided: int = Field(description="Decisions that were compared.")
    approved: int
    missing: int = Field(description="Papers without one of the signals.")
    acted: int = Field(description="Papers that the rule would have decided.")
    wrong: tuple[str, ...] = Field(description="Of them, papers that people approved.")
    low: float = Field(description="Bounds of the share that is wrong, 95 %.")
    high: float
    pairs: tuple[PairDocument, ...]
    person: str
    happened_at: datetime
    may_act: bool
    cause: str = Field(description="Why it may not act; empty: it may.")


class RuleDocument(Document):
    """A rule of the settings, and whether it acts."""

    id: str
    verdict: str = Field(description="reject or set-aside; a rule never approves.")
    reason: str
    signals: tuple[str, ...] = Field(description="All of them must agree.")
    scope_below: float
    outside_categories: tuple[str, ...]
    most_wrong: float = Field(description="Percent.")
    acts: bool
    state: str = Field(description="In words.")
    decisions: int = Field(description="Decisions of the rule that stand.")
    sample_read: int = Field(description="Drawn decisions that a person read.")
    sample_wrong: int
    sample_open: int
    replay: ReplayDocument | None = Field(
        description="Of the rule as it is now; null: it was not replayed since it changed."
    )


class RulesDocument(Document):
    """All rules of the settings."""

    rules: tuple[RuleDocument, ...]


def rule_document(one: RuleState) -> RuleDocument:
    """Return a rule as the API answers it."""
    return RuleDocument(
        id=one.rule.id,
        verdict=one.rule.verdict,
        reason=one.rule.reason,
        signals=one.rule.signals,
        scope_below=one.rule.scope_below,
        outside_categories=one.rule.outside_categories,
        most_wrong=one.rule.most_wrong,
        acts=one.acts,
        state=one.sentence,
        decisions=one.decisions,
        sample_read=one.read,
        sample_wrong=one.wrong,
        sample_open=one.open,
        replay=_replay(one, one.replay) if one.replay else None,
    )


def _replay(one: RuleState, made: RuleReplay) -> ReplayDocument:
    cause = unfit(one.rule, made)
    return ReplayDocument(
        decided=made.decided,
        approved=made.approved,
        missing=made.missing,
        acted=made.acted,
        wrong=made.wrong,
        low=made.low,
        high=made.high,
        pairs=tuple(
            PairDocument(
                first=pair.first,
                second=pair.second,
                papers=pair.papers,
                first_wrong=pair.first_wrong,
                second_wrong=pair.second_wrong,
                both_wrong=pair.both_wrong,
                phi=pair.phi,
            )
            for pair in made.pairs
        ),
        person=made.person,
        happened_at=made.happened_at,
        may_act=not cause,
        cause=cause,
    )
