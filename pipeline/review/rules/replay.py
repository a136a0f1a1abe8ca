"""Replay a rule on what people decided, by scores of models that did not learn from it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from classifiers.measure.audit import estimate
from config.errors import UsageError
from config.rules_schema import Rule
from pipeline.learn.documents import document_of
from pipeline.learn.explain.explainer import load_explainer
from pipeline.review.rules.fitness import fingerprint
from pipeline.review.rules.signals import Said, Seen, Signals, acts
from pipeline.review.rulings.precedents import read_precedents
from pipeline.runtime.services import Services
from storage.rule_types import Pair, RuleReplay
from storage.types import Decision, Paper, Verdict

#: fewest decisions with a score, and fewest approvals among them
FEWEST_DECISIONS, FEWEST_APPROVED = 200, 50


@dataclass(frozen=True, slots=True)
class Past:
    """A paper that people decided, with what the signals of a rule say of it."""

    arxiv_id: str
    approved: bool
    said: Mapping[str, Said]


def replay(services: Services, rule: Rule, *, person: str) -> RuleReplay:
    """Return what the rule would have decided, and record it.

    Raises:
        UsageError: the decisions were not scored for this taxonomy, or there are too few.
    """
    past = _past(services, rule)
    approved = sum(one.approved for one in past)
    if not _are_enough(len(past), approved):
        raise UsageError(
            f"{len(past)} decisions with a score, {approved} of them approvals, are too few to"
            f" replay a rule on: {FEWEST_DECISIONS} and {FEWEST_APPROVED} are needed.",
            hint=_remedy(services),
        )
    made = judged(
        rule,
        past,
        mark=fingerprint(rule, services.taxonomy),
        person=person,
        now=services.clock(),
    )
    with services.open_store() as store:
        store.rules.add_replay(made)
    return made


def _are_enough(decided: int, approved: int) -> bool:
    return decided >= FEWEST_DECISIONS and approved >= FEWEST_APPROVED


def _remedy(services: Services) -> str:
    """Say whether scores are missing or decisions."""
    with services.open_store() as store:
        made = store.decisions.training()
    approved = sum(one.verdict is Verdict.APPROVED for one in made)
    if _are_enough(len(made), approved):
        return (
            "`living-survey second-look find` scores all decisions by models that did not learn"
            " from them."
        )
    return (
        f"The survey has {len(made)} decisions with {approved} approvals. Decide more papers first,"
        " with `living-survey serve`, then score them with `living-survey second-look find`."
    )


def judged(
    rule: Rule, past: Sequence[Past], *, mark: str, person: str, now: datetime
) -> RuleReplay:
    """Return what the rule would have decided of these papers."""
    acted = [one for one in past if acts(one.said)]
    wrong = tuple(sorted(one.arxiv_id for one in acted if one.approved))
    bounds = estimate(sampled=len(acted), relevant=len(wrong), unseen=1, found=0)
    return RuleReplay(
        rule=rule.id,
        fingerprint=mark,
        decided=len(past),
        approved=sum(one.approved for one in past),
        missing=sum(None in one.said.values() for one in past),
        acted=len(acted),
        wrong=wrong,
        low=bounds.low,
        high=bounds.high,
        pairs=tuple(_pair(past, *names) for names in combinations(rule.signals, 2)),
        person=person,
        happened_at=now,
    )


def _past(services: Services, rule: Rule) -> list[Past]:
    with services.open_store() as store:
        scores = {
            one.arxiv_id: one
            for one in store.second_looks.scores()
            if one.taxonomy == services.taxonomy.fingerprint
        }
        examples = {one.text.arxiv_id: one.text for one in store.decisions.training()}
        standing: dict[str, Decision] = store.decisions.standing(scores)
        papers = {key: one.paper for key, one in store.papers.get_many(scores).items()}
        precedents = read_precedents(store) if rule.near_rejection else ()
    likeness = (
        load_explainer(services.settings.classifier.models, services.taxonomy, services.open_store)
        if precedents
        else None
    )
    signals = Signals(services.taxonomy, likeness=likeness, precedents=precedents)
    return [
        Past(
            key,
            approved=standing[key].verdict is Verdict.APPROVED,
            said=signals.read(
                rule,
                Seen(document_of(examples[key]), _primary(papers.get(key)), scores[key].in_scope),
            ),
        )
        for key in sorted(scores)
        if key in standing and key in examples
    ]


def _primary(paper: Paper | None) -> str | None:
    return paper.primary_category if paper else None


def _pair(past: Sequence[Past], first: str, second: str) -> Pair:
    """Count the errors of two signals on approved papers, and correlate them (phi)."""
    known = [
        (one.said[first], one.said[second])
        for one in past
        if one.approved and one.said[first] is not None and one.said[second] is not None
    ]
    n, a, b = len(known), sum(x is True for x, _ in known), sum(y is True for _, y in known)
    both = sum(x is True and y is True for x, y in known)
    spread = a * (n - a) * b * (n - b)
    phi = round((n * both - a * b) / math.sqrt(spread), 4) if spread else None
    return Pair(first, second, n, a, b, both, phi)
