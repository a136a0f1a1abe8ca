"""Offer the decisions that a model which did not see them contradicts most, for a second look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.errors import UsageError
from config.reasons import Reason, named_reason
from pipeline.review.proposal import reviewer_name
from pipeline.runtime.clock import check_clock
from storage.second_looks import CrossScore
from storage.store import OpenStore, Store
from storage.types import Decision, Verdict

#: least contradiction that is offered, as a difference of probabilities
LEAST = 0.5
#: decisions of a batch
BATCH = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A decision that the model contradicts."""

    decision: Decision
    title: str
    #: what it contradicts: scope or section
    about: str
    #: how much, from LEAST to 1
    contradiction: float
    in_scope: float
    #: the section that the model would choose, and its probability
    section: str | None
    section_probability: float


@dataclass(frozen=True, slots=True)
class Offers:
    """A batch, and how many there are."""

    offers: tuple[Offer, ...]
    total: int
    #: when the decisions were scored; None: never
    scored_at: datetime | None
    #: decisions of people and of the list that have no score, because they are newer
    unscored: int


def contradiction(score: CrossScore, decision: Decision, *, in_scope: bool) -> tuple[str, float]:
    """Return what a score contradicts of a decision, and how much.

    Args:
        score: by a model that did not learn from the decision.
        decision: the decision.
        in_scope: what it teaches; a rejected paper may be in scope by its reason.
    """
    scope = 1.0 - score.in_scope if in_scope else score.in_scope
    if decision.verdict is not Verdict.APPROVED or not decision.sections or not score.sections:
        return "scope", scope
    known = {one.section: one.probability for one in score.sections}
    chosen = max((known.get(section, 0.0) for section in decision.sections), default=0.0)
    section = score.sections[0].probability - chosen
    return ("section", section) if section > scope else ("scope", scope)


def offers(
    store: Store, *, reasons: Sequence[Reason], taxonomy: str, limit: int = BATCH, offset: int = 0
) -> Offers:
    """Return decisions that were contradicted most and not confirmed, the most contradicted first.

    Args:
        store: the open database.
        reasons: those of the settings; they say what a rejection teaches.
        taxonomy: fingerprint of the present one; scores for another one are not offered.
        limit: how many.
        offset: how many to skip.
    """
    scores = [one for one in store.second_looks.scores() if one.taxonomy == taxonomy]
    confirmed = store.second_looks.confirmed()
    standing = store.decisions.standing(one.arxiv_id for one in scores)
    found: list[tuple[float, str, CrossScore, Decision]] = []
    for score in scores:
        decision = standing.get(score.arxiv_id)
        if decision is None or decision.decision_id in confirmed:
            continue
        about, much = contradiction(score, decision, in_scope=teaches(decision, reasons))
        if much >= LEAST:
            found.append((much, about, score, decision))
    found.sort(key=lambda each: (-each[0], each[2].arxiv_id))
    chosen = found[offset : offset + limit]
    titles = store.papers.titles(each[2].arxiv_id for each in chosen)
    made = store.account.tally().standing - len(store.rules.standing())
    return Offers(
        offers=tuple(
            Offer(
                decision=decision,
                title=titles.get(score.arxiv_id, ""),
                about=about,
                contradiction=round(much, 4),
                in_scope=round(score.in_scope, 4),
                section=score.sections[0].section if score.sections else None,
                section_probability=score.sections[0].probability if score.sections else 0.0,
            )
            for much, about, score, decision in chosen
        ),
        total=len(found),
        scored_at=store.second_looks.scored_at(),
        unscored=max(made - len(scores), 0),
    )


def teaches(decision: Decision, reasons: Sequence[Reason]) -> bool:
    """Return whether a decision says that its paper is in scope."""
    if decision.verdict is Verdict.APPROVED or decision.reason is None:
        return decision.verdict is Verdict.APPROVED
    return named_reason(reasons, decision.reason).in_scope


def confirm(
    open_store: OpenStore,
    arxiv_ids: Sequence[str],
    *,
    person: str,
    clock: Callable[[], datetime],
    seen: str | None = None,
) -> tuple[Decision, ...]:
    """Record that the standing decisions on papers stay, for their present texts.

    `seen` is the decision that was read, if one paper is confirmed.

    Raises:
        UsageError: a paper has no decision, or another one than the one that was read.
    """
    name, now = reviewer_name(person), clock()
    with open_store() as store, store.transaction():
        check_clock(store, now)
        standing = store.decisions.standing(arxiv_ids)
        for key in arxiv_ids:
            if key not in standing:
                raise UsageError(f"{key} has no decision.", hint="Decide it instead.")
            if seen is not None and standing[key].decision_id != seen:
                raise UsageError(
                    f"{key} was decided again meanwhile.", hint="Read the present decision first."
                )
        store.second_looks.confirm(
            (one.decision_id for one in standing.values()), person=name, now=now
        )
    return tuple(standing[key] for key in arxiv_ids)
