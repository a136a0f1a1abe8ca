"""Let enabled rules decide: the step of a run after classifying.

In this order: take back what was decided on an older text, draw the sample of past weeks, stop
rules whose sample is worse than their replay, and let the others decide what waits.
"""

import hashlib
import logging
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.review.rules.state import RuleState, states, stop
from pipeline.review.undo import undo_in
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.rule_types import RuleDraw
from storage.store import Store
from storage.types import RULE_PREFIX, Decision

_log = logging.getLogger(__name__)

#: fewest decisions drawn of a week, if there are so many
FEWEST_DRAWN = 5


@dataclass(frozen=True, slots=True)
class RulesReport:
    """What rules did in one run."""

    #: (rule, papers decided)
    decided: tuple[tuple[str, int], ...] = ()
    #: (rule, waiting papers of which a signal was missing), where there are some
    missing: tuple[tuple[str, int], ...] = ()
    #: decisions taken back, because the paper changed
    reopened: int = 0
    drawn: int = 0
    #: (rule, why) that stopped themselves
    stopped: tuple[tuple[str, str], ...] = ()

    @property
    def totals(self) -> dict[str, int]:
        """What is counted in `runs`; nothing without rules."""
        every = {
            "by_rules": sum(papers for _, papers in self.decided),
            "reopened": self.reopened,
            "rules_stopped": len(self.stopped),
        }
        return {name: number for name, number in every.items() if number}


def apply_rules(services: Services, run: Run) -> RulesReport:
    """Let the enabled rules decide; without rules and their decisions nothing is read twice."""
    now = services.clock()
    with services.open_store() as store, store.transaction():
        reopened = _reopen(store, now)
        drawn = _draw(store, now, services.settings.review.rules_sample_percent)
        known = states(services.settings.review.rules, services.taxonomy, store)
        stopped = [stop(store, one, now=now) for one in known if one.acts and one.too_many_wrong]
    gone = {event.rule for event in stopped}
    acting = [one for one in known if one.acts and one.rule.id not in gone]
    done = _decided(services, acting)
    report = RulesReport(
        decided=tuple((rule, papers) for rule, papers, _ in done),
        missing=tuple((rule, papers) for rule, _, papers in done if papers),
        reopened=reopened,
        drawn=drawn,
        stopped=tuple((event.rule, event.detail) for event in stopped),
    )
    run.count(**report.totals)
    return report


def _decided(services: Services, acting: Sequence[RuleState]) -> tuple[tuple[str, int, int], ...]:
    if not acting:
        return ()
    from pipeline.review.rules.waiting import decide_waiting  # noqa: PLC0415  numpy

    return tuple((one.rule.id, *decide_waiting(services, one)) for one in acting)


def _reopen(store: Store, now: datetime) -> int:
    """Take back decisions on papers that changed, by the rule itself, so that it may act again."""
    changed = store.decisions.get_many(store.rules.changed())
    by: defaultdict[str, list[Decision]] = defaultdict(list)
    for one in changed:
        by[one.reviewer].append(one)
    for reviewer, decisions in by.items():
        undo_in(store, decisions, reviewer=reviewer, now=now)
    return len(changed)


def _draw(store: Store, now: datetime, percent: int) -> int:
    """Draw a share of each past week's decisions, the same whenever it is drawn."""
    this_week = _week(now)
    by: defaultdict[tuple[str, str], list[Decision]] = defaultdict(list)
    for one in store.rules.made():
        week = _week(one.decided_at)
        if week < this_week:
            by[one.reviewer.removeprefix(RULE_PREFIX), week].append(one)
    draws = [
        RuleDraw(rule, week, one.arxiv_id, one.decision_id, now)
        for (rule, week), decisions in sorted(by.items())
        if week not in store.rules.drawn_weeks(rule)
        for one in drawn_of(decisions, percent)
    ]
    store.rules.draw(draws)
    return len(draws)


def drawn_of(decisions: Sequence[Decision], percent: int) -> list[Decision]:
    """Return the decisions of a week that are read: those with the least hashes of their IDs."""
    many = max(FEWEST_DRAWN, math.ceil(len(decisions) * percent / 100))
    return sorted(decisions, key=lambda one: _place(one.decision_id))[:many]


def _place(decision_id: str) -> str:
    return hashlib.sha256(f"rule sample:{decision_id}".encode()).hexdigest()


def _week(moment: datetime) -> str:
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02}"
